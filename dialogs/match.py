"""HR matches a wish with a place; then both sides are asked (spec sections 10.1 and 10.6)."""

from __future__ import annotations

from dialogs.conditions import answered, both, in_fact, unless
from dialogs.kinds import SHORT
from dialogs.model import Ask, Day, Dialog, One, Person, Review, Text, step
from dialogs.model import Visibility as Who
from dialogs.outside import IN_A_MATCH

SUITS = One(("btn.accept", "btn.decline"))
TRACK = One(("match.track.by_length", "match.track.full"))
SELF_ARRANGED = in_fact("match.wish", "self_wishes")
OUTSIDE = Ask("match.outside", One(fact="outsiders"), Who.HR, when=both(SELF_ARRANGED, unless(answered("match.host"))))

MATCH = Dialog(
    "match",
    "match.title",
    form=True,
    steps=(
        step(Ask("match.wish", One(fact="wishes"), Who.HR, required=True)),
        step(
            Ask("match.offer", One(fact="offers"), Who.HR, when=unless(SELF_ARRANGED), required=True),
            Ask("match.place", Text(100), Who.HR, when=SELF_ARRANGED, required=True, starter="own_place"),
            Ask("match.host", Person("people"), Who.HR, when=SELF_ARRANGED),
            Ask("match.form", One(fact="forms"), Who.HR, required=True),
            Ask("match.start", Day(after="today"), Who.HR, required=True),
            Ask("match.end", Day(after="match.start"), Who.HR, required=True),
            Ask("match.track", TRACK, Who.HR),
            Ask("match.why", SHORT, Who.HR, when=unless(SELF_ARRANGED)),
        ),
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
