"""The host: a short preparation (spec section 6.4), a check-in of one minute (7.7), and what the guest gives back."""

from __future__ import annotations

from dialogs.conditions import fact
from dialogs.kinds import LONG, SHORT, YES_NO
from dialogs.model import Ask, Dialog, One, Review, step
from dialogs.model import Visibility as Who

GOES = One(("host.check.plan.yes", "host.check.plan.adjust", "host.check.plan.no"))
"""Whether the visit goes as agreed."""

TEXT = "deb.13.share.host#gift"
"""What is given back to the host, in the employee's own words."""

HOST_PREPARATION = Dialog(
    "host.prep",
    "host.prep.title",
    form=True,
    intro=("host.prep.intro",),
    outro=("host.prep.done",),
    steps=(
        step(
            Ask("host.prep.hope", LONG, Who.THREE_PARTY),
            Ask("host.prep.plan", LONG, Who.THREE_PARTY),
            Ask("host.prep.limits", LONG, Who.THREE_PARTY),
            Ask("host.prep.firstday", SHORT, Who.THREE_PARTY),
            Ask("host.prep.declaration", YES_NO, Who.THREE_PARTY),
        ),
    ),
)
"""Five questions, as its first sentence says. That the colleagues know (`host.prep.team`) is ticked later."""

HOST_CHECK = Dialog(
    "host.check",
    "host.check.title",
    quick=True,
    steps=(step(Ask("host.check.plan", GOES, Who.THREE_PARTY, hints=("host.check.note",))),),
)
"""One press, so that the minute is true. More can be written afterwards."""

HOST_MORE = Dialog(
    "host.more",
    "host.check.title",
    form=True,
    steps=(
        step(
            Ask("host.check.want", LONG, Who.THREE_PARTY, when=fact("days_left"), hints=("host.check.note",)),
            Ask("host.check.learn", LONG, Who.THREE_PARTY, hints=("host.check.note",)),
        ),
    ),
)

GIFT = Dialog(
    "gift",
    "gift.title",
    steps=(
        step(Ask(TEXT, LONG, Who.SHARED_ON_REQUEST, required=True, starter="gift")),
        step(
            Ask(
                "share.preview#gift",
                Review(),
                Who.CONTROL,
                required=True,
                says=("share.external",),
                says_when=fact("external"),
            )
        ),
    ),
)
"""The employee's own words to the host: read over, seen as the host will see them, and sent by a press."""
