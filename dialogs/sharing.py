"""What the employee lets others see: one item, the week, and the habit (spec section 5.5 and 11.1)."""

from __future__ import annotations

from dialogs.model import Ask, Dialog, Many, Review, step
from dialogs.model import Visibility as Who
from dialogs.preparation import HABIT_ASK

SHARE = Dialog(
    "share",
    "share.title",
    steps=(
        step(Ask("share.receivers", Many(fact="receivers", least=1), Who.CONTROL, required=True)),
        step(Ask("share.preview", Review(button="btn.share"), Who.CONTROL, required=True)),
    ),
)

WEEK = Dialog(
    "week",
    "share.week.title",
    steps=(step(Ask("share.week.pick", Many(fact="week_items"), Who.CONTROL)),),
)

HABIT = Dialog("habit", "share.title", steps=(step(HABIT_ASK),), quick=True)
