"""After an exchange: the debrief, the return, evaluation, the checks, and the end of it (spec 2.7, 8, 9, 12.4)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from bot.programme.calendar import at_local, local_date, months_after, on_day, working_day_after
from bot.programme.phases.facts import (
    CLOSE_AT,
    TASK_AT,
    Due,
    ExchangeFacts,
    Hosting,
    due,
    for_employee,
    for_leader,
    not_after,
)

SHARE_BEFORE: Final = timedelta(days=2)
REMIND_BEFORE: Final = 4
"""Working days before the return talk is due."""


def after(facts: ExchangeFacts) -> list[Due]:
    """What is due once the last day is over. Days are counted from it; nobody evaluates before being asked back."""
    dues = [*_debrief(facts), *_employee(facts), *_end(facts)]
    if facts.leader:
        dues += _leader(facts)
    for hosting in facts.hosts:
        dues += _host(facts, hosting)
    return dues


def _debrief(facts: ExchangeFacts) -> list[Due]:
    """On the first working day back, one reminder, and the close of it (2.5)."""
    if facts.debrief_done:
        return []
    me, choices = facts.employee_hours, facts.choices
    debrief = _asks_to_debrief(facts)
    remind = for_employee(facts, "debrief.remind", on_day(me, _later(facts, choices.debrief_reminder), TASK_AT))
    close = _silent(facts, "debrief.close", _later(facts, choices.debrief_closes))
    pushes = [debrief] + ([remind] if remind.day > debrief.day else [])
    return [*(told for told in pushes if told.at < close.at), close]


def _asks_to_debrief(facts: ExchangeFacts) -> Due:
    me = facts.employee_hours
    day = working_day_after(me, facts.last)
    return for_employee(facts, "debrief", on_day(me, day, TASK_AT))


def _employee(facts: ExchangeFacts) -> Iterator[Due]:
    me, choices = facts.employee_hours, facts.choices
    checks = {"fu30": choices.first_check, "fu90": choices.second_check}
    told = {
        "eval.emp": choices.evaluation,
        "eval.emp.remind": choices.evaluation_reminder,
        **checks,
        "fu90.remind": choices.second_check + choices.check_closes // 2,
    }
    asked = _asks_to_debrief(facts).day
    next_day = working_day_after(me, max(asked, facts.debrief_put_off_to or asked))
    for kind, days in told.items():
        yield for_employee(facts, kind, on_day(me, max(_later(facts, days), next_day), TASK_AT))
    for kind, days in checks.items():
        yield _silent(facts, f"{kind}.close", _later(facts, days + choices.check_closes))
    if shares := _shares_on(facts):
        at = not_after(me, shares - SHARE_BEFORE)
        yield from _unless_past(shares, for_employee(facts, "share", at))
    if facts.full and facts.tries_from is not None:
        asks = facts.tries_from + timedelta(days=choices.feedback)
        yield for_employee(facts, "feedback", on_day(me, asks, TASK_AT))


def _leader(facts: ExchangeFacts) -> Iterator[Due]:
    leader, last, choices = facts.leader_hours, facts.last, facts.choices
    back = on_day(leader, working_day_after(leader, last), TASK_AT)
    yield for_leader(facts, "ask", back)
    if facts.full:
        yield for_leader(facts, "return", back)
    reminds = max(1, choices.return_talk_working_days - REMIND_BEFORE)
    yield for_leader(facts, "return.remind", on_day(leader, working_day_after(leader, last, reminds), TASK_AT))
    told = {
        "eval.lead": choices.evaluation,
        "eval.lead.remind": choices.evaluation_reminder,
        **({"lead.fu30": choices.first_check} if facts.full else {}),
        "lead.fu90": choices.second_check,
    }
    next_day = working_day_after(leader, local_date(back, leader.zone)) if facts.full else last
    for kind, days in told.items():
        yield for_leader(facts, kind, on_day(leader, max(_later(facts, days), next_day), TASK_AT))
    if shares := _shares_on(facts):
        at = not_after(leader, shares - SHARE_BEFORE)
        yield from _unless_past(shares, for_leader(facts, "share", at))


def _host(facts: ExchangeFacts, hosting: Hosting) -> Iterator[Due]:
    """Thanks the working day after the last day there; the evaluation counts from the guest's last day of all."""
    worker, first, choices = hosting.hours, hosting.days[0], facts.choices
    thanks = on_day(worker, working_day_after(worker, min(hosting.days[-1], facts.last)), TASK_AT)
    told = {
        "host.thanks": thanks,
        "eval.host": on_day(worker, _later(facts, choices.evaluation), TASK_AT),
        "eval.host.remind": on_day(worker, _later(facts, choices.evaluation_reminder), TASK_AT),
    }
    for kind, at in told.items():
        yield replace(due(hosting.host, facts.id, kind, at, worker), about=first)


def _end(facts: ExchangeFacts) -> Iterator[Due]:
    """The notices that private entries are deleted, that deletion, and months later that of what was shared (12.4)."""
    me, choices = facts.employee_hours, facts.choices
    deleted = _later(facts, choices.second_check + choices.deletion_after_second_check)
    for days in sorted(choices.export_notices, reverse=True)[: None if facts.full else 1]:
        yield for_employee(facts, "close.notice", not_after(me, deleted - timedelta(days=days)))
    yield _silent(facts, "close.delete", deleted)
    yield _silent(facts, "close.shared", max(months_after(facts.last, choices.shared_kept_months), deleted))


def _silent(facts: ExchangeFacts, kind: str, day: date) -> Due:
    me = facts.employee_hours
    return due(facts.employee, facts.id, kind, at_local(day, CLOSE_AT, me.zone), me)


def _later(facts: ExchangeFacts, days: int) -> date:
    return facts.last + timedelta(days=days)


def _shares_on(facts: ExchangeFacts) -> date | None:
    """The day of sharing on the full track, if there is something to tell of by then."""
    ahead = facts.full and facts.shares_on is not None and facts.shares_on > facts.last
    return facts.shares_on if ahead else None


def _unless_past(day: date, told: Due) -> list[Due]:
    """A pause can move it past the day it prepares for."""
    return [told] if told.day <= day else []
