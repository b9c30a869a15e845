"""HR matches a wish with a place; then both sides are asked (spec sections 10.1 and 10.6)."""

from __future__ import annotations

from dialogs.conditions import answered, both, chose, fact, in_fact, unless
from dialogs.kinds import SHORT, YES_NO
from dialogs.model import Ask, Day, Dialog, One, Person, Review, Step, Text, step
from dialogs.model import Visibility as Who
from dialogs.outside import IN_A_MATCH

SUITS = One(("btn.accept", "btn.decline"))
TRACK = One(("match.track.by_length", "match.track.full"))
SELF_ARRANGED = in_fact("match.wish", "self_wishes")
SWAPPED = answered("match.swap")
OFFERED = both(unless(SELF_ARRANGED), unless(SWAPPED))
OWN_PLACE = both(SELF_ARRANGED, unless(SWAPPED))
MOST_PLACES = 3
"""Places one match can hold."""


def further(number: int) -> Step:
    """One more place of a stay that is split, with its own host and dates."""
    before = "" if number == 2 else f"#{number - 1}"
    wanted = both(chose(f"match.more{before}", "btn.yes"), unless(SWAPPED))
    offered, own = both(wanted, unless(SELF_ARRANGED)), both(wanted, SELF_ARRANGED)
    asks = [
        Ask(f"match.offer#{number}", One(fact="offers"), Who.HR, when=offered, required=True),
        Ask(f"match.place#{number}", Text(100), Who.HR, when=own, required=True),
        Ask(f"match.host#{number}", Person("people"), Who.HR, when=own),
        Ask(f"match.start#{number}", Day(after=f"match.end{before}"), Who.HR, when=wanted, required=True),
        Ask(f"match.end#{number}", Day(after=f"match.start#{number}"), Who.HR, when=wanted, required=True),
    ]
    if number < MOST_PLACES:
        asks.append(Ask(f"match.more#{number}", YES_NO, Who.HR, when=wanted))
    return step(*asks, goes_on=True)


OUTSIDE = Ask(
    "match.outside",
    One(fact="outsiders"),
    Who.HR,
    when=both(OWN_PLACE, unless(answered("match.host"))),
)

MATCH = Dialog(
    "match",
    "match.title",
    form=True,
    steps=(
        step(Ask("match.wish", One(fact="wishes"), Who.HR, required=True)),
        step(Ask("match.swap", One(fact="swaps"), Who.HR, when=fact("rotation"))),
        step(
            Ask(
                "match.offer",
                One(fact="offers"),
                Who.HR,
                when=both(unless(SELF_ARRANGED), unless(SWAPPED)),
                required=True,
            ),
            Ask(
                "match.place",
                Text(100),
                Who.HR,
                when=OWN_PLACE,
                required=True,
                starter="own_place",
            ),
            Ask("match.host", Person("people"), Who.HR, when=OWN_PLACE),
            Ask("match.form", One(fact="forms"), Who.HR, when=unless(SWAPPED), required=True),
            Ask("match.start", Day(after="today"), Who.HR, required=True),
            Ask("match.end", Day(after="match.start"), Who.HR, required=True),
            Ask("match.track", TRACK, Who.HR),
            Ask("match.why", SHORT, Who.HR, when=unless(SELF_ARRANGED)),
            Ask("match.more", YES_NO, Who.HR, when=unless(SWAPPED)),
        ),
        *(further(number) for number in range(2, MOST_PLACES + 1)),
        step(OUTSIDE),
        step(*IN_A_MATCH),
        step(Ask("match.review", Review(), Who.CONTROL, required=True)),
    ),
)

PROPOSAL = Dialog(
    "proposal",
    "proposal.title",
    quick=True,
    steps=(step(Ask("match.propose.emp", SUITS, Who.HR, required=True)),),
)

HOST_PROPOSAL = Dialog(
    "host_proposal",
    "proposal.title",
    quick=True,
    steps=(step(Ask("match.propose.host", SUITS, Who.HR, required=True)),),
)
