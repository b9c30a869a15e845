"""The employee has another leader now: who it is, and what of before goes on to them (domain/README.md)."""

from __future__ import annotations

from dialogs.conditions import fact
from dialogs.model import Ask, Dialog, Many, Person, Review, step
from dialogs.model import Visibility as Who

NEW_LEADER = Dialog(
    "new_leader",
    "new_leader.title",
    intro=("new_leader.intro",),
    steps=(
        step(Ask("new_leader.who", Person("leaders"), Who.HR, required=True)),
        step(Ask("new_leader.pass", Many(fact="passable"), Who.CONTROL, when=fact("passable"))),
        step(Ask("new_leader.check", Review(), Who.CONTROL, required=True)),
    ),
)
