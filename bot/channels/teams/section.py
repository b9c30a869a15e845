"""A message as a stretch of a card: what is read, what is filled in, what is pressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.channel import Button, Choice, Field, Message
from bot.channels.teams import door
from bot.channels.teams.buttons import Pressed, Surface, is_long, sets
from bot.channels.teams.fields import drawn, given_again, to_read
from bot.channels.teams.filled import CHOICE
from bot.channels.teams.parts import Element, Say, apart, file, parts, wrong
from dialogs.model import NOTHING, Raw


@dataclass(frozen=True)
class Again:
    """A card that is shown once more: what was filled in, what was wrong with it, and what can be done about a number.

    `values` and `errors` are by question key.
    """

    values: Mapping[str, Raw] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    offers: Sequence[Button] = ()


@dataclass(frozen=True)
class Pen:
    """What is drawn with: the words in the reader's language, AAD object ids by ours, and where the card stands."""

    say: Say
    members: Mapping[str, str]
    surface: Surface


@dataclass(frozen=True)
class Section:
    """The elements of a message, and below them what it takes to answer."""

    said: list[Element]
    below: list[Element]


def section(message: Message, pen: Pen, again: Again, *, asks: bool = True) -> Section:
    """The message. In a chat one that holds somebody's words is drawn as its door.

    One that does not ask has its questions only to read.
    """
    if pen.surface == "chat" and message.private and message.door:
        pressed = door.pressed(message, message.door)
        return Section(door.said(message, message.door), apart(sets(pressed, pen.surface)))
    message = _with_choice(message, pen.say) if asks else message
    files = [element for it in message.files for element in file(it)]
    said = [*parts(message.parts), *files]
    if not asks:
        read = [element for it in message.fields for element in to_read(it)]
        return Section([*said, *read], apart(sets(_pressed(message, Again()), pen.surface)))
    asked = [element for it in message.fields for element in _asked(it, pen, again)]
    return Section(said, asked + apart(sets(_pressed(message, again), pen.surface)))


def warnings(messages: Sequence[Message], again: Again, say: Say) -> list[Element]:
    """What stands at the top: errors of no question that is asked, and that there is more than one at the questions."""
    asked = {it.key for message in messages for it in message.fields}
    others = dict.fromkeys(sentence for key, sentence in again.errors.items() if key not in asked)
    several = len(asked & again.errors.keys()) > 1
    return [element for it in (*others, *([say("teams.wrong")] if several else [])) for element in wrong(it)]


def _asked(it: Field, pen: Pen, again: Again) -> list[Element]:
    filled = given_again(it, again.values.get(it.key))
    return drawn(filled, pen.say, pen.members, again.errors.get(it.key, ""))


def _with_choice(message: Message, say: Say) -> Message:
    """The message with its answers as options to choose from, where one of them has no room on a button."""
    answers = [it for it in message.buttons if it.choice]
    if len(answers) < 2 or not any(is_long(it) for it in answers):
        return message
    choice = Field(
        CHOICE,
        "one",
        say("teams.choose"),
        choices=tuple(Choice(it.id, it.label) for it in answers),
        chosen=tuple(it.id for it in answers if it.main)[:1],
        required=True,
    )
    goes_on = Button("", say("btn.continue"), main=True, sends=True)
    others = (it for it in message.buttons if not it.choice)
    return replace(message, fields=(*message.fields, choice), buttons=(goes_on, *others))


def _pressed(message: Message, again: Again) -> list[Pressed]:
    """The buttons, above them the offers: each sends the card with what is to be done about a number."""
    several: dict[str, Any] = {}
    if keys := [it.key for it in message.fields if it.kind == "many"]:
        several = {"many": keys}
    sends = next((it for it in message.buttons if it.sends), None)
    leaves = sorted(again.errors)
    offers = [
        Pressed(message.card, replace(sends, label=it.label, main=False), {"leave": it.id, "leaves": leaves, **several})
        for it in again.offers
        if sends
    ]
    return offers + [Pressed(message.card, it, several if it.sends else NOTHING) for it in message.buttons]
