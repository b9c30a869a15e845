"""What the plan of an exchange depends on, and how a day of its table becomes a moment in somebody's hours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.programme.calendar import (
    Worker,
    is_working_day,
    local_date,
    on_day,
    within_hours,
    working_day_before,
)
from bot.programme.choices import Choices

TASK_AT: Final = time(10, 0)
CLOSE_AT: Final = time(12, 0)
DAY: Final = timedelta(days=1)
DEFAULTS: Final = Choices()


@dataclass(frozen=True)
class Due:
    """One thing due `at` (aware UTC). Unique on (recipient, subject, kind, day).

    `day` is the exchange day that log, log.remind, log.close and week.pick are about; of every other kind
    the recipient's local date of `at`. `about` is the same, except that of week.overview it is the last
    exchange day of the week it tells about, of host.check the exchange day it asks on, and of the other kinds
    for a host the first day there.
    `recipient` is a person, or the round for posts in a channel.
    """

    recipient: str
    subject: str
    kind: str
    day: date
    at: datetime
    about: date


@dataclass(frozen=True)
class Hosting:
    """One place of an exchange: its host's id and hours, and the exchange days there, at least one."""

    host: str
    hours: Worker
    days: tuple[date, ...]
    prepared: bool = False


@dataclass(frozen=True)
class ExchangeFacts:
    """What the plan of an exchange depends on. `days` without holidays, empty while unknown.

    `finish` is when the work ends on exchange days (the person's own choice), `begins` when it begins on the
    first. `paused_until` is the first day back. `approval_asked_at`, `approved_at` and `both_ready_at` are aware UTC;
    the last is when the employee's and the leader's preparation were done. `stopped` is the day of an early end.
    `moves` are the first days at the further places of a split stay.
    `debrief_put_off_to` is the day on which the invitation to the debrief comes again, as the employee asked for.
    `contact` is the rhythm that the leader chose: weekly, mid, visit or agree. `tries_from` is the first action's date.
    """

    id: str
    employee: str
    employee_hours: Worker
    leader: str
    leader_hours: Worker
    start: date
    end: date
    days: tuple[date, ...]
    state: str
    approval_asked_at: datetime | None = None
    approved_at: datetime | None = None
    finish: time | None = None
    begins: time | None = None
    cadence: str = "rule"
    paused_until: date | None = None
    prep_done: bool = False
    debrief_done: bool = False
    hosts: tuple[Hosting, ...] = ()
    moves: tuple[date, ...] = ()
    track: str = "short"
    contact: str = ""
    call_host_on: date | None = None
    lead_done: bool = False
    both_ready_at: datetime | None = None
    goals_agreed: bool = False
    shares_on: date | None = None
    tries_from: date | None = None
    stopped: date | None = None
    debrief_put_off_to: date | None = None
    choices: Choices = DEFAULTS

    @property
    def first(self) -> date:
        """The first exchange day (S)."""
        return self.days[0] if self.days else self.start

    @property
    def last(self) -> date:
        """The last exchange day (E); where it ended early, the day of that."""
        return self.stopped or (self.days[-1] if self.days else self.end)

    @property
    def full(self) -> bool:
        """Whether it is on the full track."""
        return self.track == "full"


def for_employee(facts: ExchangeFacts, kind: str, moment: datetime) -> Due:
    """Something unasked for the employee, moved into the hours and out of a pause."""
    me = facts.employee_hours
    if facts.paused_until is not None:
        moment = max(moment, on_day(me, facts.paused_until, TASK_AT))
    return due(facts.employee, facts.id, kind, within_hours(me, moment), me)


def for_leader(facts: ExchangeFacts, kind: str, moment: datetime) -> Due:
    """Something unasked for the leader, moved into the hours. A pause of the employee shows in nothing."""
    return due(facts.leader, facts.id, kind, within_hours(facts.leader_hours, moment), facts.leader_hours)


def about(facts: ExchangeFacts, kind: str, day: date, at: datetime) -> Due:
    """Something for the employee that is kept under its exchange day."""
    return Due(facts.employee, facts.id, kind, day, at, day)


def due(recipient: str, subject: str, kind: str, at: datetime, worker: Worker) -> Due:
    """Something kept under the recipient's local date."""
    day = local_date(at, worker.zone)
    return Due(recipient, subject, kind, day, at, day)


def not_after(worker: Worker, day: date, clock: time = TASK_AT) -> datetime:
    """`clock` on `day`, or on the working day before: for what must be known by then."""
    there = day if is_working_day(worker, day) else working_day_before(worker, day)
    return on_day(worker, there, clock)


def next_task(worker: Worker, moment: datetime) -> datetime:
    """The first time for tasks from `moment` on."""
    day = local_date(moment, worker.zone)
    while True:
        at = on_day(worker, day, TASK_AT)
        if at >= moment:
            return at
        day += DAY


def absent(facts: ExchangeFacts, day: date) -> bool:
    """Whether the employee has a pause on this day."""
    return facts.paused_until is not None and day < facts.paused_until


def there(worker: Worker, days: Iterable[date]) -> Worker:
    """The worker during the exchange: weekdays with exchange days are working days too.

    Saturdays and Sundays stay free unless they are own working days (7.1: never on weekends).
    """
    weekdays = {day.weekday() for day in days if day.weekday() < 5}
    return replace(worker, working_days=tuple(sorted({*worker.working_days, *weekdays})))
