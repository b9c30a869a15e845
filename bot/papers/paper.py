"""What a document says, in its reader's language: frozen when it is asked for, drawn when it is fetched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from bot.channel import File
from bot.invitation import file_name

PDF = "application/pdf"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ENDINGS = {PDF: "pdf", WORD: "docx"}

MOST = 100_000
"""Characters of one document, which is about forty pages."""

_LINES = {"\r\n": "\n", "\r": "\n", "\v": "\n", "\f": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n"}
_NO_TEXT = ((0x7F, 0x9F), (0xD800, 0xDFFF), (0xFDD0, 0xFDEF), (0xFFFE, 0xFFFF), (0x10FFFE, 0x10FFFF))
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@dataclass(frozen=True)
class Block:
    """A stretch of a document. `items` that follow each other are one list, `own` is somebody's own words."""

    look: Literal["heading", "label", "plain", "own", "item", "small"]
    text: str


@dataclass(frozen=True)
class Paper:
    """A document. `organisation` stands as its author, `made` is when it was asked for and `day` that in words."""

    title: str
    organisation: str
    made: datetime
    day: str
    language: str
    blocks: tuple[Block, ...]

    @property
    def size(self) -> int:
        """Characters of all that it says."""
        return sum(len(block.text) for block in self.blocks)


PAPER: TypeAdapter[Paper] = TypeAdapter(Paper)


def as_file(paper: Paper, media_type: str) -> File:
    """The document on its way. Its text is what it will be made of."""
    clean = replace(
        paper,
        title=_one_line(paper.title),
        organisation=_one_line(paper.organisation),
        blocks=tuple(replace(block, text=_drawable(block.text)) for block in paper.blocks),
    )
    name = f"{file_name(clean.title)}.{ENDINGS[media_type]}"
    return File(name, media_type, PAPER.dump_json(clean).decode())


def paper_in(file: File) -> Paper | None:
    """The document that a file will be; None for any other file."""
    if file.media_type not in ENDINGS:
        return None
    try:
        return PAPER.validate_json(file.text)
    except ValidationError:
        return None


def _one_line(text: str) -> str:
    return " ".join(_drawable(text).split())


def _drawable(text: str) -> str:
    """The text without what no document can hold: control characters and halves of characters."""
    for end, line in _LINES.items():
        text = text.replace(end, line)
    return "".join(it if _is_text(it) else _REPLACEMENT for it in text)


def _is_text(it: str) -> bool:
    code = ord(it)
    return it in "\n\t" or (code >= 0x20 and not any(low <= code <= high for low, high in _NO_TEXT))
