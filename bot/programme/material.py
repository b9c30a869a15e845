"""What the debrief starts from: the person's own words (spec 8.1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

MOST_QUOTES = 7


@dataclass(frozen=True)
class Written:
    """One text answer of the logbook. `marked` says that the person wants to look at that entry again."""

    id: str
    text: str
    marked: bool = False


def quotes(written: Iterable[Written], most: int = MOST_QUOTES) -> list[Written]:
    """The texts offered in the debrief: of marked entries first, then the longest; at most seven, literal.

    The length is all that is looked at: no ranking by what a text says, and none by mood (D29).
    """
    texts = [each for each in written if each.text.strip()]
    return sorted(texts, key=lambda each: (not each.marked, -len(each.text.strip())))[:most]
