"""Text as a card can take it: shown as typed, wherever it stands. Nothing of it formats, links or mentions.

A TextRun reads no markdown. A label or an option may: clients differ, so what they could read is put apart there with
signs that are not seen.
"""

from __future__ import annotations

import re

from bot.channels.text import BLANK as BLANK
from bot.channels.text import harmless as harmless
from bot.channels.text import line as line
from bot.channels.text import pieces as pieces
from bot.channels.text import shortened as shortened
from bot.channels.text import size as size
from bot.channels.text import units as units
from bot.channels.text import visible as visible

_JOIN = "\u2060"
_HAIR = "\u200a"
_GRAVE = "\u02cb"

# Clients put a date in the place of {{DATE(…)}}, also in a TextRun.
_FORMULA = re.compile(r"\{(?=\{)")
_EMPHASIS = re.compile(r"([*_~])\1*")
# Entities, tags, escapes, links; and addresses, which some clients make links of by themselves.
_READ = re.compile(r"[<&\\\]]|[:/](?=/)|\.(?=[^\W\d])|(?<=www)\.", re.IGNORECASE)
_HARMLESS = re.compile(r"[\w\s.,:;!?'’\"“”«»()/%+–—…·-]*")
_STARTS = re.compile(r"\s*(?:[-+]|[-+=]+|\d+[.)])(?:\s|$)")
_ADDRESS = re.compile(r"//|\w\.[^\W\d]")


def run(text: str) -> str:
    """The text for a place where no markdown is read."""
    return _FORMULA.sub("{" + _JOIN, harmless(text))


def label(text: str, limit: int) -> str:
    """The text in one line for a place where markdown may be read, at most `limit` characters before it is put apart.

    A sign for emphasis stands alone between hair spaces, where it is none; other signs get a joiner after them.
    """
    fitted = shortened(line(text), limit)
    if not visible(fitted):
        return BLANK
    if is_plain(fitted):
        return fitted
    apart = _EMPHASIS.sub(lambda found: _HAIR + found.group() + _HAIR, run(fitted).replace("`", _GRAVE))
    return _JOIN + _READ.sub(lambda found: found.group() + _JOIN, apart).replace("@", _JOIN + "@")


def is_plain(text: str) -> bool:
    """Whether markdown finds nothing to read in it."""
    return bool(_HARMLESS.fullmatch(text)) and "_" not in text and not _STARTS.match(text) and not _ADDRESS.search(text)
