"""Writes down what is due in an exchange. Planned anew whenever something it depends on changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from bot.holding import LATER
from bot.holding import worker as worker
from bot.moment import Moment
from bot.places import is_here, stops_of
from bot.programme.cadence import exchange_days
from bot.programme.calendar import Worker
from bot.programme.schedule import EXCHANGE_KINDS, Due, ExchangeFacts, Hosting, exchange_dues, has_been, too_late
from bot.programme.spread import spread
from bot.programme.tracks import track
from dialogs.model import Value
from storage.records import ExchangeRow, PromptRow, new_id

SAID = ("said", "answered", "skipped")
"""States of a prompt that its recipient has got."""


def days_of(moment: Moment, exchange: ExchangeRow) -> tuple[date, ...]:
    """The exchange days; before they are agreed, every working day of the stay."""
    return exchange.days or chosen_days(exchange, (), worker(moment.person(exchange.employee)))


def chosen_days(exchange: ExchangeRow, chosen: Sequence[str], hours: Worker) -> tuple[date, ...]:
    """The exchange days among the working days of the stay: those chosen, or all, and none between two places."""
    days = exchange_days(exchange.start, exchange.end, chosen, hours, ())
    return tuple(day for day in days if is_here(exchange, day))


def is_full(moment: Moment, exchange: ExchangeRow) -> bool:
    """Whether it is on the full track: for stays of more than five days, and for who or whose HR chose it."""
    if exchange.track:
        return exchange.track == "full"
    return moment.choices(exchange.round).track == "full" or track(days_of(moment, exchange)) == "full"


def replan(moment: Moment, exchange: ExchangeRow) -> None:
    """Makes the pending prompts of an exchange what they should be now. What has been said stays.

    Nothing is due in one that nobody leads yet, and nothing any more to somebody who has no part in it.
    """
    if not exchange.leader:
        return
    dues = exchange_dues(facts_of(moment, exchange))
    kept = moment.work.prompts.of(exchange.id)
    waiting = {row.recipient for row in kept if row.state == "pending"}
    for recipient in sorted(waiting | {due.recipient for due in dues}):
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
    lead = _told(moment, exchange, leader.id, "lead")
    prep = _told(moment, exchange, employee.id, "prep")
    debrief = _told(moment, exchange, employee.id, "deb")
    lead_done = _done_at(moment, exchange, leader.id, "lead")
    prep_done = _done_at(moment, exchange, employee.id, "prep")
    actions = (_day(debrief, f"deb.12.action.when#{n}") for n in (1, 2, 3))
    sharing = (
        _day(debrief, "deb.13.share.when"),
        _day(lead, "lead.prep.followup.slot"),
        _day(prep, "prep.share.date"),
    )
    return ExchangeFacts(
        id=exchange.id,
        employee=employee.id,
        employee_hours=worker(employee),
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
        hosts=_hosts(moment, exchange),
        moves=_moves(moment, exchange),
        track="full" if is_full(moment, exchange) else "short",
        contact=str(lead.get("lead.prep.contact", "")).removeprefix("lead.prep.contact."),
        call_host_on=_day(lead, "lead.prep.contact.hostleader"),
        lead_done=lead_done is not None,
        both_ready_at=max(lead_done, prep_done) if lead_done and prep_done else None,
        goals_agreed=_agreed(moment, exchange),
        shares_on=next((day for day in sharing if day), None),
        tries_from=min((day for day in actions if day), default=None),
        stopped=exchange.end if _ended_early(moment, exchange) else None,
        debrief_put_off_to=max(
            (row.day for row in moment.work.prompts.of(exchange.id, f"debrief{LATER}") if row.state != "cancelled"),
            default=None,
        ),
        choices=moment.choices(exchange.round),
    )


def _hosts(moment: Moment, exchange: ExchangeRow) -> tuple[Hosting, ...]:
    """Each place with somebody there and days of its own. One that is the only place has all the days."""
    days = days_of(moment, exchange)
    found = []
    for place in stops_of(exchange):
        here = tuple(day for day in days if place.start <= day <= place.end)
        host = moment.work.people.find(place.host) if place.host else None
        if host is not None and here:
            prepared = bool(_told(moment, exchange, host.id, "host.prep"))
            found.append(Hosting(host.id, worker(host), here, prepared))
    return tuple(found)


def _moves(moment: Moment, exchange: ExchangeRow) -> tuple[date, ...]:
    """The first day at each further place."""
    days = days_of(moment, exchange)
    places = ([day for day in days if stop.start <= day <= stop.end] for stop in stops_of(exchange)[1:])
    return tuple(here[0] for here in places if here)


def _told(moment: Moment, exchange: ExchangeRow, person: str, occasion: str) -> dict[str, Value]:
    """What somebody answered on an occasion, as far as it stands: what others may read only once it is confirmed."""
    rows = moment.work.answers.of(person, exchange.id, occasion)
    return {row.key: row.value for row in rows if row.confirmed or row.visibility not in ("J", "T")}


def _day(answers: Mapping[str, Value], key: str) -> date | None:
    try:
        return date.fromisoformat(str(answers.get(key, "")))
    except ValueError:
        return None


def _done_at(moment: Moment, exchange: ExchangeRow, person: str, dialog: str) -> datetime | None:
    row = moment.work.conversations.find(person, dialog, exchange.id, dialog)
    return row.touched if row is not None and row.status == "done" else None


def _agreed(moment: Moment, exchange: ExchangeRow) -> bool:
    ticked = {row.person for row in moment.work.answers.about(exchange.id) if row.key == "goals.agreed"}
    return {exchange.employee, exchange.leader} <= ticked


def _ended_early(moment: Moment, exchange: ExchangeRow) -> bool:
    """Also after the debrief: who has stopped has left the round."""
    if exchange.state == "debriefed":
        return moment.work.rounds.sign_up(exchange.sign_up).state == "withdrawn"
    return exchange.state == "ended_early"


def _row(due: Due, at: datetime) -> PromptRow:
    about = {"about": due.about.isoformat()}
    return PromptRow(new_id(), due.recipient, due.subject, due.kind, due.day, at, data=about)
