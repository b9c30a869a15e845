"""The small forms to tick off what is still open before an exchange: practical things and formalities (spec 2.7)."""

from __future__ import annotations

from dialogs.conditions import fact
from dialogs.model import Ask, Dialog, Many, step
from dialogs.model import Visibility as Who

PRACTICAL = Dialog(
    "practical",
    "practical.title",
    form=True,
    steps=(
        step(
            Ask("prep.practical", Many(fact="open_practical"), Who.THREE_PARTY, when=fact("open_practical")),
            Ask("prep.abroad", Many(fact="open_abroad"), Who.JOINT, when=fact("open_abroad")),
        ),
    ),
)

FORMAL = Dialog(
    "formal",
    "formal.title",
    form=True,
    steps=(step(Ask("lead.prep.formal", Many(fact="open_formal"), Who.HR)),),
)
