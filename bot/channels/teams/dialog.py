"""Messages -> a dialog (task module): one card, message below message. All its buttons send it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot.channel import Button, Message, Part
from bot.channels.teams.card import attachment, card
from bot.channels.teams.parts import Element, Say, paragraph
from bot.channels.teams.section import Again, Pen, section, warnings
from bot.channels.teams.text import line, units, visible
from dialogs.model import NOTHING, Raw

TITLE = 60
"""Characters of a dialog's title; a longer one stands on the card."""


def dialog(
    messages: Sequence[Message],
    say: Say,
    *,
    members: Mapping[str, str],
    note: str = "",
    values: Mapping[str, Raw] | None = None,
    errors: Mapping[str, str] | None = None,
    offers: Sequence[Button] = (),
) -> dict[str, Any]:
    """The task module that shows the messages, at least one, top to bottom. `note` stands above.

    Filled in is what the last message asks that asks something; the others are to be read and pressed.
    """
    again = Again(values or {}, errors or {}, offers)
    pen, at = Pen(say, members, "dialog"), _asks(messages)
    title = _title(messages[0])
    fits = visible(title) and units(title) <= TITLE
    shown = [_without_title(messages[0]) if fits else messages[0], *messages[1:]]
    body: list[Element] = [*paragraph(note), *warnings([messages[at]], again, say)]
    for n, message in enumerate(shown):
        it = section(message, pen, again if n == at else Again(), asks=n == at)
        body += [*it.said, *it.below]
    return {
        "title": title if fits else say("teams.title"),
        "width": "medium",
        "height": "large" if messages[at].fields or len(body) > 12 else "medium",
        "card": attachment(card(messages[at], body, say)),
    }


def noted(sentence: str, say: Say) -> dict[str, Any]:
    """A dialog that only says something."""
    return dialog([Message((Part(sentence),), preview=sentence)], say, members=NOTHING) | {"height": "small"}


def _asks(messages: Sequence[Message]) -> int:
    """The number of the message that is filled in: the last with something to answer, else the last with a card."""
    asking = [n for n, it in enumerate(messages) if it.fields or any(b.choice or b.sends for b in it.buttons)]
    with_card = [n for n, it in enumerate(messages) if it.card]
    return (asking or with_card or [0])[-1]


def _title(message: Message) -> str:
    return next((line(it.text) for it in message.parts if it.look == "title"), "")


def _without_title(message: Message) -> Message:
    at = next(n for n, it in enumerate(message.parts) if it.look == "title")
    return replace(message, parts=(*message.parts[:at], *message.parts[at + 1 :]))
