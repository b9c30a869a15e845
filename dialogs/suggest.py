"""A leader suggests an exchange to somebody: only the person can sign up (spec D4, T12)."""

from __future__ import annotations

from dialogs.model import Ask, Dialog, Person, step
from dialogs.model import Visibility as Who

SUGGEST = Dialog(
    "suggest",
    "suggest.title",
    intro=("suggest.intro",),
    steps=(step(Ask("suggest.who", Person("people"), Who.LEADER, required=True)),),
)
