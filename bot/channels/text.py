"""Text as a platform can take it: harmless, counted, cut at a sensible place.

Platforms count characters in ways that they do not document. Here a character is a UTF-16 unit of the escaped text,
which is never fewer than any other count.
"""

from __future__ import annotations

import re
import unicodedata

from bot.channels.letters import extends, letters

BLANK = "–"
"""Stands where a text is wanted and there is none."""

MORE = "…"

_NO_TEXT = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# What turns the direction of the text after it. The marks that turn nothing (LRM, RLM, ALM) stay.
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_LINES = re.compile(r"\r\n?|[\u2028\u2029]")
# A sign that this Unicode does not know yet counts as seen: it may be a new emoji.
_NOTHING = frozenset(("Cc", "Cf", "Cs", "Zs", "Zl", "Zp"))
# Characters that are drawn as nothing, though their category says letter, mark or symbol.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0") | {
    chr(code) for span in ((0xFE00, 0xFE10), (0xE0100, 0xE01F0)) for code in range(*span)
}
_SPACES = re.compile(r"[^\S\u00a0]+")
_PARAGRAPH, _LINE, _WORD = r"\n\s*\n\s*", r"\n\s*", r"\s+"
_SENTENCE = r"[.!?…:;][\"”»)]*\s+"


def harmless(text: str) -> str:
    """The text with one kind of line break, without control characters and without what turns its direction."""
    if text.isprintable():  # as most of it is: nothing of what is looked for below is
        return text
    return _NO_TEXT.sub("\N{REPLACEMENT CHARACTER}", _TURNS.sub("", _LINES.sub("\n", text)))


def visible(text: str) -> bool:
    """Whether there is anything to see in it, when it is made harmless."""
    return any(unicodedata.category(sign) not in _NOTHING and sign not in _UNSEEN for sign in harmless(text))


def escape(text: str) -> str:
    """The text with the three characters replaced that markup reads."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def size(text: str) -> int:
    """How many characters it is for a platform, at the most."""
    return units(escape(text))


def line(text: str) -> str:
    """The text in one line, in which a date still does not break apart."""
    return _SPACES.sub(" ", harmless(text)).strip()


def units(text: str) -> int:
    """How many UTF-16 units it is, as a field for typing counts."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def pieces(text: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit` characters, cut after a paragraph, line, sentence, word or letter.

    White space at a cut is left out, and so are pieces with nothing to see.
    """
    text, found = harmless(text).strip(), []
    while size(text) > limit:
        end = _cut(text, limit, (_PARAGRAPH, _LINE, _SENTENCE, _WORD))
        found.append(text[:end].rstrip())
        text = _without_lead(text[end:])
    return [piece for piece in (*found, text) if visible(piece)]


def shortened(text: str, limit: int) -> str:
    """The text, or its beginning with an ellipsis, at most `limit` characters long."""
    text = harmless(text).strip()
    if size(text) <= limit:
        return text
    end = _cut(text, limit - len(MORE), (_WORD,)) if limit > len(MORE) else 0
    return text[:end].rstrip().rstrip(",;:–-").rstrip() + MORE


def _cut(text: str, limit: int, breaks: tuple[str, ...]) -> int:
    """Where to cut so that the beginning fits: at the first kind of break there is, not too early, else at a letter."""
    end = _fitting(text, limit)
    window = text[: end + 1] if text[end : end + 1].isspace() else text[:end]
    for kind in breaks:
        places = (match.end() for match in re.finditer(kind, window))
        sensible = [place for place in places if place >= end // 3 and not extends(text[place : place + 1])]
        if sensible:
            return sensible[-1]
    return end


def _fitting(text: str, limit: int) -> int:
    """How many code points fit, in whole letters; when not even the first letter fits, as much of it as does."""
    used = end = 0
    for letter in letters(text):
        used += size(letter)
        if used > limit:
            break
        end += len(letter)
    return end or _points(text, limit)


def _points(text: str, limit: int) -> int:
    used = 0
    for n, sign in enumerate(text):
        used += size(sign)
        if used > limit:
            return max(n, 1)
    return len(text)


def _without_lead(text: str) -> str:
    """The text without the white space it begins with, except one that carries a mark."""
    rest = text.lstrip()
    return text[len(text) - len(rest) - 1 :] if len(rest) < len(text) and extends(rest[:1]) else rest
