"""Message -> Block Kit for the chat. A message with a door shows only the way in; any other is drawn whole."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from bot.channel import OPEN, Button, Door, Field, Message, Part
from bot.channels.slack.fields import as_text, drawn
from bot.channels.slack.parts import Block, Say, heading, paragraph, parts, rows, small, weight
from bot.channels.slack.text import BLANK, MORE, mrkdwn, shortened, visible

MOST_BLOCKS = 50
HEAVIEST = 12_000
"""Of a whole message, in characters of JSON. Slack refuses somewhere above 13,000 and does not say how it counts."""

PREVIEW = 500
NAME = "Vidsyn"

Drawn = tuple[list[Block], str]
"""The blocks, and the text that stands for them in a notification."""

_WORDS = {"btn.yes": "✓", "slack.choose": MORE}


def chat(message: Message, members: Mapping[str, str], say: Say = _WORDS.__getitem__) -> Drawn:
    """The message as one, for the place of another. What does not fit is left out above the buttons: an ellipsis."""
    said, asked, pressed = _drawn(message, members, say)
    below: list[Block] = []
    for blocks in (pressed, asked, said):
        below = _beside(blocks, below) + below
    return below or _nothing(message), fallback(message)


def chat_parts(message: Message, members: Mapping[str, str], say: Say = _WORDS.__getitem__) -> list[Drawn]:
    """The message in as many as it takes, cut between parts; what is to be filled in and pressed stands in the last."""
    said, asked, pressed = _drawn(message, members, say)
    together = [_beside(asked, pressed[:1]) + pressed[:1]] if asked else [[block] for block in pressed[:1]]
    found: list[list[Block]] = [[]]
    for unit in (*([block] for block in said), *together, *([block] for block in pressed[1:])):
        if not _fits([*found[-1], *unit]):
            found.append([])
        found[-1].extend(unit)
    return [(blocks or _nothing(message), fallback(message)) for blocks in found]


def fallback(message: Message) -> str:
    """What a notification says, and what is read where blocks are not shown. Nothing private."""
    return mrkdwn(message.preview if visible(message.preview) else NAME, PREVIEW)


def door(message: Message) -> list[Block]:
    """What stands above the buttons of a message that opens in a form: its title, how far one is, and what is asked."""
    if message.door is None:
        return []
    head = parts(it for it in message.parts if it.look == "title") or paragraph(message.preview)
    asked = _typed(message, message.door) if message.door.typed else []
    return [*head, *paragraph(message.door.opening), *small(message.door.text), *asked]


def pressable(message: Message) -> list[tuple[str, Button]]:
    """The buttons that stand in the chat, each with the card it is pressed on."""
    if message.door is None:
        return [(message.card, button) for button in message.buttons]
    way_in = Button(OPEN, message.door.label, main=True)
    beside = [(message.card, button) for button in message.buttons if button.beside]
    return [(message.door.card, way_in), *beside]


def _typed(message: Message, way_in: Door) -> list[Block]:
    """What is asked, for somebody who answers by typing. What anybody wrote is left out, and what the door says."""
    said = {way_in.text, way_in.opening, *way_in.opening.split("\n")}
    inside = set(way_in.inside)
    if inside & {it.text for it in message.parts}:
        return []
    them = [it for it in message.parts if it.look not in ("title", "own") and it.text not in said]
    choices = [button.label for button in message.buttons if button.choice]
    listed = paragraph("\n".join(f"{n}. {label}" for n, label in enumerate(choices, 1)))
    fields = [_without(it, inside) for it in message.fields if it.label not in inside]
    asked = [replace(it, label="") if it.label in said else it for it in fields]
    return parts(them) + listed + [block for field in asked for block in as_text(field)]


def _without(field: Field, inside: Collection[str]) -> Field:
    """The question without the options that stand in the form only; numbered as there, it has all of them or none."""
    return replace(field, choices=()) if any(it.label in inside for it in field.choices) else field


def _drawn(message: Message, members: Mapping[str, str], say: Say) -> tuple[list[Block], list[Block], list[Block]]:
    """What is read, what is filled in, and what is pressed."""
    said = door(message) if message.door else parts(message.parts)
    fields: Sequence[Field] = () if message.door else message.fields
    asked = [block for field in fields for block in drawn(field, members, say)]
    return said, asked, rows(pressable(message))


def _fits(blocks: Sequence[Block]) -> bool:
    return len(blocks) <= MOST_BLOCKS and weight(blocks) <= HEAVIEST


def _beside(blocks: list[Block], others: Sequence[Block]) -> list[Block]:
    """As many of the blocks, from the first, as there is room for beside the others."""
    if _fits([*blocks, *others]):
        return blocks
    kept = blocks[: MOST_BLOCKS - len(others) - 1]
    while kept and not _fits([*kept, *small(MORE), *others]):
        kept.pop()
    return kept + small(MORE)


def _nothing(message: Message) -> list[Block]:
    """For a message with nothing to see: Slack takes no message without blocks or with an empty one."""
    return heading(shortened(message.preview, PREVIEW)) or parts([Part(BLANK)])
