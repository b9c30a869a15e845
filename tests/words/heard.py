"""Which sentences stand in the transcripts, language by language: what nobody ever sees is noticed.

    python -m tests.words.heard [key ...]

says in which transcripts a sentence stands; without a key, which sentences of the specification stand in none.
A transcript holds words, not keys: two keys with the same words cannot be told apart.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from bot.words import LANGUAGES, forms_of, read
from tests.transcripts.player import FILES
from tests.transcripts.script import INDENT
from tests.words.spec import spec_keys

TEXTS, KINDS = read()
PLACE = re.compile(r"\{\w+\}")
MARKS = re.compile(r"(?:\? |\( \) |\(x\) |\[ \] |\[x\] |\| |• )+")
BUTTONS = re.compile(r"(?:\[[^\[\]]+\] ?)+")
FEWEST_WORDS = 3
"""A text of fewer words stands in a transcript only as a line, a choice or a button of its own."""

LEAST = 4
"""Signs of its own that a text with values must have, to be known again."""


@dataclass(frozen=True)
class Heard:
    """What is seen in transcripts: each line, choice and button by itself, and each message as one text."""

    lines: frozenset[str]
    messages: tuple[str, ...]

    def has(self, text: str) -> bool:
        """Whether a sentence stands there, whatever its values are."""
        own = " ".join(text.split())
        pieces = [piece.strip() for piece in PLACE.split(own)]
        if len(pieces) == 1 and own in self.lines:
            return True
        if (len(pieces) == 1 and len(own.split()) < FEWEST_WORDS) or sum(map(len, pieces)) < LEAST:
            return False
        longest = max(pieces, key=len)
        return any(longest in message and _in_order(pieces, message) for message in self.messages)


def _in_order(pieces: list[str], message: str) -> bool:
    """Whether the pieces follow each other, something stands for each value, and no word is cut at the ends."""
    first = pieces[0]
    at = message.find(first)
    while at >= 0:
        end = at + len(first)
        for before, piece in pairwise(pieces):
            gap = 1 if before or piece else 0
            found = message.find(piece, end + gap) if piece else end + gap
            end = found + len(piece) if found >= 0 else -1
            if end < 0:
                break
        if 0 <= end <= len(message) and _whole(message, at, end):
            return True
        at = message.find(first, at + 1) if first else -1
    return False


def _whole(message: str, start: int, end: int) -> bool:
    before, after = message[max(start - 1, 0) : start], message[end : end + 1]
    cut_before = before.isalnum() and message[start : start + 1].isalnum()
    cut_after = after.isalnum() and message[end - 1 : end].isalnum()
    return not cut_before and not cut_after


@cache
def heard(file: Path) -> Heard:
    """What is seen in one transcript."""
    messages = [*_messages(file.read_text("utf-8"))]
    lines = frozenset(line for message in messages for line in message)
    return Heard(lines, tuple(dict.fromkeys(" ".join(message) for message in messages)))


def _messages(text: str) -> Iterator[list[str]]:
    """Each message as its lines, without the marks of the format; buttons one by one."""
    message: list[str] = []
    for line in text.splitlines():
        if not line.startswith(INDENT * 2) and message:
            yield message
            message = []
        if line.startswith(INDENT):
            message += _parts(line)
    if message:
        yield message


def _parts(line: str) -> list[str]:
    text = MARKS.sub("", line.strip(), count=1) if MARKS.match(line.strip()) else line.strip()
    if BUTTONS.fullmatch(text):
        return [label.removesuffix(" ↗") for label in re.findall(r"\[([^\[\]]+)\]", text)]
    text = text.removesuffix(" *")
    if text.startswith("(") and text.endswith(")"):
        return [text[1:-1]]
    beside = line.startswith(INDENT) and not line.startswith(INDENT * 2)
    return [text.partition(": ")[2]] if beside and ": " in text else [text]


def where(key: str, language: str) -> list[Path]:
    """The transcripts of a language in which a sentence stands, in one of its forms."""
    forms = forms_of(TEXTS[language][key])
    files = [file for file in FILES if file.parent.name == language]
    return [file for file in files if any(heard(file).has(form) for form in forms)]


@cache
def _all(language: str) -> Heard:
    found = [heard(file) for file in FILES if file.parent.name == language]
    lines = frozenset(line for each in found for line in each.lines)
    return Heard(lines, tuple(dict.fromkeys(message for each in found for message in each.messages)))


def languages(keys: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """By key, the languages in whose transcripts its sentence stands. One that the product has not is left out."""
    return {
        key: tuple(
            language
            for language in LANGUAGES
            if any(_all(language).has(form) for form in forms_of(TEXTS[language][key]))
        )
        for key in keys
        if key in KINDS
    }


def main(keys: list[str]) -> None:
    """Says where the keys stand, or which stand nowhere."""
    for key in keys:
        for language in LANGUAGES:
            print(key, language, *(file.stem for file in where(key, language)))
    if not keys:
        for key, said in languages(spec_keys()).items():
            if len(said) < len(LANGUAGES):
                print(key, "only in" if said else "in none", *said)


if __name__ == "__main__":
    main(sys.argv[1:])
