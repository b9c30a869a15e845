"""Answer types that many questions share."""

from __future__ import annotations

from dialogs.model import One, Text

LONG = Text(3000)
SHORT = Text(300)
YES_NO = One(("btn.yes", "btn.no"))
HOW_FAR = One(("scale.goal.0", "scale.goal.1", "scale.goal.2", "scale.goal.3", "scale.goal.4", "scale.goal.changed"))
"""How far a goal has come."""
AGREE = One(
    ("scale.agree.1", "scale.agree.2", "scale.agree.3", "scale.agree.4", "scale.agree.5", "scale.agree.na"),
)
"""How far one agrees with a statement."""
