"""What must hold for every person and every day of the year. Each check returns a sentence for each breach."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select

from bot.planning import SAID, facts_of
from bot.programme.calendar import is_holiday, local_date, within_hours, working_day_after
from bot.programme.questions import FOLLOW_UPS
from bot.programme.schedule import MOST_A_DAY, SILENT, TASKS, Due, exchange_dues
from bot.turns.pushes import base
from storage.records import ExchangeRow, PromptRow
from storage.store import Work
from storage.tables import outbox
from tests.year.life import ANSWERS, Year
from tests.year.people import worker_of

CHOSEN: Final = ("log", "week.pick")
WITHIN: Final = 5
BY_OTHERS: Final = frozenset(
    {"news", "task", "approve", "principle", "proposal", "host_proposal", "final", "welcome", "mail", "gift", "fb"}
)
"""Kinds of messages that come when somebody else does something, or first of all."""

BY_DAYS: Final = ("log", "log.remind", "week.pick", "contact", "ask", "host.check")
"""What depends on how many exchange days there are."""

ALWAYS: Final = frozenset(
    {"greeting", "homework", "colleagues", "week.overview", "eval.emp", "eval.lead", "eval.host", "fu90", "lead.fu90"}
    | {"log", "host.first", "debrief", "prep"}
)
"""What is said on its day unless there is a reason not to; the other kinds ask what is still open first."""


@dataclass(frozen=True)
class Unasked:
    """A message that came by itself."""

    person: str
    kind: str
    at: datetime
    day: date


@dataclass(frozen=True)
class Life:
    """Everything that is left of the year."""

    year: Year
    unasked: Sequence[Unasked]
    exchanges: Sequence[ExchangeRow]
    prompts: dict[str, list[PromptRow]]
    dues: dict[str, list[Due]]
    talks: dict[tuple[str, str, str], datetime]


async def looked_at(year: Year) -> Life:
    """The year, read once."""
    return await year.store.run(lambda work: _read(year, work))


def _read(year: Year, work: Work) -> Life:
    rows: list[dict[str, Any]] = [dict(row) for row in work.outbox._all(select(outbox).order_by(outbox.c.order))]
    told = [row for row in rows if row["kind"] not in ANSWERS and not row["replaces"] and row["place"] in year.people]
    unasked = [
        Unasked(row["place"], base(row["kind"]), row["not_before"], _day(year, row["place"], row["not_before"]))
        for row in told
    ]
    exchanges = work.exchanges.of_round("round")
    moment = year.moments(work)
    dues, talks = {}, {}
    for exchange in exchanges:
        facts = facts_of(moment, exchange)
        anew = replace(
            facts, state="approved", prep_done=False, debrief_done=False, lead_done=False, paused_until=None,
            hosts=tuple(replace(hosting, prepared=False) for hosting in facts.hosts),
        )  # fmt: skip
        dues[exchange.id] = exchange_dues(anew) if exchange.approved_at else []
        for row in work.conversations.of_subject(exchange.id):
            talks[exchange.id, row.person, row.dialog] = row.touched
    prompts = {exchange.id: work.prompts.of(exchange.id) for exchange in exchanges}
    return Life(year, unasked, exchanges, prompts, dues, talks)


def _day(year: Year, person: str, at: datetime) -> date:
    return local_date(at, year.people[person].zone)


# How often, and when


def too_often(life: Life) -> Iterator[str]:
    """At most one push of tasks and three unasked messages a day, of all that is planned."""
    days: dict[tuple[str, date], list[str]] = defaultdict(list)
    for one in life.unasked:
        if one.kind not in BY_OTHERS:
            days[one.person, one.day].append(one.kind)
    for (person, day), kinds in days.items():
        if len(kinds) > MOST_A_DAY:
            yield f"{person} got {kinds} on {day}"
        if sum(kind in TASKS for kind in kinds) > 1:
            yield f"{person} got two pushes of tasks on {day}: {kinds}"


def out_of_hours(life: Life) -> Iterator[str]:
    """Nothing planned comes outside the hours; the logbook when the person chose, on a day of theirs."""
    there: dict[str, set[int]] = defaultdict(set)
    for exchange in life.exchanges:
        there[exchange.employee] |= {day.weekday() for day in exchange.days if day.weekday() < 5}
    for one in life.unasked:
        if one.kind in BY_OTHERS:
            continue
        worker = worker_of(life.year.people[one.person])
        if one.kind in CHOSEN:
            days = {*worker.working_days, *there[one.person]}
            own = {one.day, one.day - timedelta(days=worker.overnight)}
            if not any(day.weekday() in days and not is_holiday(worker.country, day) for day in own):
                yield f"{one.person} is asked for the logbook on {one.day}"
            continue
        if one.kind in ("log.remind", "greeting"):
            worker = replace(worker, working_days=tuple(sorted({*worker.working_days, *there[one.person]})))
        if within_hours(worker, one.at) != one.at:
            yield f"{one.person} got {one.kind} at {one.at}"


# Each task on its day


def not_on_its_day(life: Life, reasons: Counter[str]) -> Iterator[str]:
    """What the table of tasks says and nobody got, without a reason. The reasons are counted."""
    busy: dict[tuple[str, date], list[str]] = defaultdict(list)
    for one in life.unasked:
        busy[one.person, one.day].append(one.kind)
    for exchange in life.exchanges:
        for due in life.dues[exchange.id]:
            if due.kind in SILENT or due.kind not in life.year.kinds:
                continue
            why = _why(life, exchange, due, busy)
            reasons[f"{due.kind}: {why or 'NOT'}"] += 1
            if not why:
                rows = [row for row in life.prompts[exchange.id] if base(row.kind) == due.kind]
                found = [(row.day, row.state, dict(row.data)) for row in rows if row.recipient == due.recipient]
                yield f"{exchange.id} {exchange.state} {due.kind} to {due.recipient} on {due.day}: {found}"


def _why(life: Life, exchange: ExchangeRow, due: Due, busy: dict[tuple[str, date], list[str]]) -> str:
    mine = [row for row in life.prompts[exchange.id] if row.recipient == due.recipient and base(row.kind) == due.kind]
    row = next((row for row in mine if row.day == due.day), None)
    if exchange.state == "withdrawn" or (row is None and _stopped(life, exchange, due)):
        return "withdrawn or ended"
    if row is not None and (row.state in SAID or due.kind == "log"):
        said = row.data.get("said_on")
        planned = local_date(due.at, life.year.people[due.recipient].zone)
        if said is None or date.fromisoformat(str(said)) <= planned + timedelta(days=due.kind in CHOSEN):
            return "on its day"
        return _postponed(life, due, planned, date.fromisoformat(str(said)), busy)
    if row is not None and row.state == "cancelled":
        if due.kind not in ALWAYS:
            return "not wanted any more"
        return "done before" if _done(life, exchange, due) or exchange.state == "ended_early" else ""
    if any(other.state in SAID for other in mine):
        return "said on another day"
    if due.kind.startswith(("log", "week.pick")) and _asked_what_suits(life, exchange, due):
        return "asked what suits"
    return "done before" if _done(life, exchange, due) else _away(life, due)


def _asked_what_suits(life: Life, exchange: ExchangeRow, due: Due) -> bool:
    """After three misses nothing is asked for until the person has chosen, and then as chosen."""
    return (exchange.id, exchange.employee, "misses") in life.talks


def _stopped(life: Life, exchange: ExchangeRow, due: Due) -> bool:
    """Who has stopped is asked for nothing more; and which days had a logbook follows from how many there were."""
    plan = life.year.plans[exchange.employee]
    return plan.stops_at is not None and (due.kind in BY_DAYS or due.at >= plan.stops_at - timedelta(days=1))


def _postponed(life: Life, due: Due, planned: date, said: date, busy: dict[tuple[str, date], list[str]]) -> str:
    """Each day between had its push of tasks, or three messages."""
    worker = worker_of(life.year.people[due.recipient])
    day = planned
    while day < said:
        kinds = [kind for kind in busy[due.recipient, day] if kind == "task" or kind not in BY_OTHERS]
        if not any(kind in TASKS or kind == "task" for kind in kinds) and len(kinds) < MOST_A_DAY:
            return ""
        day = working_day_after(worker, day)
    return "postponed: no room"


TALKS: Final = {
    "prep": "prep", "prep.remind": "prep", "lead.remind": "lead", "debrief": "deb", "debrief.remind": "deb",
    "eval.emp": "eval.emp", "eval.lead": "eval.lead", "eval.host": "eval.host", "host.prep": "host.prep",
}  # fmt: skip
"""The conversation after which nothing more is said of it."""


def _done(life: Life, exchange: ExchangeRow, due: Due) -> bool:
    dialog = TALKS.get(due.kind, "")
    return (exchange.id, due.recipient, dialog) in life.talks


def _away(life: Life, due: Due) -> str:
    """A pause, in which nothing is said."""
    plan = life.year.plans.get(due.recipient)
    if plan is not None and plan.pause is not None:
        since = local_date(plan.pause[0], plan.employee.zone)
        if since <= due.day <= plan.pause[1] + timedelta(days=3):
            return "in a pause"
    return ""


# The logbook's questions


def asked_too_soon(life: Life) -> Iterator[str]:
    """An extra prompt that came twice within five entries."""
    fields = {key for keys in FOLLOW_UPS.values() for key in keys}
    for exchange in life.exchanges:
        entries = [row for row in life.prompts[exchange.id] if row.kind == "log" and row.state == "answered"]
        asked = [
            [str(key) for key in row.data.get("questions", ())] for row in sorted(entries, key=lambda row: row.day)
        ]
        for number, keys in enumerate(asked):
            recent = {key for earlier in asked[max(0, number - WITHIN + 1) : number] for key in earlier}
            for key in keys:
                if key.startswith("log.deep.") and key not in fields and key in recent:
                    yield f"{exchange.id} is asked {key} again at entry {number + 1}: {asked}"
