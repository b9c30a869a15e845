"""F15: clocks that change, everywhere in the world and for three years; people who move; days that come rarely."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.programme.calendar import (
    Worker,
    at_local,
    hours,
    is_holiday,
    is_working_day,
    local_date,
    local_time,
    within_hours,
)
from bot.programme.schedule import SILENT, ExchangeFacts, exchange_dues, has_been, latest, too_late
from tests.programme.strategies import clocks, dates, moments, workers

ZONES = sorted(available_timezones())
FIRST, LAST = datetime(2025, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
MINUTE, QUARTER, HOUR, DAY, WEEK = (
    timedelta(minutes=1), timedelta(minutes=15), timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
)  # fmt: skip

zones = st.sampled_from(ZONES)
anywhere = st.builds(lambda worker, zone: replace(worker, zone=zone), workers(), zones)


@cache
def changes(zone: str) -> list[datetime]:
    """The first moment of each new offset in three years; no two are within a week."""
    here, found = ZoneInfo(zone), []
    moment = FIRST
    while moment < LAST:
        before, after = moment, moment + WEEK
        offset = before.astimezone(here).utcoffset()
        if after.astimezone(here).utcoffset() != offset:
            while after - before > MINUTE:
                middle = before + (after - before) // 2
                same = middle.astimezone(here).utcoffset() == offset
                before, after = (middle, after) if same else (before, middle)
            found.append(after.replace(second=0, microsecond=0))
        moment += WEEK
    return found


CHANGING = [zone for zone in ZONES if changes(zone)]


def shown(moment: datetime, zone: str) -> datetime:
    """What the clocks there show."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0)


def is_right(day: date, clock: time, zone: str) -> datetime:
    """The moment of a local time: the first that shows it, or the first after the gap that it lies in."""
    wanted = datetime.combine(day, clock)
    moment = at_local(day, clock, zone)
    assert moment.tzinfo is UTC
    if shown(moment, zone) == wanted:
        assert moment.astimezone(ZoneInfo(zone)).fold == 0, "of two it is the first"
    else:
        assert shown(moment, zone) > wanted, "out of a gap it moves forward"
        assert shown(moment - MINUTE, zone) < wanted, "and no further than it must"
    return moment


def test_f15_the_world_changes_its_clocks() -> None:
    assert len(CHANGING) > 150
    assert {"Europe/Copenhagen", "America/Nuuk", "Africa/Casablanca", "Australia/Lord_Howe"} <= set(CHANGING)
    assert len(changes("Europe/Oslo")) == 6


@pytest.mark.parametrize("zone", CHANGING)
def test_f15_around_each_change_of_the_clocks_a_time_is_one_moment(zone: str) -> None:
    for change in changes(zone):
        middle = shown(change, zone).replace(minute=0)
        around = [middle + n * QUARTER for n in range(-16, 17)]
        found = [is_right(it.date(), it.time(), zone) for it in around]
        assert found == sorted(found)


@given(zone=zones, day=dates, minutes=st.integers(0, 24 * 60 - 1))
def test_f15_a_local_time_is_one_moment_in_every_zone(zone: str, day: date, minutes: int) -> None:
    is_right(day, time(minutes // 60, minutes % 60), zone)


def an_exchange(worker: Worker, days: tuple[date, ...], finish: time | None) -> ExchangeFacts:
    """Of somebody whose leader lives elsewhere."""
    return ExchangeFacts(
        "x", "mette", worker, "lars", Worker(), days[0], days[-1], days, "approved",
        approved_at=at_local(days[0] - 30 * DAY, time(12), worker.zone), finish=finish,
    )  # fmt: skip


def one_a_day(facts: ExchangeFacts) -> None:
    """Each kind comes once for each local date: that of its day, but for what comes when a night's work ends."""
    dues = exchange_dues(facts)
    assert len({(due.recipient, due.kind, due.day) for due in dues}) == len(dues)
    me = facts.employee_hours
    for kind in ("log", "week.pick"):
        asked = [due for due in dues if due.kind == kind]
        nights = {local_date(due.at, me.zone) - due.day for due in asked}
        assert len({local_date(due.at, me.zone) for due in asked}) == len(asked)
        assert nights <= ({timedelta(0), DAY} if me.overnight else {timedelta(0)})
    for due in dues:
        worker = me if due.recipient == facts.employee else facts.leader_hours
        assert latest(due.kind, due.at, worker) >= due.at
        if due.kind not in ("log", "week.pick"):
            after = due.kind in ("log.remind", "log.close")
            assert (local_date(due.at, worker.zone) > due.day) if after else local_date(due.at, worker.zone) == due.day


@pytest.mark.parametrize("zone", CHANGING)
def test_f15_each_night_of_a_change_has_its_one_logbook(zone: str) -> None:
    """Asked for just when the clocks change, and a quarter of an hour to either side."""
    everyday = Worker(zone, "DK", tuple(range(7)), time(0), time(23))
    for change in changes(zone):
        local = shown(change, zone)
        days = tuple(local.date() + n * DAY for n in range(-2, 3))
        days = tuple(day for day in days if not is_holiday("DK", day))
        for by in (-2, -1, 0, 1, 2, 3):
            finish = (local + by * QUARTER).time().replace(second=0)
            facts = an_exchange(everyday, days, finish)
            one_a_day(facts)
            assert [due.day for due in exchange_dues(facts) if due.kind == "log"] == list(days)


@given(worker=anywhere, start=dates, finish=st.none() | clocks)
def test_f15_everywhere_each_day_has_its_one_logbook(worker: Worker, start: date, finish: time | None) -> None:
    days = tuple(day for n in range(7) if not is_holiday(worker.country, day := start + n * DAY))
    one_a_day(an_exchange(worker, days, finish))


@given(worker=anywhere, moment=moments)
def test_f15_nothing_unasked_comes_outside_the_own_hours_anywhere(worker: Worker, moment: datetime) -> None:
    at = within_hours(worker, moment)
    day = local_date(at, worker.zone)
    starts, ends = hours(worker, day)
    assert moment <= at < ends
    assert starts <= at
    assert is_working_day(worker, day)
    assert within_hours(worker, at) == at


# People who move


@given(
    worker=anywhere, there=zones, start=dates, finish=st.none() | clocks, after=st.integers(-40 * 24, 40 * 24),
    late=st.integers(0, 30 * 24),
)  # fmt: skip
def test_f15_who_moves_is_prompted_once_for_each_kind_and_local_date(
    worker: Worker, there: str, start: date, finish: time | None, after: int, late: int
) -> None:
    """What was said before the move stays said; what is planned anew is said where the person is by then."""
    days = tuple(day for n in range(7) if not is_holiday(worker.country, day := start + n * DAY))
    facts = an_exchange(worker, days, finish)
    facts = replace(facts, approved_at=at_local(start, time(9), worker.zone) - late * HOUR)
    moves = at_local(start, time(9), worker.zone) + after * HOUR
    elsewhere = replace(worker, zone=there)
    mine = [due for due in exchange_dues(facts) if due.recipient == "mette" and due.kind not in SILENT]
    said = [(due.kind, local_date(due.at, worker.zone)) for due in mine if due.at <= moves]
    known = {(due.kind, due.day) for due in mine if due.at <= moves}
    for due in exchange_dues(replace(facts, employee_hours=elsewhere)):
        if due.recipient != "mette" or due.kind in SILENT or has_been(due, known):
            continue
        if not too_late(due, elsewhere, moves):
            said.append((due.kind, local_date(max(due.at, moves), there)))
    assert set(Counter(said).values()) <= {1}


def test_f15_who_crosses_the_date_line_keeps_the_days_of_the_exchange() -> None:
    days = tuple(date(2026, 5, day) for day in (5, 6, 7))
    east, west = Worker("Pacific/Kiritimati"), Worker("Pacific/Pago_Pago")
    first, second = (
        [due for due in exchange_dues(an_exchange(worker, days, time(15))) if due.kind == "log"]
        for worker in (east, west)
    )
    assert [due.day for due in first] == [due.day for due in second] == list(days)
    assert {there.at - here.at for here, there in zip(first, second, strict=True)} == {25 * HOUR}


GONE = [("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kwajalein", date(1993, 8, 21))]


@pytest.mark.parametrize(("zone", "gone"), GONE)
def test_f15_of_a_day_that_never_was_it_is_the_first_minute_after_it(zone: str, gone: date) -> None:
    midnight = at_local(gone + DAY, time(0), zone)
    for clock in (time(0), time(12), time(23, 59)):
        assert at_local(gone, clock, zone) == midnight
    assert shown(midnight - MINUTE, zone).date() == gone - DAY


# Days that come rarely


@pytest.mark.parametrize("year", [2024, 2028])
def test_f15_the_leap_day_is_a_day_like_any_other(year: int) -> None:
    leap = date(year, 2, 29)
    everyday = Worker(working_days=tuple(range(7)))
    days = tuple(leap + n * DAY for n in (-1, 0, 1))
    facts = an_exchange(everyday, days, time(15))
    assert [due.day for due in exchange_dues(facts) if due.kind == "log"] == list(days)
    closing = next(due for due in exchange_dues(facts) if due.kind == "log.close" and due.day == leap - DAY)
    assert local_date(closing.at, everyday.zone) == leap
    assert latest("log", at_local(leap, time(15), everyday.zone), everyday) == at_local(
        date(year, 3, 1), time(0), everyday.zone
    )


def easter(year: int) -> date:
    """Easter Sunday by Butcher's rule, which knows nothing of the library that we take holidays from."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    weekday = (32 + 2 * e + 2 * i - h - k) % 7
    m = (a + 11 * h + 19 * weekday) // 433
    month = (h + weekday - 7 * m + 90) // 25
    return date(year, month, (h + weekday - 7 * m + 33 * month + 19) % 32)


@pytest.mark.parametrize("country", ["DK", "NO"])
@pytest.mark.parametrize("year", range(2024, 2039))
def test_f15_holidays_that_move_with_easter_move_every_year(country: str, year: int) -> None:
    sunday = easter(year)
    for offset in (-3, -2, 1, 39, 50):
        assert is_holiday(country, sunday + offset * DAY)
    for offset in (-4, 2, 40, 51):
        day = sunday + offset * DAY
        assert is_holiday(country, day) is (country == "NO" and (day.month, day.day) in {(5, 1), (5, 17)})


@pytest.mark.parametrize("year", range(2024, 2039))
def test_f15_over_easter_nothing_unasked_is_said(year: int) -> None:
    sunday = easter(year)
    for worker in (Worker(), Worker("Europe/Oslo", "NO")):
        for offset in range(-3, 2):
            at = within_hours(worker, at_local(sunday + offset * DAY, time(10), worker.zone))
            assert local_date(at, worker.zone) == sunday + 2 * DAY
            assert local_time(at, worker.zone) == time(9)
