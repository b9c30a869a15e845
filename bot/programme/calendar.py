"""Working days, public holidays and own hours: when a person may be written to (spec 7.1, D7)."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

COUNTRIES = ("DK", "NO")
"""The countries whose public holidays we follow (T22: each person the own one)."""

EARLIEST = time(9, 0)
"""Nothing unasked comes before this local time unless the person chose it (D7)."""

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Worker:
    """A person's own calendar: IANA zone, country (DK or NO), working days (Monday is 0), own hours.

    `ends` at or before `starts` means a shift over midnight.
    """

    zone: str = "Europe/Copenhagen"
    country: str = "DK"
    working_days: tuple[int, ...] = (0, 1, 2, 3, 4)
    starts: time = time(8, 0)
    ends: time = time(16, 0)

    def __post_init__(self) -> None:
        if self.country not in COUNTRIES:
            raise ValueError(f"There is no holiday calendar for {self.country!r}. Use one of {COUNTRIES}.")
        if not self.working_days or not set(self.working_days) <= set(range(7)):
            raise ValueError(f"Working days are numbers from 0 to 6, not {self.working_days!r}.")

    @property
    def overnight(self) -> bool:
        """True when the shift ends on the day after it began."""
        return self.ends <= self.starts


def months_after(day: date, months: int) -> date:
    """The same day so many months on; where that month has no such day, its last."""
    months += day.month - 1
    year, month = day.year + months // 12, months % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


@lru_cache(maxsize=256)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """The days of a year on which nobody in `country` gets an unasked message.

    Public holidays only, as the `holidays` package knows them (Denmark without Store Bededag from 2024).
    Two half-official days are added, 24 and 31 December: agreements in both countries end the working day
    at noon at the latest, and a message in the afternoon would meet people at home. Constitution Day
    (5 June) and 1 May in Denmark stay working days: the mornings are worked, many work all day, and a
    short stay that lies there would lose a day it has agreed.
    """
    public = holidays.country_holidays(country, years=year, categories=("public",))
    return frozenset(public) | {date(year, 12, 24), date(year, 12, 31)}


def is_holiday(country: str, day: date) -> bool:
    """True when `day` is a public holiday, or treated as one."""
    return day in public_holidays(country, day.year)


def is_working_day(worker: Worker, day: date) -> bool:
    """True when `day` is one of the own working days and no holiday in the own country."""
    return day.weekday() in worker.working_days and not is_holiday(worker.country, day)


def working_day_after(worker: Worker, day: date, n: int = 1) -> date:
    """The n-th working day after `day`, which is never `day` itself."""
    return _step(worker, day, n, _DAY)


def working_day_before(worker: Worker, day: date, n: int = 1) -> date:
    """The n-th working day before `day`, which is never `day` itself."""
    return _step(worker, day, n, -_DAY)


def _step(worker: Worker, day: date, n: int, by: timedelta) -> date:
    while n > 0:
        day += by
        n -= is_working_day(worker, day)
    return day


def at_local(day: date, clock: time, zone: str) -> datetime:
    """The moment when the clocks of `zone` show `clock` on `day`, as aware UTC.

    A time that does not exist (summer time begins) moves to the first minute that does;
    of a time that comes twice (summer time ends) it is the first.
    """
    here = ZoneInfo(zone)
    shown = datetime.combine(day, clock.replace(tzinfo=None, fold=0))
    while True:
        moment = shown.replace(tzinfo=here).astimezone(UTC)
        if moment.astimezone(here).replace(tzinfo=None, fold=0) == shown:
            return moment
        shown = shown.replace(second=0, microsecond=0) + _MINUTE


def local_date(moment: datetime, zone: str) -> date:
    """The date that the calendar of `zone` shows at `moment`."""
    return aware(moment).astimezone(ZoneInfo(zone)).date()


def local_time(moment: datetime, zone: str) -> time:
    """The time that the clocks of `zone` show at `moment`."""
    return aware(moment).astimezone(ZoneInfo(zone)).time()


def hours(worker: Worker, day: date, *, chosen: bool = False) -> tuple[datetime, datetime]:
    """From when and until when (not included) an unasked message may come on a working day.

    The own hours, from 09:00 at the earliest unless the person chose otherwise. Somebody whose day is over
    before 09:00 gets it within the own hours. A shift over midnight counts until midnight.
    """
    last = (day + _DAY, time(0)) if worker.overnight else (day, worker.ends)
    ends = at_local(*last, worker.zone)
    starts = at_local(day, worker.starts, worker.zone)
    earliest = max(starts, at_local(day, EARLIEST, worker.zone))
    return (starts if chosen or earliest >= ends else earliest), ends


def within_hours(worker: Worker, moment: datetime, *, chosen: bool = False) -> datetime:
    """The earliest moment from `moment` on at which this person may get an unasked message (D7).

    Never on weekends or holidays or outside the own hours; so quiet from 17:00 to 08:00 unless the own
    hours say otherwise, and not before 09:00 unless `chosen`.
    """
    day = local_date(moment, worker.zone)
    while True:
        if is_working_day(worker, day):
            starts, ends = hours(worker, day, chosen=chosen)
            if moment < ends:
                return max(moment.astimezone(UTC), starts)
        day += _DAY


def working_days_until(worker: Worker, day: date, until: date) -> int:
    """How many working days after `day` the day `until` lies, at least one; a free day counts as the next."""
    number = 1
    while working_day_after(worker, day, number) < until:
        number += 1
    return number


def on_day(worker: Worker, day: date, clock: time) -> datetime:
    """`clock` on `day`, or on the next working day, moved into the hours of that day.

    At least three quarters of an hour are left until the day ends, where it is long enough.
    """
    day = day if is_working_day(worker, day) else working_day_after(worker, day)
    starts, ends = hours(worker, day)
    return max(starts, min(at_local(day, clock, worker.zone), ends - timedelta(minutes=45)))


def aware(moment: datetime) -> datetime:
    """The moment itself. Raises ValueError when it has no time zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone. Times inside are aware UTC.")
    return moment
