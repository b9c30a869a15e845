"""The track of a stay, and minutes that are true."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.programme.tracks import minutes, track
from dialogs.model import Ask, One, Scale, Text, Visibility


@pytest.mark.parametrize(("count", "name"), [(1, "short"), (5, "short"), (6, "full")])
def test_at_most_five_exchange_days_are_short(count: int, name: str) -> None:
    assert track([date(2026, 3, 2) + timedelta(days=n) for n in range(count)]) == name


def test_minutes_are_reckoned_by_words_choices_and_texts() -> None:
    long = Ask("a", Text(3000), Visibility.PRIVATE)
    choice = Ask("b", One(("x", "y")), Visibility.PRIVATE)
    line = Ask("c", Text(300), Visibility.PRIVATE)
    scale = Ask("d", Scale(), Visibility.PRIVATE)
    assert minutes([], []) == 1
    assert minutes(["ord " * 200], []) == 1
    assert minutes(["ord " * 200, "et"], []) == 2
    assert minutes([], [long, long, long]) == 3
    assert minutes([], [choice, line, scale, choice]) == 2
