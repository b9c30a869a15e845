"""What the employee takes along to the yearly talk: picked by oneself, item by item (seed 000-03)."""

from __future__ import annotations

from dialogs.model import Ask, Dialog, Many, step
from dialogs.model import Visibility as Who

BRING = Dialog(
    "mus",
    "mus.title",
    intro=("mus.intro",),
    steps=(
        step(
            Ask(
                "mus.pick",
                Many(fact="takeable", least=1),
                Who.CONTROL,
                required=True,
                hints=("mus.pick.why",),
            )
        ),
    ),
)
