"""Before an exchange: preparing, formalities, what is still open, and the greeting (spec 2.7, 6)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Final

from bot.programme.calendar import (
    at_local,
    hours,
    local_date,
    on_day,
    within_hours,
    working_day_after,
    working_day_before,
)
from bot.programme.phases.facts import (
    CLOSE_AT,
    TASK_AT,
    Due,
    ExchangeFacts,
    Hosting,
    due,
    for_employee,
    for_leader,
    next_task,
    not_after,
)

PREPARE_BEFORE: Final = timedelta(days=14)
HOST_BEFORE: Final = timedelta(days=10)
HOMEWORK_BEFORE: Final = timedelta(days=7)
COLLEAGUES_BEFORE: Final = timedelta(days=5)
OPEN_BEFORE: Final = (timedelta(days=7), timedelta(days=2))
"""When what is still open is named."""

FORMAL_BEFORE: Final = 10
"""Working days."""

LEADER_BEFORE: Final = 5
"""Working days."""

WELCOME_AT: Final = time(9, 0)
GREETING_AT: Final = time(15, 0)


def before(facts: ExchangeFacts) -> list[Due]:
    """What is due before the first day; the preparations and the formalities also when the approval was late."""
    dues = [*_employee(facts), *_greeting(facts)]
    if facts.leader:
        dues += _leader(facts)
    for hosting in facts.hosts:
        dues += _host(facts, hosting)
    return dues


def _employee(facts: ExchangeFacts) -> Iterator[Due]:
    me, first = facts.employee_hours, facts.first
    if not facts.prep_done:
        opens = on_day(me, first - PREPARE_BEFORE, TASK_AT)
        prep = for_employee(facts, "prep", max(facts.approved_at or opens, opens))
        remind = for_employee(facts, "prep.remind", on_day(me, working_day_before(me, first, 3), TASK_AT))
        yield from [prep] if prep.day < first else []
        yield from [remind] if prep.day < remind.day < first else []
    colleagues = COLLEAGUES_BEFORE if facts.full else HOMEWORK_BEFORE
    wanted = [("homework", HOMEWORK_BEFORE), ("colleagues", colleagues)]
    if facts.full:
        wanted += [("practical", by) for by in OPEN_BEFORE]
    for kind, by in wanted:
        told = for_employee(facts, kind, not_after(me, first - by))
        if told.day < first:
            yield told
    yield from _goals(facts)


def _goals(facts: ExchangeFacts) -> Iterator[Due]:
    """Both are asked to agree as soon as both have prepared, while there are days left to use it.

    On the short track each is asked where their own part ends; only the employee again, along with the homework.
    """
    ready, me = facts.both_ready_at, facts.employee_hours
    if ready is None or facts.goals_agreed:
        return
    if not facts.full:
        with_homework = not_after(me, facts.first - HOMEWORK_BEFORE)
        yield from [for_employee(facts, "goals", with_homework)] if ready <= with_homework else []
        return
    mine = for_employee(facts, "goals", next_task(me, ready))
    theirs = for_leader(facts, "goals", next_task(facts.leader_hours, ready))
    yield from (told for told in (mine, theirs) if told.day <= facts.last)


def _leader(facts: ExchangeFacts) -> Iterator[Due]:
    leader, first = facts.leader_hours, facts.first
    if facts.full:
        opens = on_day(leader, working_day_before(leader, first, FORMAL_BEFORE), TASK_AT)
        formal = for_leader(facts, "formal", _from_approval(facts, opens))
        yield from [formal] if formal.day <= facts.last else []
    if not facts.lead_done:
        reminds = working_day_before(leader, first, LEADER_BEFORE)
        if facts.approved_at is not None and local_date(facts.approved_at, leader.zone) == reminds:
            reminds = working_day_after(leader, reminds)  # who has just approved is told to wait for the goals
        yield for_leader(facts, "lead.remind", on_day(leader, reminds, TASK_AT))


def _host(facts: ExchangeFacts, hosting: Hosting) -> Iterator[Due]:
    """For the host of one place: preparing, what is open there, and the welcome in the first morning."""
    worker, first = hosting.hours, hosting.days[0]
    moments = [("host.practical", not_after(worker, first - by)) for by in OPEN_BEFORE]
    if not hosting.prepared:
        moments.append(("host.prep", _from_approval(facts, not_after(worker, first - HOST_BEFORE))))
    for kind, at in moments:
        told = due(hosting.host, facts.id, kind, within_hours(worker, at), worker)
        if told.day < first:
            yield replace(told, about=first)
    welcome = due(hosting.host, facts.id, "host.first", on_day(worker, first, WELCOME_AT), worker)
    if welcome.day == first:
        yield replace(welcome, about=first)


def _from_approval(facts: ExchangeFacts, opens: datetime) -> datetime:
    return max(facts.approved_at or opens, opens)


def _greeting(facts: ExchangeFacts) -> list[Due]:
    greetings = [(_greets(facts, first), first) for first in (facts.first, *facts.moves)]
    return [replace(greeting, about=first) for greeting, first in greetings if greeting.at < _starts(facts, first)]


def _greets(facts: ExchangeFacts, first: date) -> Due:
    """At the person's own starting time if that is known and in the morning, else the afternoon before.

    "Before" is the last working day before the first day, at 15:00, or an hour before an earlier end; after a
    late approval as soon as the hours allow. Never once the first shift has begun.
    """
    me = facts.employee_hours
    if facts.begins is not None and facts.begins < CLOSE_AT:
        at = at_local(first, facts.begins, me.zone)
        return due(facts.employee, facts.id, "greeting", at, me)
    day = working_day_before(me, first)
    opens, ends = hours(me, day)
    at = max(opens, min(at_local(day, GREETING_AT, me.zone), ends - timedelta(hours=1)))
    return for_employee(facts, "greeting", max(at, facts.approved_at or at))


def _starts(facts: ExchangeFacts, first: date) -> datetime:
    """When the first shift begins; a minute later where the greeting comes with it."""
    me = facts.employee_hours
    begins = facts.begins if facts.begins is not None else me.starts
    return at_local(first, begins, me.zone) + timedelta(minutes=facts.begins is not None)
