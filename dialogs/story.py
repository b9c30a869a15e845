"""After the debrief: the employee's own story for others to learn from (spec section 8.3)."""

from __future__ import annotations

from dialogs.conditions import answered, both, chose
from dialogs.kinds import LONG, YES_NO
from dialogs.model import Ask, Dialog, One, Review, step
from dialogs.model import Visibility as Who

NAMED, NAMELESS, NONE = "story.ask.named", "story.ask.anon", "story.ask.no"
CONSENT = chose("story.ask", NAMED, NAMELESS)

STORY = Dialog(
    "story",
    "story.title",
    steps=(
        step(
            Ask("story.ask", One((NAMED, NAMELESS, NONE)), Who.SHARED_ON_REQUEST, required=True, hints=("story.small",))
        ),
        step(Ask("story.write", LONG, Who.SHARED_ON_REQUEST, when=CONSENT, required=True)),
        step(Ask("story.helper", YES_NO, Who.HR)),
        step(Ask("story.preview", Review(), Who.CONTROL, when=both(CONSENT, answered("story.write")), required=True)),
    ),
)
