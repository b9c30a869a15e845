"""Before the exchange: the employee's preparation (spec section 6.1)."""

from __future__ import annotations

from dialogs.conditions import FULL, answered, below, both, chose, fact, room, sounds_vague
from dialogs.kinds import LONG, SHORT
from dialogs.model import Ack, Ask, Day, Dialog, Hour, Many, One, Review, Scale, Step, page, step
from dialogs.model import Visibility as Who

MORE = One(("btn.add_goal", "btn.no_more"))

PURPOSES = (
    "prep.purpose.practice",
    "prep.purpose.understand",
    "prep.purpose.needs",
    "prep.purpose.skill",
    "prep.purpose.give",
    "prep.purpose.network",
    "prep.purpose.newtasks",
    "prep.purpose.career",
)
SUPPORT = (
    "prep.support.call",
    "prep.support.peace",
    "prep.support.cover",
    "prep.support.interest",
    "prep.support.time",
    "prep.support.other",
)
IN_PLACE = (
    "prep.practical.time",
    "prep.practical.place",
    "prep.practical.tasks",
    "prep.practical.confidential",
    "prep.practical.access",
    "prep.practical.sick",
    "prep.practical.travel",
    "prep.practical.cover",
    "prep.practical.needs",
)
ABROAD = ("prep.abroad.travel", "prep.abroad.lodging", "prep.abroad.insurance", "prep.abroad.emergency")
HABITS = ("share.habit.item", "share.habit.open", "share.habit.final")

GOAL_IDEAS = (
    "goal.tpl.next_link",
    "goal.tpl.method",
    "goal.tpl.dilemma",
    "goal.tpl.dialogue",
    "goal.tpl.cocreate",
    "goal.tpl.contact",
    "goal.tpl.give",
    "goal.tpl.governance",
)
"""Beginnings of goals (6.2)."""

IDEA = "goal_begun_{}"
"""The fact that holds the beginning that was picked for a goal, by its number."""

HABIT_ASK = Ask("share.habit", One(HABITS), Who.PRIVATE)


def more_goals() -> Step:
    """A second and a third goal, each only when wanted and where HR has not chosen fewer. Condition: the full track."""
    one_more = both(FULL, chose("prep.goal.more", "btn.add_goal"), room("most_goals", 2, "prep.goal.2"))
    has_two = both(one_more, answered("prep.goal.2"))
    two_more = both(has_two, chose("prep.goal.more#2", "btn.add_goal"), room("most_goals", 3, "prep.goal.3"))
    return step(
        Ask("prep.goal.more", MORE, Who.CONTROL, when=both(FULL, room("most_goals", 2))),
        Ask("prep.goal.2", LONG, Who.JOINT, when=one_more, starter=IDEA.format(2)),
        Ask("prep.goal.sharpen#2", LONG, Who.JOINT, when=both(one_more, sounds_vague("prep.goal.2"))),
        Ask("prep.goal.2.sign", LONG, Who.JOINT, when=has_two),
        Ask("prep.goal.more#2", MORE, Who.CONTROL, when=both(has_two, room("most_goals", 3))),
        Ask("prep.goal.3", LONG, Who.JOINT, when=two_more, starter=IDEA.format(3)),
        Ask("prep.goal.sharpen#3", LONG, Who.JOINT, when=both(two_more, sounds_vague("prep.goal.3"))),
        Ask("prep.goal.3.sign", LONG, Who.JOINT, when=both(two_more, answered("prep.goal.3"))),
    )


PREPARATION = Dialog(
    "prep",
    "prep.title",
    intro=("prep.intro",),
    outro=("prep.done",),
    steps=(
        step(
            Ask("prep.ack", Ack(), Who.CONTROL, required=True, says=("privacy.logbook", "safe.confidential")),
            Ask("prep.purpose", Many(PURPOSES, least=1), Who.SHARED_ON_REQUEST, required=True),
            Ask("prep.purpose.own", LONG, Who.SHARED_ON_REQUEST),
            Ask("prep.career", LONG, Who.PRIVATE, when=chose("prep.purpose", "prep.purpose.career")),
        ),
        page(
            Ask("prep.days", Many(fact="days"), Who.THREE_PARTY),
            Ask("prep.finish", Hour(("prep.finish.shifts",)), Who.PRIVATE),
            Ask("prep.benefit.home", LONG, Who.JOINT, when=FULL, says=("prep.benefit",)),
            Ask("prep.benefit.host", LONG, Who.THREE_PARTY, when=FULL),
            Ask("prep.benefit.self", LONG, Who.SHARED_ON_REQUEST, when=FULL),
        ),
        step(
            Ask(
                "prep.goal.1",
                LONG,
                Who.JOINT,
                required=True,
                hints=("prep.goal.why", "prep.goal.example"),
                starter=IDEA.format(1),
            ),
            Ask("prep.goal.sharpen#1", LONG, Who.JOINT, when=sounds_vague("prep.goal.1")),
            Ask("prep.goal.1.sign", LONG, Who.JOINT, required=True),
        ),
        more_goals(),
        step(Ask("prep.expect", LONG, Who.PRIVATE, hints=("prep.expect.why",))),
        step(Ask("prep.ask", LONG, Who.PRIVATE)),
        step(
            Ask("prep.obstacle", LONG, Who.SHARED_ON_REQUEST, when=FULL),
            Ask(
                "prep.plan.if",
                SHORT,
                Who.SHARED_ON_REQUEST,
                when=both(FULL, answered("prep.obstacle")),
                hints=("prep.plan.example",),
            ),
            Ask("prep.plan.then", SHORT, Who.SHARED_ON_REQUEST, when=both(FULL, answered("prep.plan.if"))),
        ),
        step(Ask("prep.support", Many(SUPPORT), Who.JOINT, when=FULL)),
        step(
            Ask("prep.share", LONG, Who.JOINT),
            Ask("prep.share.date", Day(after="today"), Who.JOINT, when=answered("prep.share")),
            HABIT_ASK,
        ),
        page(
            Ask("prep.practical", Many(IN_PLACE), Who.THREE_PARTY, when=FULL),
            Ask("prep.own_work", LONG, Who.JOINT, when=both(FULL, fact("part_time"))),
            Ask("prep.abroad", Many(ABROAD), Who.JOINT, when=both(FULL, fact("abroad"))),
        ),
        step(
            Ask("prep.confidence", Scale(), Who.PRIVATE, when=FULL),
            Ask("prep.confidence.up", LONG, Who.PRIVATE, when=both(FULL, below("prep.confidence", 7))),
            Ask("prep.confirm", Review(), Who.CONTROL, required=True),
        ),
    ),
)
