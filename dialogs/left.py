"""HR says that somebody has left the organisation (spec sections 12.4 and 14, T16)."""

from __future__ import annotations

from dialogs.kinds import YES_NO
from dialogs.model import Ask, Dialog, Person, step
from dialogs.model import Visibility as Who

LEFT = Dialog(
    "left",
    "left.title",
    steps=(
        step(Ask("left.who", Person(), Who.HR, required=True)),
        step(Ask("left.sure", YES_NO, Who.CONTROL, required=True)),
    ),
)
