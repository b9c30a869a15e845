"""Who lives through the year, and which exchanges they go on: drawn once, always the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from bot.programme.calendar import Worker, at_local, is_working_day, working_day_after
from bot.stage import ZONES
from dialogs.round import FORMS
from storage.records import PersonRow, Stop

EXCHANGES: Final = 200
HR: Final = "hr00"
FIRST: Final = date(2026, 1, 5)
LANGUAGES: Final = ("da", "nb", "en", "da", "nb")
DAY: Final = timedelta(days=1)

HOURS: Final = (
    (time(8), time(16)),
    (time(8), time(16)),
    (time(7), time(15)),
    (time(6), time(14)),
    (time(9, 30), time(14)),
    (time(15), time(23)),
    (time(22), time(6)),
)
WEEKS: Final = {
    "form.short": (2, 3),
    "form.hosp": (4, 9),
    "form.rotation": (4, 6),
    "form.loan": (13, 13),
    "form.micromobility": (1, 2),
    "form.internal_posting": (5, 7),
    "form.international": (2, 2),
}
"""How many weeks the longer forms last; the others last one to five days."""

SWAPPED: Final = "form.rotation"
"""Two people take each other's place, four of five times; the fifth goes alone."""

HABITS: Final = ("keen", "never", "half", "never", "late", "never", "half", "never", "never")
"""Answers at once; answers some; answers the next day; never answers."""

LEADS: Final = ("keen", "half", "late", "half", "keen", "half", "never")
"""The same of the leaders. Where one never answers, nothing begins."""


@dataclass(frozen=True)
class Plan:
    """One exchange to be. `days` are what the employee ticks in the preparation: nothing leaves all of them."""

    number: int
    form: str
    employee: PersonRow
    leader: str
    host: str
    stops: tuple[Stop, ...]
    start: date
    end: date
    asked_at: datetime
    habit: str
    weekdays: tuple[str, ...] = ()
    shifts: bool = False
    pause: tuple[datetime, date] | None = None
    stops_at: datetime | None = None
    linked: str = ""


def worker_of(person: PersonRow) -> Worker:
    """A person's calendar."""
    return Worker(person.zone, person.country, person.working_days, person.starts, person.ends)


def person(id: str, name: str, number: int, working_days: tuple[int, ...] = (0, 1, 2, 3, 4)) -> PersonRow:
    """Somebody with the language, country and hours that the number gives."""
    language = LANGUAGES[number % len(LANGUAGES)]
    zone, country = ZONES["nb" if language == "en" and number % 2 else "da" if language == "en" else language]
    starts, ends = HOURS[number % len(HOURS)]
    return PersonRow(
        id, "year", name, unit=f"Enhed {number % 30}", email=f"{id}@example.org", language=language, zone=zone,
        country=country, working_days=working_days, starts=starts, ends=ends,
    )  # fmt: skip


def plans(leaders: list[PersonRow], hosts: list[PersonRow]) -> Iterator[Plan]:
    """The exchanges of the year, in the order of their forms. Those who take each other's place follow each other."""
    dice = Random(2026)
    swapping: Plan | None = None
    for number in range(EXCHANGES):
        plan = _plan(dice, number, leaders, hosts)
        if plan.form != SWAPPED or number // len(FORMS) % 5 == 4:
            yield plan
        elif swapping is None:
            swapping = plan
        else:
            yield from _swap(swapping, plan)
            swapping = None


def _plan(dice: Random, number: int, leaders: list[PersonRow], hosts: list[PersonRow]) -> Plan:
    form = FORMS[number % len(FORMS)]
    own = (1, 3) if number % 14 == 6 else (0, 1, 2, 3, 4, 5, 6) if number % 37 == 5 else (0, 1, 2, 3, 4)
    employee = person(f"emp{number:03}", f"Ansat{number:03} Alm", number, own)
    start = _working(worker_of(employee), FIRST + DAY * (20 + (number * 331) // EXCHANGES))
    end = _end(dice, form, worker_of(employee), start)
    host = "" if number % 9 == 4 else hosts[number % len(hosts)].id
    return Plan(
        number,
        form,
        employee,
        leaders[number % len(leaders)].id,
        host,
        _stops(number, host, hosts, start, end),
        start,
        end,
        asked_at=_asked(dice, number, employee, start),
        habit=HABITS[number % len(HABITS)],
        weekdays=("tue", "thu") if form == "form.loan" else (),
        shifts=number % 11 == 7,
        pause=_pause(number, employee, start),
        stops_at=_stop_time(number, employee, start, end),
    )


def _swap(one: Plan, other: Plan) -> Iterator[Plan]:
    """Both go at the same time, each to where the other works, with the other's leader as host (T23)."""
    start = other.start
    while not all(is_working_day(worker_of(plan.employee), start) for plan in (one, other)):
        start += DAY
    end = start + (other.end - other.start)
    for plan, partner in ((one, other), (other, one)):
        yield replace(
            plan,
            host=partner.leader,
            stops=(),
            start=start,
            end=end,
            asked_at=other.asked_at,
            pause=_pause(plan.number, plan.employee, start),
            stops_at=_stop_time(plan.number, plan.employee, start, end),
            linked=f"x{partner.number}",
        )


def _working(worker: Worker, day: date) -> date:
    return day if is_working_day(worker, day) else working_day_after(worker, day)


def _end(dice: Random, form: str, worker: Worker, start: date) -> date:
    if form in WEEKS:
        return start + DAY * (7 * dice.randint(*WEEKS[form]) - 3)
    days = dice.randint(1, 3 if form == "form.shadow" else 5)
    return working_day_after(worker, start, days - 1) if days > 1 else start


def _stops(number: int, host: str, hosts: list[PersonRow], start: date, end: date) -> tuple[Stop, ...]:
    """Every twelfth is split over two places, where it is long enough."""
    if number % 12 != 8 or not host or (end - start).days < 2:
        return ()
    middle = start + (end - start) // 2
    other = hosts[(number + 7) % len(hosts)].id
    return (Stop(host, "Første sted", start, middle), Stop(other, "Andet sted", middle + DAY, end))


def _asked(dice: Random, number: int, employee: PersonRow, start: date) -> datetime:
    """When the leader is asked: mostly weeks before, now and then only days."""
    before = dice.randint(2, 6) if number % 10 == 9 else dice.randint(16, 45)
    return at_local(max(FIRST, start - DAY * before), time(11, dice.randint(0, 59)), employee.zone)


def _pause(number: int, employee: PersonRow, start: date) -> tuple[datetime, date] | None:
    """Some are away for a while: before it begins, or in the midst of it."""
    if number % 17 != 3 and number % 23 != 11:
        return None
    day = start + DAY * (-9 if number % 2 else 1)
    worker = worker_of(employee)
    return at_local(day, worker.starts, employee.zone) + timedelta(minutes=70), day + DAY * 4


def _stop_time(number: int, employee: PersonRow, start: date, end: date) -> datetime | None:
    """Some stop early, some before it has begun."""
    if number % 13 == 5 and end > start:
        day = start + (end - start) // 2
    elif number % 31 == 9:
        day = start - DAY * 4
    else:
        return None
    return at_local(day, employee.starts, employee.zone) + timedelta(minutes=95)
