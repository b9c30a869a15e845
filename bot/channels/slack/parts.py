"""The pieces that Block Kit surfaces are put together from. Every text in them is plain: Slack reads nothing in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import Any

from bot.channel import Button, Part
from bot.channels.slack.text import line, pieces, plain, size, visible

Block = dict[str, Any]

Say = Callable[[str], str]
"""A sentence by its word key, in the reader's language."""

TEXT = 3000
HEADER = 150
LABEL = 75
"""Characters of a button or an option."""

SEEN = 40
"""Characters of a button that can be counted on to be seen: from about thirty Slack may cut it, by the screen."""

ROW = 25
"""Buttons in one block of actions."""


def paragraph(text: str, *, bold: bool = False) -> list[Block]:
    """A paragraph, in as many blocks as it takes."""
    return [_rich("rich_text_section", piece, bold) for piece in pieces(text, TEXT)]


def quote(text: str) -> list[Block]:
    """Somebody's own words."""
    return [_rich("rich_text_quote", piece, False) for piece in pieces(text, TEXT)]


def small(text: str) -> list[Block]:
    """A side remark."""
    return [{"type": "context", "elements": [plain(piece, TEXT)]} for piece in pieces(text, TEXT)]


def heading(text: str) -> list[Block]:
    """What a message is about."""
    if not visible(text):
        return []
    if size(line(text)) > HEADER:
        return paragraph(text, bold=True)
    return [{"type": "header", "text": plain(line(text), HEADER)}]


def part(it: Part) -> list[Block]:
    """The part as it looks; nothing for one without anything to see."""
    match it.look:
        case "title":
            return heading(it.text)
        case "asked":
            return paragraph(it.text, bold=True)
        case "own":
            return quote(it.text)
        case "who" | "small":
            return small(it.text)
    return paragraph(it.text)


def parts(them: Iterable[Part]) -> list[Block]:
    """Part after part."""
    return [block for it in them for block in part(it)]


def rows(pressed: Sequence[tuple[str, Button]], start: int = 0) -> list[Block]:
    """The buttons, each with its card, in blocks of actions, those about one thing together. The first main stands out.

    `start` numbers the first, so that no two on one surface are called the same. A label that may be cut stands in
    full above the buttons: what Slack reads aloud for a button has no more room than the label itself.
    """
    main = next((n for n, (_, it) in enumerate(pressed) if it.main), -1)
    drawn = [_button(card, it, start + n, stands_out=n == main) for n, (card, it) in enumerate(pressed)]
    found: list[Block] = []
    for _, together in groupby(zip(pressed, drawn, strict=True), key=lambda both: both[0][1].matter):
        shown = list(together)
        found += [block for (_, it), _ in shown if size(line(it.label)) > SEEN for block in small(it.label)]
        elements = [button for _, button in shown]
        found += [{"type": "actions", "elements": elements[n : n + ROW]} for n in range(0, len(elements), ROW)]
    return found


def weight(blocks: Sequence[Block]) -> int:
    """How much of the undocumented limit on a whole surface it takes, at the most: all of its JSON."""
    return size(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))


def _button(card: str, it: Button, number: int, *, stands_out: bool) -> Block:
    drawn: Block = {
        "type": "button",
        "action_id": f"press:{number}",
        "text": plain(line(it.label), LABEL),
    }
    # Slack tells of a press on a link too: without a value it means nothing.
    drawn |= {"url": it.url} if it.url else {"value": f"{card}|{it.id}"}
    return drawn | {"style": "primary"} if stands_out else drawn


def _rich(kind: str, text: str, bold: bool) -> Block:
    said: Block = {"type": "text", "text": text}
    if bold:
        said["style"] = {"bold": True}
    return {"type": "rich_text", "elements": [{"type": kind, "elements": [said]}]}
