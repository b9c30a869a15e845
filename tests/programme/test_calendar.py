"""Working days, holidays, own hours and the two nights when the clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.programme.calendar import (
    Worker,
    at_local,
    aware,
    hours,
    is_holiday,
    is_working_day,
    local_date,
    local_time,
    on_day,
    within_hours,
    working_day_after,
    working_day_before,
)
from tests.programme.strategies import ZONES, clocks, dates, moments, workers

DANE = Worker()
NORWEGIAN = Worker("Europe/Oslo", "NO")
SPRING = (date(2025, 3, 30), date(2026, 3, 29), date(2027, 3, 28))
AUTUMN = (date(2025, 10, 26), date(2026, 10, 25), date(2027, 10, 31))


def test_domain_t22_each_side_of_a_mixed_pair_follows_its_own_calendar() -> None:
    constitution_day, labour_day = date(2027, 5, 17), date(2026, 5, 1)
    pentecost_monday, great_prayer_day = date(2027, 5, 17), date(2026, 5, 1)
    assert constitution_day == pentecost_monday
    assert is_working_day(DANE, great_prayer_day)
    assert not is_working_day(NORWEGIAN, labour_day)
    assert is_working_day(DANE, date(2028, 5, 17))
    assert not is_working_day(NORWEGIAN, date(2028, 5, 17))
    at = datetime(2026, 5, 1, 8, 0, tzinfo=UTC)
    assert local_date(within_hours(DANE, at), DANE.zone) == date(2026, 5, 1)
    assert local_date(within_hours(NORWEGIAN, at), NORWEGIAN.zone) == date(2026, 5, 4)


@pytest.mark.parametrize(
    ("country", "day", "free"),
    [
        ("DK", date(2023, 5, 5), True),  # Store Bededag, the last
        ("DK", date(2024, 4, 26), False),
        ("DK", date(2026, 5, 14), True),
        ("DK", date(2026, 6, 5), False),  # Constitution Day: half-official
        ("DK", date(2026, 12, 24), True),  # half-official, treated as free
        ("DK", date(2026, 12, 31), True),
        ("NO", date(2026, 12, 24), True),
        ("NO", date(2026, 12, 31), True),
        ("NO", date(2026, 5, 17), True),
        ("NO", date(2026, 6, 5), False),
        ("DK", date(2026, 5, 1), False),
        ("NO", date(2026, 4, 2), True),
    ],
)
def test_holidays_are_the_public_ones_and_the_two_last_days_that_end_at_noon(
    country: str, day: date, free: bool
) -> None:
    assert is_holiday(country, day) is free


def test_working_days_are_counted_over_easter() -> None:
    assert working_day_after(DANE, date(2026, 4, 1)) == date(2026, 4, 7)
    assert working_day_after(DANE, date(2026, 4, 1), 3) == date(2026, 4, 9)
    assert working_day_before(DANE, date(2026, 4, 7)) == date(2026, 4, 1)


@given(worker=workers(), day=dates, n=st.integers(1, 12))
def test_there_and_back_are_the_same_number_of_working_days(worker: Worker, day: date, n: int) -> None:
    there = working_day_after(worker, day, n)
    assert is_working_day(worker, there)
    assert there > day
    passed = [day + timedelta(days=k) for k in range(1, (there - day).days + 1)]
    assert sum(is_working_day(worker, each) for each in passed) == n
    if is_working_day(worker, day):
        assert working_day_before(worker, there, n) == day


@pytest.mark.parametrize("zone", sorted(ZONES.values()))
@pytest.mark.parametrize("day", SPRING)
def test_f15_a_time_in_the_gap_moves_to_the_first_minute_that_exists(zone: str, day: date) -> None:
    first = datetime(day.year, day.month, day.day, 1, 0, tzinfo=UTC)
    assert at_local(day, time(2, 0), zone) == first
    assert at_local(day, time(2, 30), zone) == first
    assert at_local(day, time(2, 59, 59), zone) == first
    assert at_local(day, time(3, 0), zone) == first
    assert at_local(day, time(1, 59), zone) == first - timedelta(minutes=1)


@pytest.mark.parametrize("zone", sorted(ZONES.values()))
@pytest.mark.parametrize("day", AUTUMN)
def test_f15_of_a_time_that_comes_twice_it_is_the_first(zone: str, day: date) -> None:
    assert at_local(day, time(2, 30), zone) == datetime(day.year, day.month, day.day, 0, 30, tzinfo=UTC)
    assert at_local(day, time(2, 30, fold=1), zone) == at_local(day, time(2, 30), zone)
    assert at_local(day, time(3, 0), zone) == datetime(day.year, day.month, day.day, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize("zone", sorted(ZONES.values()))
def test_f15_every_hour_of_three_years_comes_back_as_it_was_meant(zone: str) -> None:
    here, day = ZoneInfo(zone), date(2025, 1, 1)
    before = datetime(2024, 12, 31, tzinfo=UTC)
    while day < date(2028, 1, 1):
        for hour in range(24):
            moment = at_local(day, time(hour, 30), zone)
            shown = moment.astimezone(here)
            assert moment.tzinfo is UTC
            if day in SPRING and hour == 2:
                assert shown.time() == time(3, 0)
            else:
                assert (shown.date(), shown.time()) == (day, time(hour, 30))
            assert moment > before
            before = moment
        day += timedelta(days=1)


@given(day=dates, clock=clocks, zone=st.sampled_from(sorted(ZONES.values())))
def test_a_moment_shows_the_time_it_was_made_from(day: date, clock: time, zone: str) -> None:
    moment = at_local(day, clock, zone)
    assert local_date(moment, zone) == day
    assert local_time(moment, zone) == clock or (clock.hour == 2 and local_time(moment, zone) == time(3))


@given(worker=workers(), moment=moments, chosen=st.booleans())
def test_nothing_unasked_comes_outside_the_own_hours(worker: Worker, moment: datetime, chosen: bool) -> None:
    at = within_hours(worker, moment, chosen=chosen)
    day = local_date(at, worker.zone)
    starts, ends = hours(worker, day, chosen=chosen)
    assert at >= moment
    assert is_working_day(worker, day)
    assert starts <= at < ends
    assert local_time(at, worker.zone) >= worker.starts
    assert worker.overnight or local_time(at, worker.zone) < worker.ends
    if not chosen and worker.ends > time(9) and not worker.overnight:
        assert local_time(at, worker.zone) >= time(9)
    assert within_hours(worker, at, chosen=chosen) == at
    earlier = at - timedelta(minutes=1)
    assert earlier < moment or within_hours(worker, earlier, chosen=chosen) == at


def test_an_early_bird_may_choose_an_early_hour() -> None:
    bird = Worker(starts=time(6), ends=time(14))
    at = at_local(date(2026, 5, 4), time(6, 30), bird.zone)
    assert local_time(within_hours(bird, at), bird.zone) == time(9)
    assert within_hours(bird, at, chosen=True) == at


@given(worker=workers(), day=dates, clock=clocks)
def test_a_time_on_a_working_day_stays_on_it_inside_the_hours(worker: Worker, day: date, clock: time) -> None:
    at = on_day(worker, day, clock)
    assert within_hours(worker, at) == at
    if is_working_day(worker, day):
        assert local_date(at, worker.zone) == day
        if within_hours(worker, at_local(day, clock, worker.zone)) == at_local(day, clock, worker.zone):
            assert abs(at - at_local(day, clock, worker.zone)) <= timedelta(minutes=45)


def test_the_evening_belongs_to_the_person() -> None:
    friday_evening = at_local(date(2026, 5, 8), time(17), DANE.zone)
    assert within_hours(DANE, friday_evening) == at_local(date(2026, 5, 11), time(9), DANE.zone)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        aware(datetime(2026, 5, 4, 9))  # noqa: DTZ001
    with pytest.raises(ValueError, match="no time zone"):
        within_hours(DANE, datetime(2026, 5, 4, 9))  # noqa: DTZ001


def test_a_wrong_worker_is_refused() -> None:
    with pytest.raises(ValueError, match="holiday calendar"):
        Worker(country="SE")
    for days in ((), (7,)):
        with pytest.raises(ValueError, match="Working days"):
            Worker(working_days=days)
