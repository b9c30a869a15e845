"""Who is due at the same time is told over a few minutes."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.programme.calendar import Worker, hours, local_date
from bot.programme.spread import spread
from storage.records import new_id
from tests.programme.strategies import moments, workers

NOON = datetime(2026, 5, 11, 12, tzinfo=UTC)
THREE = timedelta(minutes=3)
SOME = st.timedeltas(min_value=timedelta(), max_value=timedelta(minutes=15))


@given(moments, st.text(), SOME, workers())
def test_d7_it_is_the_same_each_time_and_past_no_end(
    at: datetime, recipient: str, over: timedelta, worker: Worker
) -> None:
    later = spread(at, recipient, over, worker)
    assert later == spread(at, recipient, over, worker)
    assert at <= later <= at + over
    day = local_date(at, worker.zone)
    ends = hours(worker, day)[1]
    assert local_date(later, worker.zone) == day
    assert at >= ends or later < ends


@given(moments, st.timedeltas(timedelta(), timedelta(minutes=20)), st.text(), SOME, workers())
def test_nothing_overtakes_what_was_planned_before_it(
    at: datetime, gap: timedelta, recipient: str, over: timedelta, worker: Worker
) -> None:
    assert spread(at, recipient, over, worker) <= spread(at + gap, recipient, over, worker)


def test_people_are_even_over_the_minutes() -> None:
    minutes = Counter((spread(NOON, new_id(), THREE, Worker()) - NOON) // timedelta(minutes=1) for _ in range(3000))
    assert set(minutes) == {0, 1, 2}
    assert min(minutes.values()) > 800


@pytest.mark.parametrize("at", [NOON, datetime(2026, 5, 11, 13, 59, 30, tzinfo=UTC)])
def test_nobody_is_later_where_nothing_is_spread(at: datetime) -> None:
    assert spread(at, "vera", timedelta(), Worker()) == at
