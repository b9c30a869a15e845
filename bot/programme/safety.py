"""What a text says about its writer that must not go by in silence: acute danger, or something to report (D26, D27).

Only first-person statements count: in social work violence and threats are everyday words. Nothing is scored or kept.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import Final

from dialogs.typed import fold

EMERGENCY: Final = "safe.emergency"
NOT_CHANNEL: Final = "safe.not_channel"
HARD_DAYS: Final = "safe.hard_days"

LOW: Final = 2
"""A day score of this or less is a hard day."""

RESTS: Final = 5
"""Entries between two offers of somebody to talk to (T19)."""

NEAR: Final = 3
"""Words before a statement among which somebody else may be quoted."""

_LISTS: Final = tomllib.loads(files("dialogs").joinpath("texts/safety.toml").read_text("utf-8"))
_SAYS: Final = frozenset(_LISTS["says"])
_SUPPOSING: Final = frozenset(_LISTS["supposing"])
_ONESELF: Final = frozenset(_LISTS["oneself"])
_SMALL: Final = rf"(?: (?:{'|'.join(_LISTS['small'])})){{0,3}} "
_QUOTED: Final = re.compile(r"“[^”]*”|„[^“”]*[“”]|\"[^\"]*\"|«[^»]*»|»[^«]*«|(?<!\w)['‘][^'’]*['’](?!\w)")
_ENDS: Final = re.compile(r"([.!?\n;:])")


def _pattern(phrase: str) -> re.Pattern[str]:
    """The phrase with small words in between; "a|b" is either, "!a" must not follow."""
    words = [f"(?:{word})" for word in phrase.split() if not word.startswith("!")]
    never = [word[1:] for word in phrase.split() if word.startswith("!")]
    follows = rf"(?! (?:{'|'.join(never)})\b)" if never else ""
    return re.compile(rf"\b{_SMALL.join(words)}\b{follows}")


_PATTERNS: Final = {
    EMERGENCY: [_pattern(phrase) for phrase in _LISTS["emergency"]],
    NOT_CHANNEL: [_pattern(phrase) for phrase in _LISTS["not_channel"]],
}


def concern(texts: Iterable[str]) -> str:
    """The key of the sentence that these texts of one person call for: an emergency first; empty when none."""
    said = [sentence for text in texts for sentence in _own_sentences(text)]
    return next((key for key, patterns in _PATTERNS.items() if any(_holds(it, patterns) for it in said)), "")


def hard_days(scores: Sequence[int | None]) -> bool:
    """True when the last entry calls for somebody to talk to: two low day scores in a row, once per five entries.

    `scores` are 1 to 5, one for every entry, oldest first; None where the day was not scored.
    """
    offered = -RESTS
    before: int | None = None
    for number, score in enumerate(scores):
        if score is None:
            continue
        both_low = before is not None and max(before, score) <= LOW
        if both_low and number - offered >= RESTS:
            offered = number
        before = score
    return bool(scores) and offered == len(scores) - 1


def _own_sentences(text: str) -> list[str]:
    """The sentences in which the writer speaks: without quotations, and without what follows "she said:"."""
    own = []
    quoting = False
    parts = _ENDS.split(_QUOTED.sub(" ", text))
    for words, end in zip(parts[::2], [*parts[1::2], "."], strict=True):
        sentence = fold(words)
        if sentence and not quoting:
            own.append(sentence)
        quoting = end == ":" and _somebody_says(sentence.split())
    return own


def _holds(sentence: str, patterns: Sequence[re.Pattern[str]]) -> bool:
    for pattern in patterns:
        for found in pattern.finditer(sentence):
            before = sentence[: found.start()].split()
            if not _SUPPOSING & {*before[-2:]} and not _somebody_says(before):
                return True
    return False


def _somebody_says(words: Sequence[str]) -> bool:
    """Whether the last of the words say that somebody else speaks."""
    near = range(max(0, len(words) - NEAR), len(words))
    return any(words[n] in _SAYS and (n == 0 or words[n - 1] not in _ONESELF) for n in near)
