"""What the employee, the leader and the host think of it (spec section 9): a few statements, and more for who wants.

Which statements a person is asked is the fact `items`; `more` holds when the person has chosen to say more.
"""

from __future__ import annotations

from dialogs.conditions import FULL, both, fact
from dialogs.kinds import AGREE, LONG, YES_NO
from dialogs.model import Ack, Answer, Ask, Condition, Dialog, Scale, page
from dialogs.model import Visibility as Who

MORE = fact("more")


def dealt(key: str) -> Condition:
    """The question is among those this person is asked."""
    return lambda view: key in view.facts.get("items", ())


def statement(key: str, answer: Answer = AGREE) -> Ask:
    """A statement to agree with, or a question with a choice."""
    return Ask(key, answer, Who.AGGREGATE, when=dealt(key))


def text(key: str, when: Condition = MORE) -> Ask:
    """Free text, asked of those who want to say more."""
    return Ask(key, LONG, Who.AGGREGATE, when=when)


QUOTE = Ask("eval.quote", Ack(), Who.CONTROL, when=MORE)

EMPLOYEE_EVALUATION = Dialog(
    "eval.emp",
    "eval.emp.title",
    intro=("eval.emp.intro",),
    form=True,
    steps=(
        page(
            statement("eval.emp.worth"),
            statement("eval.emp.goalfit"),
            statement("eval.emp.practice"),
            statement("eval.emp.understand"),
            statement("eval.emp.relation"),
            statement("eval.emp.confidence"),
            statement("eval.emp.prep"),
            statement("eval.emp.host"),
            statement("eval.emp.leader"),
            statement("eval.emp.log"),
            statement("eval.emp.debrief"),
            statement("eval.emp.trust"),
            statement("eval.emp.voluntary"),
            statement("eval.emp.break"),
            statement("eval.emp.recommend", Scale()),
        ),
        page(text("eval.emp.best", both(MORE, FULL)), text("eval.emp.change"), QUOTE),
    ),
)

LEADER_EVALUATION = Dialog(
    "eval.lead",
    "eval.emp.title",
    intro=("eval.lead.intro",),
    form=True,
    steps=(
        page(
            statement("eval.lead.worth"),
            statement("eval.lead.relevant"),
            statement("eval.lead.used"),
            statement("eval.lead.shared"),
            statement("eval.lead.coop"),
            statement("eval.lead.citizen"),
            statement("eval.lead.cover"),
            statement("eval.lead.summary"),
            statement("eval.lead.sparring"),
            statement("eval.lead.again", YES_NO),
        ),
        page(text("eval.lead.effect", both(MORE, FULL)), text("eval.lead.change"), QUOTE),
    ),
)

HOST_EVALUATION = Dialog(
    "eval.host",
    "eval.emp.title",
    intro=("eval.host.intro",),
    form=True,
    steps=(
        page(
            statement("eval.host.worth"),
            statement("eval.host.prepared"),
            statement("eval.host.gain"),
            statement("eval.host.understand"),
            statement("eval.host.coop"),
            statement("eval.host.load"),
            statement("eval.host.conf"),
            statement("eval.host.again", YES_NO),
        ),
        page(text("eval.host.learned"), text("eval.host.advice"), QUOTE),
    ),
)
