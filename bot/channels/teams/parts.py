"""The pieces that a card is put together from. Every text is a TextRun, which reads nothing in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from bot.channel import Part
from bot.channels.teams.text import is_plain, line, pieces, run, units, visible

Element = dict[str, Any]

Say = Callable[[str], str]
"""A sentence by its word key, in the reader's language."""

TEXT = 3000
"""Characters in one block of text."""

TITLE = 200

BOX = 20_000
"""Bytes of a quote in one container, as `weight` counts, so that a very long one can be parted."""

_BETWEEN = re.compile(r"\n\s*\n")


def paragraph(text: str, **look: Any) -> list[Element]:
    """A paragraph, in as many blocks as it has paragraphs of its own. `look` are properties of the TextRun."""
    return [_block(piece, look) for said in _BETWEEN.split(text) for piece in pieces(said, TEXT)]


def small(text: str) -> list[Element]:
    """A side remark."""
    return close(paragraph(text, size="small", isSubtle=True))


def wrong(text: str) -> list[Element]:
    """What has to be looked at again."""
    return paragraph(text, color="attention", weight="bolder")


def heading(text: str) -> list[Element]:
    """What a card is about: a heading for screen readers too, unless markdown would find something to read in it."""
    said = line(text)
    if not (is_plain(said) and units(said) <= TITLE):
        return paragraph(text, size="large", weight="bolder")
    block = {"type": "TextBlock", "text": said, "style": "heading", "size": "large", "weight": "bolder", "wrap": True}
    return [block] if visible(said) else []


def quote(text: str) -> list[Element]:
    """Somebody's own words, in one box; in boxes without a gap when they are very long."""
    boxes: list[list[Element]] = []
    room = 0
    for item in paragraph(text):
        needs = weight(item)
        if needs > room:
            boxes.append([])
            room = BOX
        boxes[-1].append(item)
        room -= needs
    drawn = [{"type": "Container", "style": "emphasis", "items": items} for items in boxes]
    return [*drawn[:1], *(box | {"spacing": "none"} for box in drawn[1:])]


def part(it: Part) -> list[Element]:
    """The part as it looks; nothing for one without anything to see."""
    match it.look:
        case "title":
            return heading(it.text)
        case "asked":
            return paragraph(it.text, weight="bolder")
        case "own":
            return quote(it.text)
        case "who" | "small":
            return small(it.text)
    return paragraph(it.text)


def parts(them: Iterable[Part]) -> list[Element]:
    """Part after part. What a quote is called stands close above it, and apart from the quote before."""
    found: list[Element] = []
    before = ""
    for it in them:
        drawn = part(it)
        if it.look == "own" and before == "small":
            drawn = [*close(drawn[:1]), *drawn[1:]]
        elif it.look in ("small", "who") and before == "own":
            drawn = [element | {"spacing": "medium"} for element in drawn]
        found += drawn
        before = it.look if drawn else before
    return found


def apart(them: list[Element]) -> list[Element]:
    """The elements, with more room above the first."""
    return [them[0] | {"spacing": "large"}, *them[1:]] if them else []


def close(them: list[Element]) -> list[Element]:
    """The elements, with little room above each."""
    return [it | {"spacing": "small"} for it in them]


def weight(drawn: Any) -> int:
    """Bytes of its JSON in UTF-16, as Teams counts."""
    return 2 * units(json.dumps(drawn, ensure_ascii=False, separators=(",", ":")))


def _block(text: str, look: dict[str, Any]) -> Element:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": run(text), **look}]}
