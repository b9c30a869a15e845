"""HR says a sentence in words of their own: finds it, says where, writes it, and looks at it before it is kept."""

from __future__ import annotations

from dialogs.conditions import fact
from dialogs.model import Ask, Dialog, One, Review, Text, page, step
from dialogs.model import Visibility as Who

SEARCH = Dialog(
    "own_search",
    "own.title",
    button="btn.own_search",
    steps=(step(Ask("own.search", Text(100), Who.HR, required=True)),),
)

OWN_WORDS = Dialog(
    "own",
    "own.title",
    form=True,
    steps=(
        page(
            Ask("own.language", One(fact="languages"), Who.HR, required=True),
            Ask("own.where", One(fact="rounds"), Who.HR, when=fact("some_rounds"), required=True),
        ),
        step(
            Ask(
                "own.text",
                Text(1000, fills="placeholders"),
                Who.HR,
                required=True,
                says=("own.fill",),
                says_when=fact("fills"),
                starter="current",
            )
        ),
        step(Ask("own.review", Review(button="btn.own_keep"), Who.CONTROL, required=True)),
    ),
)
