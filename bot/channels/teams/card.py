"""Message -> Adaptive Card 1.5 for a chat or a channel, and the activities that bring it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.channel import Button, Message
from bot.channels.teams.parts import Element, Say, paragraph, small, weight
from bot.channels.teams.section import Again, Pen, section, warnings
from bot.channels.teams.text import shortened, visible
from dialogs.model import NOTHING, Raw

Card = dict[str, Any]

ADAPTIVE = "application/vnd.microsoft.card.adaptive"
SCHEMA, VERSION = "http://adaptivecards.io/schemas/adaptive-card.json", "1.5"

HEAVIEST = 80_000
"""Of what stands on a card, in bytes of UTF-16; Teams takes 100 KB with everything around it."""

MOST_ELEMENTS = 150
"""On one card: more would be a wall to read and slow to draw."""

PREVIEW = 300
NAME = "Vidsyn"


def chat(
    message: Message, say: Say, *, members: Mapping[str, str] = NOTHING, links: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """The activities that say the message, cut between parts; what is filled in and pressed stands in the last.

    `say` gives the words in the reader's language, `members` AAD object ids by ours, `links` its files, in order.
    """
    it = section(message, Pen(say, members, "chat", links), Again())
    return [
        {"type": "message", "summary": summary(message), "attachments": [attachment(card(message, body, say))]}
        for body in _parted(it.said, it.below)
    ]


def whole(
    message: Message,
    say: Say,
    *,
    members: Mapping[str, str],
    values: Mapping[str, Raw] | None = None,
    errors: Mapping[str, str] | None = None,
    offers: Sequence[Button] = (),
) -> Card:
    """The message as one card, for the place of another.

    `values` and `errors` by question key: what was filled in, and what was wrong with it; `offers` what can be done
    about a number that was found.
    """
    again = Again(values or {}, errors or {}, offers)
    it = section(message, Pen(say, members, "chat"), again)
    above = warnings([message], again, say)
    return card(message, [*above, *it.said, *it.below], say)


def card(message: Message, body: list[Element], say: Say) -> Card:
    """The card around what stands on it, as much of it as Teams takes."""
    return {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": VERSION,
        "lang": message.language,
        "fallbackText": summary(message),
        "body": fitted(body, say) or paragraph(summary(message)),
    }


def attachment(content: Card) -> dict[str, Any]:
    """The card as it is attached to a message or shown in a dialog."""
    return {"contentType": ADAPTIVE, "content": content}


def summary(message: Message) -> str:
    """What a notification says. Nothing private."""
    said = shortened(message.preview, PREVIEW)
    return said if visible(said) else NAME


def fitted(body: list[Element], say: Say) -> list[Element]:
    """As much as Teams takes: what is only read goes first, from the end, and a sentence stands where it was."""
    kept, at = list(body), len(body)
    if _fits(kept):
        return kept
    sentence = small(say("teams.cut"))
    while kept and not _fits([*kept, *sentence]):
        at = max(range(len(kept)), key=lambda n: (-_needed(kept[n]), n))
        del kept[at]
    return [*kept[:at], *sentence, *kept[at:]]


def _parted(said: Sequence[Element], below: Sequence[Element]) -> list[list[Element]]:
    """The elements in as many cards as it takes. What stands below stays together."""
    if _fits(together := [*said, *below]):  # as nearly everything does, and looking at it piece by piece takes long
        return [together]
    found: list[list[Element]] = [[]]
    for together in (*([it] for it in said), list(below)):
        if found[-1] and not _fits([*found[-1], *together]):
            found.append([])
        found[-1].extend(together)
    return found


def _fits(body: Sequence[Element]) -> bool:
    return len(body) <= MOST_ELEMENTS and weight(body) <= HEAVIEST


def _needed(element: Element) -> int:
    """How much the card needs it: without buttons there is no way on, without inputs there may be."""
    kind = str(element["type"])
    return 2 if kind == "ActionSet" else 1 if kind.startswith("Input.") else 0
