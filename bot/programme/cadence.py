"""On which exchange days the logbook asks (spec 7.1 as corrected by domain/README.md)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from functools import lru_cache

from bot.programme.calendar import Worker, is_holiday, is_working_day

CADENCES = ("rule", "every", "weekly", "self", "none")
"""What a person may choose: by rule, every exchange day, the week's last, "I start it myself", no logbook."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Monday is 0."""

CEILING = 30
"""Most prompts in one exchange unless "every day" is chosen (T1)."""

_DAY = timedelta(days=1)


def prompted(days: Iterable[date], *, every: bool = False) -> set[date]:
    """The exchange days that get a prompt (7.1). `days` without holidays and paused days.

    Up to 26 weeks as in the reference of 7.1; after that every fourth week. When that would be more than
    30, the prompts from week 13 on are thinned evenly; the first twelve weeks, the midpoint and the last
    two days stay.
    """
    there = sorted(set(days))
    count = len(there)
    if every or count <= 5:
        return set(there)
    must = {midpoint(there), *there[-2:]}
    if count <= 20:
        return set(there[:5]) | set(there[5::2]) | must
    late: list[date] = []
    for week, in_week in _weeks(there):
        if week == 1:
            must.update(in_week)
        elif week <= 4:
            must.update((in_week[0], in_week[-1]))
        elif week <= 12:
            must.add(in_week[-1])
        elif week % 2 if week <= 26 else week % 4 == 1:
            late.append(in_week[-1])
    late = [day for day in late if day not in must]
    return must | set(_thinned(late, CEILING - len(must)))


def midpoint(days: Sequence[date]) -> date:
    """The middle exchange day; of an even number the earlier of the two. `days` in order, at least one."""
    return days[(len(days) + 1) // 2 - 1]


def is_last_of_week(days: Iterable[date], day: date) -> bool:
    """True when `day` is the last exchange day of its calendar week."""
    return not any(day < other <= _sunday(day) for other in days)


def last_of_weeks(days: Iterable[date]) -> tuple[date, ...]:
    """The last exchange day of every calendar week, in order."""
    return tuple(sorted({_sunday(day): day for day in sorted(days)}.values()))


def prompt_days(days: Iterable[date], cadence: str) -> tuple[date, ...]:
    """The days with a prompt under the cadence that the person chose, in order."""
    there = tuple(days)
    match cadence:
        case "rule":
            return tuple(sorted(prompted(there)))
        case "every":
            return tuple(sorted(set(there)))
        case "weekly":
            return last_of_weeks(there)
        case "self" | "none":
            return ()
    raise ValueError(f"There is no cadence {cadence!r}. It is one of {CADENCES}.")


def exchange_days(
    start: date,
    end: date,
    chosen: Collection[str],
    worker: Worker,
    paused: Iterable[tuple[date, date]] = (),
) -> tuple[date, ...]:
    """The exchange days from `start` to `end`, both included, in order.

    `chosen` holds ISO dates or weekday words ("mon" to "sun"); empty means every own working day. What is
    chosen counts also on a day off; public holidays and the `paused` ranges (both ends included) never do.
    """
    return _days(start, end, frozenset(chosen), worker, tuple(paused))


@lru_cache(maxsize=1024)
def _days(
    start: date, end: date, chosen: frozenset[str], worker: Worker, breaks: tuple[tuple[date, date], ...]
) -> tuple[date, ...]:
    """The same: a turn asks for the days of a stay many times."""
    words = {choice for choice in chosen if choice in WEEKDAYS}
    dates = {date.fromisoformat(choice) for choice in chosen if choice not in WEEKDAYS}

    def counts(day: date) -> bool:
        if is_holiday(worker.country, day) or any(first <= day <= last for first, last in breaks):
            return False
        if not chosen:
            return is_working_day(worker, day)
        return day in dates or WEEKDAYS[day.weekday()] in words

    span = range((end - start).days + 1)
    return tuple(day for day in (start + n * _DAY for n in span) if counts(day))


def _weeks(days: Sequence[date]) -> list[tuple[int, list[date]]]:
    """Days by calendar week; the week of the first day is number 1."""
    weeks: dict[int, list[date]] = {}
    monday = days[0] - days[0].weekday() * _DAY
    for day in days:
        weeks.setdefault((day - monday).days // 7 + 1, []).append(day)
    return sorted(weeks.items())


def _sunday(day: date) -> date:
    return day + (6 - day.weekday()) * _DAY


def _thinned(days: Sequence[date], room: int) -> list[date]:
    """At most `room` of the days, evenly spread."""
    if len(days) <= room:
        return list(days)
    return [days[(2 * n + 1) * len(days) // (2 * room)] for n in range(room)]
