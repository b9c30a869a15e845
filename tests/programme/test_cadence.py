"""Which exchange days get a prompt."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.programme.cadence import (
    CADENCES,
    exchange_days,
    is_last_of_week,
    last_of_weeks,
    midpoint,
    prompt_days,
    prompted,
)
from bot.programme.calendar import Worker
from tests.programme.strategies import exchange_days as stays

MONDAY = date(2026, 3, 2)


def weeks(count: int, weekdays: tuple[int, ...]) -> list[date]:
    """The exchange days of so many weeks without holidays."""
    days = (MONDAY + timedelta(days=n) for n in range(7 * count))
    return [day for day in days if day.weekday() in weekdays]


def reference(days: list[date], start: date) -> set[date]:
    """The function of section 7.1, word for word."""
    n, mid = len(days), days[(len(days) + 1) // 2 - 1]
    if n <= 5:
        return set(days)
    if n <= 20:
        return set(days[:5]) | set(days[5::2]) | {mid} | set(days[-2:])
    by_week: dict[int, list[date]] = {}
    out = {mid} | set(days[-2:])
    for day in days:
        by_week.setdefault((day - start).days // 7 + 1, []).append(day)
    for week, there in by_week.items():
        if week == 1:
            out |= set(there)
        elif week <= 4:
            out |= {there[0], there[-1]}
        elif week <= 12 or week % 2:
            out.add(there[-1])
    return out


def test_domain_t1_tuesday_and_thursday_for_13_weeks_are_26_days_and_19_prompts() -> None:
    days = weeks(13, (1, 3))
    prompts = prompted(days)
    assert (len(days), len(prompts)) == (26, 19)
    assert {day.weekday() for day in prompts} == {1, 3}


def test_domain_t1_full_time_for_26_weeks_is_28_prompts() -> None:
    assert len(prompted(weeks(26, (0, 1, 2, 3, 4)))) == 28


@given(days=stays(most=800), every=st.booleans())
def test_domain_t1_never_over_30_unless_every_day_is_chosen(days: tuple[date, ...], every: bool) -> None:
    prompts = prompted(days, every=every)
    assert prompts <= set(days)
    assert {days[-1], midpoint(days), *days[:1]} <= prompts
    assert prompts == set(days) if every else len(prompts) <= 30


@given(days=stays(most=26 * 7 - 6))
def test_up_to_26_weeks_it_is_the_reference(days: tuple[date, ...]) -> None:
    monday = days[0] - timedelta(days=days[0].weekday())
    assert prompted(days) == reference(list(days), monday)


@pytest.mark.parametrize("count", [27, 30, 40, 52, 78])
def test_a_long_stay_is_asked_to_its_end_and_never_often(count: int) -> None:
    days = weeks(count, (0, 1, 2, 3, 4))
    prompts = sorted(prompted(days))
    assert set(prompts) >= reference(days[: 12 * 5], MONDAY) - set(days[: 12 * 5][-2:]) - {midpoint(days[:60])}
    late = [day for day in prompts if day > MONDAY + timedelta(weeks=12)]
    gaps = [(later - day).days // 7 for day, later in pairwise(late)]
    assert max(gaps) <= count // 5


@pytest.mark.parametrize("count", [34, 52, 104])
def test_domain_t1_a_long_full_time_stay_has_30_prompts(count: int) -> None:
    assert len(prompted(weeks(count, (0, 1, 2, 3, 4)))) == 30


def test_after_26_weeks_every_fourth_week_is_asked() -> None:
    days = weeks(34, (4,))
    late = {(day - MONDAY).days // 7 + 1 for day in prompted(days) if day > MONDAY + timedelta(weeks=26)}
    assert late == {29, 33, 34}


@given(days=stays())
def test_the_order_and_doubles_of_the_days_do_not_matter(days: tuple[date, ...]) -> None:
    assert prompted([*reversed(days), *days]) == prompted(days)


def test_no_days_have_no_prompts() -> None:
    assert prompted(()) == set()


def test_the_midpoint_of_an_even_number_is_the_earlier() -> None:
    days = weeks(1, (0, 1, 2, 3))
    assert midpoint(days) == days[1]
    assert midpoint(days[:3]) == days[1]
    assert midpoint(days[:1]) == days[0]


@given(days=stays())
def test_every_week_has_one_last_day(days: tuple[date, ...]) -> None:
    last = last_of_weeks(days)
    assert last == tuple(day for day in days if is_last_of_week(days, day))
    assert len({day.isocalendar()[:2] for day in days}) == len(last)


def test_the_person_chooses_the_cadence() -> None:
    days = tuple(weeks(3, (0, 1, 2)))
    assert set(prompt_days(days, "rule")) == prompted(days)
    assert prompt_days(days, "every") == days
    assert prompt_days(days, "weekly") == (days[2], days[5], days[8])
    assert prompt_days(days, "self") == prompt_days(days, "none") == ()
    assert all(isinstance(prompt_days(days, cadence), tuple) for cadence in CADENCES)
    with pytest.raises(ValueError, match="no cadence 'hourly'"):
        prompt_days(days, "hourly")


def test_exchange_days_are_working_days_unless_others_are_chosen() -> None:
    start, end = date(2026, 3, 30), date(2026, 4, 12)
    dane = Worker()
    working = ["2026-03-30", "2026-03-31", "2026-04-01", "2026-04-07", "2026-04-08", "2026-04-09", "2026-04-10"]
    assert [day.isoformat() for day in exchange_days(start, end, (), dane)] == working
    assert exchange_days(start, end, ["tue", "thu"], dane) == tuple(
        date.fromisoformat(day) for day in ("2026-03-31", "2026-04-07", "2026-04-09")
    )
    chosen = exchange_days(start, end, ["2026-04-11", "2026-04-03", "2026-05-01", "2026-03-30"], dane)
    assert chosen == (date(2026, 3, 30), date(2026, 4, 11))


def test_domain_t22_exchange_days_follow_the_own_holidays() -> None:
    first = date(2026, 5, 1)
    assert exchange_days(first, first, (), Worker()) == (first,)
    assert exchange_days(first, first, (), Worker("Europe/Oslo", "NO")) == ()


def test_paused_days_are_no_exchange_days() -> None:
    start, end = date(2026, 3, 2), date(2026, 3, 6)
    paused = [(date(2026, 3, 3), date(2026, 3, 4))]
    assert [day.day for day in exchange_days(start, end, (), Worker(), paused)] == [2, 5, 6]


def test_a_stay_that_ends_before_it_begins_has_no_days() -> None:
    assert exchange_days(date(2026, 3, 6), date(2026, 3, 2), (), Worker()) == ()


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="monday"):
        exchange_days(MONDAY, MONDAY, ["monday"], Worker())
