"""A message as it stands in the chat when it is answered in a dialog: how far one is, and the way in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from bot.channel import OPEN, Button, Door, Field, Message, Part
from bot.channels.teams.buttons import Pressed
from bot.channels.teams.fields import as_text
from bot.channels.teams.parts import Element, heading, paragraph, parts, small


def said(message: Message, door: Door) -> list[Element]:
    """The title, what is said to begin with, how far one is; and the question, for those who answer by typing."""
    head = parts(it for it in message.parts if it.look == "title") or heading(message.preview)
    asked = _typed(message, door) if door.typed else []
    return [*head, *paragraph(door.opening), *small(door.text), *asked]


def pressed(message: Message, door: Door) -> list[Pressed]:
    """The way in, and what can be pressed beside it."""
    way_in = Pressed(door.card, Button(OPEN, door.label, main=True, opens=True))
    return [way_in, *(Pressed(message.card, button) for button in message.buttons if button.beside)]


def _typed(message: Message, door: Door) -> list[Element]:
    """What is asked. What anybody wrote is left out, and what the door says."""
    told = {door.text, door.opening, *door.opening.split("\n")}
    inside = set(door.inside)
    if inside & {it.text for it in message.parts}:
        return []
    them = [it for it in _without_quotes(message.parts) if it.look != "title" and it.text not in told]
    choices = [button.label for button in message.buttons if button.choice]
    listed = paragraph("\n".join(f"{n}. {label}" for n, label in enumerate(choices, 1)))
    fields = [_without(it, inside) for it in message.fields if it.label not in inside]
    asked = [replace(it, label="") if it.label in told else it for it in fields]
    return [*parts(them), *listed, *(element for field in asked for element in as_text(field))]


def _without_quotes(them: Sequence[Part]) -> list[Part]:
    """The parts without the quotes, and without what a quote is called."""
    names = {n for n, it in enumerate(them[1:]) if it.look == "own" and them[n].look == "small"}
    return [it for n, it in enumerate(them) if it.look != "own" and n not in names]


def _without(field: Field, inside: Collection[str]) -> Field:
    """The question without the options that stand in the dialog only; numbered as there, it has all of them or none."""
    return replace(field, choices=()) if any(it.label in inside for it in field.choices) else field
