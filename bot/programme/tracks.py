"""Short and full track, and how long a conversation really takes (domain/README.md)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from math import ceil

from dialogs.model import Ask, Text

SHORT_UP_TO = 5
"""Exchange days on the short track."""

WORDS_A_MINUTE = 200
CHOICE_SECONDS = 20
LONG_TEXT_SECONDS = 60


def track(days: Collection[date]) -> str:
    """Short for at most five exchange days, else full. The person or HR may choose the full one."""
    return "short" if len(days) <= SHORT_UP_TO else "full"


def part_time(days: Collection[date]) -> bool:
    """True for a stay over more than two calendar weeks with at most three days in any of them (seed 002-14)."""
    weeks = Counter(day.isocalendar()[:2] for day in days)
    return len(weeks) > 2 and max(weeks.values()) <= 3


def minutes(texts: Iterable[str], asks: Iterable[Ask]) -> int:
    """Whole minutes, rounded up, to read the texts and answer the questions: {minutes} must be true.

    200 words a minute, 60 seconds for a long text, 20 for any other answer.
    """
    reading = 60 * sum(len(text.split()) for text in texts) / WORDS_A_MINUTE
    writing = sum(
        LONG_TEXT_SECONDS if isinstance(ask.answer, Text) and ask.answer.long else CHOICE_SECONDS for ask in asks
    )
    return max(1, ceil((reading + writing) / 60))
