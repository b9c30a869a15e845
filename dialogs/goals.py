"""Employee and leader agree on the goals, and the employee on the ground rules too (spec sections 2.3 and 6.3)."""

from __future__ import annotations

from dialogs.conditions import fact
from dialogs.model import Ack, Ask, Dialog, Many, step
from dialogs.model import Visibility as Who

GOALS = Dialog(
    "goals",
    "goals.title",
    form=True,
    steps=(
        step(
            Ask(
                "lead.prep.rules",
                Many(fact="rules"),
                Who.JOINT,
                when=fact("rules"),
                hints=("lead.prep.rules.conflict_why",),
            ),
            Ask("goals.agreed", Ack(), Who.JOINT, required=True),
        ),
    ),
)
