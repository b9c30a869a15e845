"""An employee signs up: six required questions, the rest for who wants to say more (spec section 10.4)."""

from __future__ import annotations

from dialogs.conditions import both, chose, fact, unless
from dialogs.kinds import LONG, SHORT, YES_NO
from dialogs.model import Ack, Ask, Dialog, Many, One, Person, page, step
from dialogs.model import Visibility as Who

KINDS = (
    "sign.kind.peer",
    "sign.kind.next",
    "sign.kind.different",
    "sign.kind.company",
    "sign.kind.otherorg",
    "sign.kind.abroad",
    "sign.kind.help",
    "sign.kind.open",
)
LENGTHS = (
    "sign.length.day",
    "sign.length.days",
    "sign.length.weeks",
    "sign.length.part",
    "sign.length.months",
)

ALONE = chose("sign.mode", "sign.mode.self")
MORE = chose("sign.more", "btn.yes")
MORE_ALONE = both(MORE, ALONE)
MORE_HELP = both(MORE, unless(ALONE))

SIGN_UP = Dialog(
    "sign",
    "sign.title",
    intro=("sign.intro",),
    steps=(
        step(Ask("sign.voluntary", Ack(), Who.HR, required=True)),
        step(Ask("sign.unit", SHORT, Who.HR, when=unless(fact("unit")), required=True)),
        step(Ask("sign.leader", Person("leaders"), Who.HR, required=True)),
        step(
            Ask(
                "sign.talked",
                One(("sign.talked.yes", "sign.talked.soon", "sign.talked.tips")),
                Who.HR,
                required=True,
            ),
            # Tips are a message to read before going on, so they are a question with one answer.
            Ask(
                "sign.tips",
                One(("btn.continue",)),
                Who.CONTROL,
                when=chose("sign.talked", "sign.talked.tips"),
            ),
        ),
        step(
            Ask(
                "sign.mode",
                One(("sign.mode.self", "sign.mode.match", "sign.mode.both")),
                Who.HR,
                required=True,
            ),
            Ask("sign.self.where", SHORT, Who.HR, when=ALONE, required=True),
            Ask("sign.where", SHORT, Who.HR, when=unless(ALONE), required=True),
        ),
        step(Ask("sign.learn", LONG, Who.JOINT, required=True)),
        page(
            Ask("sign.more", YES_NO, Who.CONTROL),
            Ask("sign.self.agreed", YES_NO, Who.HR, when=MORE_ALONE),
            Ask("sign.self.bring", LONG, Who.HR, when=MORE_ALONE),
            Ask("sign.kind", Many(KINDS), Who.HR, when=MORE_HELP),
            Ask("sign.chain", SHORT, Who.HR, when=MORE_HELP),
            Ask("sign.avoid", SHORT, Who.HR, when=MORE_HELP),
            Ask("sign.bring", SHORT, Who.HR, when=MORE_HELP),
            Ask("sign.length", One(LENGTHS), Who.HR, when=MORE),
            Ask("sign.period", SHORT, Who.HR, when=MORE),
            Ask("sign.swap", YES_NO, Who.HR, when=MORE),
            Ask("sign.travel", SHORT, Who.HR, when=MORE_HELP),
            Ask("sign.needs", SHORT, Who.HR, when=MORE),
            Ask("sign.cover", YES_NO, Who.HR, when=MORE),
            Ask("sign.pair", Person("people"), Who.HR, when=MORE),
            Ask("sign.host_too", YES_NO, Who.HR, when=MORE),
        ),
    ),
)
