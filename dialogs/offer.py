"""A workplace offers to host (spec section 10.5)."""

from __future__ import annotations

from dialogs.conditions import fact, unless
from dialogs.kinds import LONG, SHORT
from dialogs.model import Ack, Ask, Dialog, One, step
from dialogs.model import Visibility as Who

TIME = One(("offer.time.half", "offer.time.hour", "offer.time.more", "offer.time.all"))

OFFER = Dialog(
    "offer",
    "offer.title",
    form=True,
    steps=(
        step(
            Ask("offer.unit", SHORT, Who.HR, when=unless(fact("unit")), required=True),
            Ask("offer.who", SHORT, Who.HR, required=True),
            Ask("offer.show", LONG, Who.HR, required=True),
            Ask("offer.leader", Ack(), Who.HR, required=True),
        ),
        step(
            Ask("offer.hope", SHORT, Who.HR),
            Ask("offer.when", SHORT, Who.HR),
            Ask("offer.limits", SHORT, Who.HR),
            Ask("offer.time", TIME, Who.HR),
            Ask("offer.access", SHORT, Who.HR),
        ),
    ),
)
