"""Where a text may be cut: between letters as a reader sees them.

A small part of Unicode's rules for grapheme clusters (UAX 29), by what the standard library knows: marks, joiners, skin
tones, flags and Hangul stay with what they stand on. A rarer cluster may be cut, a code point never.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

JOINER = "\u200d"
MARKS = frozenset(("Mn", "Mc", "Me"))
# What stands with the letter before it: non-joiner and joiner, half-width voicing, skin tones, the letters of a flag.
STICK = ((0x200C, 0x200D), (0xFF9E, 0xFF9F), (0x1F3FB, 0x1F3FF), (0xE0020, 0xE007F))
FLAGS = (0x1F1E6, 0x1F1FF)
LEAD, VOWEL, TAIL, SYLLABLE = (0x1100, 0x115F), (0x1160, 0x11A7), (0x11A8, 0x11FF), (0xAC00, 0xD7A3)


def letters(text: str) -> Iterator[str]:
    """The text, letter by letter. A letter may be many code points long, ten thousand marks on one base among them."""
    start, flags = 0, 0
    for n, sign in enumerate(text):
        if n and not _together(text[n - 1], sign, flags):
            yield text[start:n]
            start = n
        flags = flags + 1 if _in(sign, FLAGS) else 0
    if text:
        yield text[start:]


def extends(sign: str) -> bool:
    """Whether it stands on the letter before it. No character at all does not."""
    if sign < "\u0300":
        return False
    return unicodedata.category(sign) in MARKS or any(_in(sign, group) for group in STICK)


def _together(before: str, sign: str, flags: int) -> bool:
    if sign < "\u0300":
        return False
    if extends(sign) or before == JOINER:
        return True
    return (flags % 2 == 1 and _in(sign, FLAGS)) or _hangul(before, sign)


def _hangul(before: str, sign: str) -> bool:
    if _in(before, LEAD):
        return _in(sign, LEAD) or _in(sign, VOWEL) or _in(sign, SYLLABLE)
    if _in(before, VOWEL) or _in(before, SYLLABLE):
        return _in(sign, VOWEL) or _in(sign, TAIL)
    return _in(before, TAIL) and _in(sign, TAIL)


def _in(sign: str, group: tuple[int, int]) -> bool:
    return group[0] <= ord(sign) <= group[1]
