"""A human coach: what the employee sends before a talk (spec sections 6.1 and 8.1), and who the coaches are."""

from __future__ import annotations

from dialogs.conditions import fact
from dialogs.kinds import LONG
from dialogs.model import Ask, Dialog, Many, One, Person, Review, step
from dialogs.model import Visibility as Who

COACH = Dialog(
    "coach",
    "coach.title",
    steps=(
        step(Ask("coach.who", One(fact="coaches"), Who.CONTROL, when=fact("several"), required=True)),
        step(Ask("coach.items", Many(fact="items"), Who.CONTROL, when=fact("items"))),
        step(
            Ask(
                "coach.note",
                LONG,
                Who.SHARED_ON_REQUEST,
                says=("prep.coachnote",),
                says_when=fact("note"),
                starter="note",
            )
        ),
        step(Ask("coach.preview", Review(), Who.CONTROL, required=True)),
    ),
)

COACHES = Dialog("coaches", "coaches.title", steps=(step(Ask("coaches.who", Person(), Who.HR, required=True)),))
