"""After the exchange: the debrief (spec section 8.2). Its fourteen steps become fewer on the short track."""

from __future__ import annotations

from itertools import takewhile

from dialogs.conditions import FULL, answered, below, both, chose, fact, picked, room, unless
from dialogs.kinds import HOW_FAR, LONG, SHORT
from dialogs.model import Ask, Condition, Day, Dialog, Many, One, Scale, Step, always, page, step
from dialogs.model import Visibility as Who

HOW = One(
    (
        "deb.13.share.how.meeting",
        "deb.13.share.how.pair",
        "deb.13.share.how.demo",
        "deb.13.share.how.note",
        "deb.13.share.how.visit",
        "deb.13.share.how.round",
    )
)
REFLECT = "deb.reflect.generic"
SHORT_OF_WORDS = "deb.reflect.short"


def moment(n: int) -> Ask:
    """What happened in the picked quote number `n`."""
    return Ask(
        f"deb.2.moment#{n}",
        LONG,
        Who.PRIVATE,
        when=both(FULL, picked("deb.1.recall", n)),
        reflect=REFLECT,
        reflect_short=SHORT_OF_WORDS,
    )


def goal(n: int) -> tuple[Ask, Ask]:
    """How far goal number `n` came."""
    has_it = both(FULL, fact("goals", n))
    return (
        Ask(f"deb.6.goal.scale#{n}", HOW_FAR, Who.SHARED_ON_REQUEST, when=has_it),
        Ask(
            f"deb.6.goal.help#{n}",
            LONG,
            Who.SHARED_ON_REQUEST,
            when=both(has_it, answered(f"deb.6.goal.scale#{n}")),
        ),
    )


def action(n: int) -> Step:
    """Action number `n`: on the short track only what and when, and only one; and no more than HR has chosen."""
    what, before = f"deb.12.action.what#{n}", n - 1
    wanted: Condition = always
    if before:
        wanted = both(
            FULL,
            answered(f"deb.12.action.what#{before}"),
            chose(f"deb.more_action#{before}", "btn.add_action"),
            room("most_actions", n, what),
        )
    has_it = both(wanted, answered(what))
    one_more = both(FULL, has_it, room("most_actions", n + 1))
    more = Ask(f"deb.more_action#{n}", One(("btn.add_action", "btn.no_more")), Who.CONTROL, when=one_more)
    return page(
        Ask(
            what,
            SHORT,
            Who.JOINT,
            when=wanted,
            says=() if before else ("deb.12.action",),
            says_when=both(FULL, room("most_actions", 2)),
        ),
        Ask(f"deb.12.action.first#{n}", SHORT, Who.JOINT, when=both(FULL, has_it)),
        Ask(f"deb.12.action.when#{n}", Day(after="today"), Who.JOINT, when=has_it),
        Ask(f"deb.12.action.with#{n}", SHORT, Who.JOINT, when=both(FULL, has_it)),
        Ask(f"deb.12.action.notice#{n}", SHORT, Who.JOINT, when=both(FULL, has_it)),
        *((more,) if n < 3 else ()),
        goes_on=n > 1,
    )


DEBRIEF = Dialog(
    "deb",
    "deb.title",
    intro=("deb.intro",),
    steps=(
        step(
            Ask("deb.1.recall", Many(fact="quotes", most=3), Who.PRIVATE, when=fact("quotes")),
            Ask(
                "deb.recall.none",
                LONG,
                Who.PRIVATE,
                when=unless(fact("quotes")),
                reflect=REFLECT,
                reflect_short=SHORT_OF_WORDS,
            ),
        ),
        step(moment(1), moment(2), moment(3)),
        step(
            Ask(
                "deb.3.moved",
                LONG,
                Who.SHARED_ON_REQUEST,
                hints=("deb.3.moved.alt",),
                starter="deb.3.moved.starter",
                reflect=REFLECT,
                reflect_short=SHORT_OF_WORDS,
            )
        ),
        step(Ask("deb.4.matter", LONG, Who.PRIVATE, when=FULL)),
        step(Ask("deb.5.assumption", LONG, Who.PRIVATE, when=fact("assumption"))),
        step(*goal(1), *goal(2), *goal(3)),
        step(
            Ask(
                "deb.7.unplanned", LONG, Who.SHARED_ON_REQUEST, when=FULL, reflect=REFLECT, reflect_short=SHORT_OF_WORDS
            )
        ),
        step(Ask("deb.8.contribution", LONG, Who.SHARED_ON_REQUEST, when=FULL)),
        step(Ask("deb.9.practices", LONG, Who.SHARED_ON_REQUEST, when=FULL)),
        step(Ask("deb.10.transfer", LONG, Who.SHARED_ON_REQUEST, hints=("deb.10.transfer.example",))),
        step(
            Ask("deb.11.obstacle", LONG, Who.SHARED_ON_REQUEST, when=FULL),
            Ask("deb.11.plan", LONG, Who.SHARED_ON_REQUEST, when=both(FULL, answered("deb.11.obstacle"))),
        ),
        action(1),
        action(2),
        action(3),
        step(
            Ask("deb.13.share.what", LONG, Who.SHARED_ON_REQUEST, when=FULL),
            Ask("deb.13.share.how", HOW, Who.JOINT, when=FULL),
            Ask("deb.13.share.when", Day(after="today"), Who.JOINT, when=both(FULL, answered("deb.13.share.how"))),
            Ask("deb.13.share.host", LONG, Who.SHARED_ON_REQUEST, when=FULL),
        ),
        step(
            Ask("deb.14.request", LONG, Who.JOINT),
            Ask("deb.14.sure", Scale(), Who.PRIVATE, when=FULL),
            Ask("deb.14.sure.up", LONG, Who.PRIVATE, when=both(FULL, below("deb.14.sure", 7))),
            Ask("deb.careerclose.text", LONG, Who.PRIVATE, when=fact("career"), says=("deb.careerclose",)),
            Ask(
                "deb.confirm",
                Many(fact="releasable"),
                Who.CONTROL,
                says=("deb.confirm.none",),
                says_when=unless(fact("releasable")),
            ),
        ),
    ),
)

BEFORE_THE_PLAN = tuple(ask.key for ask in takewhile(lambda ask: ask.key != "deb.10.transfer", DEBRIEF.asks))
"""What a talk with a human coach covers; the rest of the debrief is done here (8.1)."""
