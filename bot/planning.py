"""Writes down what is due in an exchange. Planned anew whenever something it depends on changes."""

from __future__ import annotations

from datetime import date, datetime

from bot.moment import Moment
from bot.programme.cadence import exchange_days
from bot.programme.calendar import Worker
from bot.programme.schedule import EXCHANGE_KINDS, Due, ExchangeFacts, exchange_dues, has_been, too_late
from bot.programme.spread import spread
from storage.records import ExchangeRow, PersonRow, PromptRow, new_id

SAID = ("said", "answered", "skipped")
"""States of a prompt that its recipient has got."""


def days_of(moment: Moment, exchange: ExchangeRow) -> tuple[date, ...]:
    """The exchange days; before they are agreed, every working day of the stay."""
    return exchange.days or exchange_days(exchange.start, exchange.end, (), worker(moment.person(exchange.employee)))


def worker(person: PersonRow) -> Worker:
    """How a person works, for the rules of the calendar."""
    return Worker(person.zone, person.country, person.working_days, person.starts, person.ends)


def replan(moment: Moment, exchange: ExchangeRow) -> None:
    """Makes the pending prompts of an exchange what they should be now. What has been said stays.

    Nothing is due in one that nobody leads yet.
    """
    if not exchange.leader:
        return
    dues = exchange_dues(facts_of(moment, exchange))
    kept = moment.work.prompts.of(exchange.id)
    for recipient in {exchange.employee, exchange.leader} - {""}:
        hours = worker(moment.person(recipient))
        said = {(row.kind, row.day) for row in kept if row.recipient == recipient and row.state in SAID}
        rows = [
            _row(due, spread(due.at, recipient, moment.house.spread, hours))
            for due in dues
            if due.recipient == recipient and due.kind in moment.house.prompts
            if not too_late(due, hours, moment.now) and not has_been(due, said)
        ]
        moment.work.prompts.plan(recipient, exchange.id, rows, EXCHANGE_KINDS, moment.now)


def facts_of(moment: Moment, exchange: ExchangeRow) -> ExchangeFacts:
    """What the plan of an exchange depends on."""
    employee, leader = moment.person(exchange.employee), moment.person(exchange.leader)
    journal = moment.work.exchanges.journal(exchange.id)
    own = worker(employee)
    return ExchangeFacts(
        id=exchange.id,
        employee=employee.id,
        employee_hours=own,
        leader=leader.id,
        leader_hours=worker(leader),
        start=exchange.start,
        end=exchange.end,
        days=days_of(moment, exchange),
        state=exchange.state,
        approval_asked_at=exchange.asked_at,
        approved_at=exchange.approved_at,
        finish=journal.finish,
        cadence=journal.cadence,
        paused_until=journal.paused_until,
        prep_done=exchange.state not in ("accepted", "approved"),
        debrief_done=exchange.state == "debriefed",
    )


def _row(due: Due, at: datetime) -> PromptRow:
    about = {"about": due.about.isoformat()}
    return PromptRow(new_id(), due.recipient, due.subject, due.kind, due.day, at, data=about)
