"""Colleague feedback: the employee chooses whom to ask, each is asked two questions (spec section 8.6)."""

from __future__ import annotations

from dialogs.kinds import LONG
from dialogs.model import Ask, Dialog, Person, step
from dialogs.model import Visibility as Who

CHOOSE = Dialog(
    "fb.who",
    "fb.title",
    form=True,
    button="btn.send",
    steps=(
        step(
            Ask("fb.who.first", Person(), Who.PRIVATE, required=True, says=("fb.preview",)),
            Ask("fb.who.second", Person(), Who.PRIVATE),
        ),
    ),
)

GIVE = Dialog(
    "fb",
    "fb.title",
    form=True,
    button="btn.send",
    steps=(step(Ask("fb.q1", LONG, Who.PRIVATE), Ask("fb.q2", LONG, Who.PRIVATE)),),
)
