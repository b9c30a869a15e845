"""Who is due at the same time is told over a few minutes."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.programme.spread import spread
from storage.records import new_id

SOME = st.timedeltas(min_value=timedelta(), max_value=timedelta(minutes=15))


@given(st.text(), SOME)
def test_it_is_always_the_same_and_less_than_all_of_it(recipient: str, over: timedelta) -> None:
    later = spread(recipient, over)
    assert later == spread(recipient, over)
    assert timedelta() <= later <= over


def test_people_are_even_over_the_minutes() -> None:
    minutes = Counter(spread(new_id(), timedelta(minutes=3)) // timedelta(minutes=1) for _ in range(3000))
    assert set(minutes) == {0, 1, 2}
    assert min(minutes.values()) > 800


def test_nobody_is_later_where_nothing_is_spread() -> None:
    assert spread("vera", timedelta()) == timedelta()
