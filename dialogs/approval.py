"""The leader says yes in principle, later to the place; that yes needs a reason (spec sections 6.3, 10.6)."""

from __future__ import annotations

from dialogs.conditions import chose
from dialogs.kinds import LONG
from dialogs.model import Ask, Dialog, One, Text, step
from dialogs.model import Visibility as Who

DECISION = One(("btn.approve", "btn.talk_first", "btn.reject"))


def reason_for_no(decision: str) -> Ask:
    """What stands in the way, asked when the decision was no."""
    return Ask("approve.no.reason", LONG, Who.JOINT, when=chose(decision, "btn.reject"), required=True)


PRINCIPLE = Dialog(
    "principle",
    "approve.title",
    quick=True,
    steps=(
        step(
            Ask("approve.principle", DECISION, Who.LEADER, required=True),
            reason_for_no("approve.principle"),
        ),
    ),
)

APPROVE = Dialog(
    "approve",
    "approve.title",
    quick=True,
    steps=(
        step(
            Ask("approve.final", DECISION, Who.LEADER, required=True, says=("approve.about",)),
            Ask(
                "lead.prep.justify",
                Text(3000, words=2),
                Who.JOINT,
                when=chose("approve.final", "btn.approve"),
                required=True,
                refusal="approve.needjust",
                hints=("lead.prep.justify.why",),
            ),
            reason_for_no("approve.final"),
        ),
    ),
)
