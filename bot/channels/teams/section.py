"""A message as a stretch of a card: what is read, what is filled in, what is pressed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.channel import Button, Field, Message
from bot.channels.teams import door
from bot.channels.teams.buttons import Pressed, Surface, sets
from bot.channels.teams.choice import with_choice
from bot.channels.teams.fields import drawn, given_again, to_read
from bot.channels.teams.files import files
from bot.channels.teams.parts import Element, Say, apart, parts, wrong
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
    """What is drawn with: the words in the reader's language, AAD object ids by ours, and where the card stands.

    `links` are where the message's files can be downloaded.
    """

    say: Say
    members: Mapping[str, str]
    surface: Surface
    links: Sequence[str] = ()


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
        way_in = sets(door.pressed(message, message.door), pen.surface)
        return Section(door.said(message, message.door), apart(way_in))
    if asks:
        message = with_choice(message, pen.say)
        asked = [element for it in message.fields for element in _asked(it, pen, again)]
        offers = apart(sets(_offers(message, again), pen.surface))
        return Section(_said(message, pen), [*asked, *offers, *_ways(message, pen)])
    read = [element for it in message.fields for element in to_read(it)]
    return Section([*_said(message, pen), *read], _ways(message, pen))


def warnings(messages: Sequence[Message], again: Again, say: Say) -> list[Element]:
    """What stands at the top: errors of no question that is asked, and that there is more than one at the questions."""
    asked = {it.key for message in messages for it in message.fields}
    others = dict.fromkeys(sentence for key, sentence in again.errors.items() if key not in asked)
    several = len(asked & again.errors.keys()) > 1
    return [element for it in (*others, *([say("teams.wrong")] if several else [])) for element in wrong(it)]


def _asked(it: Field, pen: Pen, again: Again) -> list[Element]:
    filled = given_again(it, again.values.get(it.key))
    return drawn(filled, pen.say, pen.members, again.errors.get(it.key, ""))


def _said(message: Message, pen: Pen) -> list[Element]:
    return [*parts(message.parts), *files(message.files, pen.links, pen.surface, pen.say)]


def _offers(message: Message, again: Again) -> list[Pressed]:
    """What can be done about a number: each sends the card once more, and says what."""
    sends = next((it for it in message.buttons if it.sends), None)
    leaves = sorted(again.errors)
    return [
        Pressed(
            message.card,
            replace(sends, label=it.label, main=False),
            {"leave": it.id, "leaves": leaves, **_several(message)},
        )
        for it in again.offers
        if sends
    ]


def _ways(message: Message, pen: Pen) -> list[Element]:
    several = _several(message)
    pressed = [Pressed(message.card, it, several if it.sends else NOTHING) for it in message.buttons]
    return apart(sets(pressed, pen.surface))


def _several(message: Message) -> dict[str, list[str]]:
    """Which answers are several, told apart by commas: nothing else that comes back says so."""
    keys = [it.key for it in message.fields if it.kind == "many" and it.choices]
    return {"many": keys} if keys else {}
