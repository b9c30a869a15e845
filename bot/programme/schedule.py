"""What is due when: pure plans of everything unasked, in a round and in an exchange (spec 2.5, 2.7, 7.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from bot.programme.cadence import last_of_weeks, prompt_days
from bot.programme.calendar import (
    Worker,
    at_local,
    aware,
    hours,
    is_working_day,
    local_date,
    local_time,
    on_day,
    within_hours,
    working_day_after,
    working_day_before,
)

ROUND_KINDS: Final = ("round.open", "round.remind.mid", "round.remind.last", "round.close", "round.result")
EXCHANGE_KINDS: Final = (
    "approve.remind",
    "prep",
    "prep.remind",
    "greeting",
    "log",
    "log.remind",
    "log.close",
    "week.pick",
    "week.overview",
    "debrief",
    "debrief.remind",
    "debrief.close",
)
TASKS: Final = frozenset({"approve.remind", "prep", "prep.remind", "debrief", "debrief.remind"})
"""Pushed tasks: one bundled push of them a day (domain/README.md)."""

SILENT: Final = frozenset({"log.close", "debrief.close", "round.close"})
"""Housekeeping: it says nothing unasked to a person and is done however late."""

ONCE: Final = frozenset({"approve.remind", "prep", "prep.remind", "greeting", "debrief", "debrief.remind"})
"""What comes once: said once, it is not said again under the date that it has where somebody moved to."""

MOST_A_DAY: Final = 3
"""Unasked messages to one person on one local day."""

PLANNED: Final = frozenset({"approved", "prepared", "running", "paused", "finished", "ended_early", "debriefed"})
"""Exchange states in which something is planned; before it only the leader's approval is waited for."""

MISSES: Final = 3
"""Missed entries in a row after which the bot asks once what suits (T18)."""

PREPARE_BEFORE: Final = timedelta(days=14)
POST_AT: Final = time(10, 0)
TASK_AT: Final = time(10, 0)
OVERVIEW_AT: Final = time(9, 0)
REMIND_AT: Final = time(9, 15)
CLOSE_AT: Final = time(12, 0)
GREETING_AT: Final = time(15, 0)
BEFORE_FINISH: Final = timedelta(minutes=15)
BEFORE_END_OF_DAY: Final = timedelta(minutes=45)
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)
_YEAR: Final = timedelta(days=365)


@dataclass(frozen=True)
class Due:
    """One thing due `at` (aware UTC). Unique on (recipient, subject, kind, day).

    `day` is the exchange day that log, log.remind, log.close and week.pick are about; of every other kind
    the recipient's local date of `at`. `about` is the same, except that of week.overview it is the last
    exchange day of the week it tells about.
    `recipient` is a person, or the round for posts in a channel.
    """

    recipient: str
    subject: str
    kind: str
    day: date
    at: datetime
    about: date


@dataclass(frozen=True)
class ExchangeFacts:
    """What the plan of an exchange depends on. `days` without holidays, empty while unknown.

    `finish` is when the work ends on exchange days (the person's own choice), `begins` when it begins on the
    first. `paused_until` is the first day back. `approval_asked_at` and `approved_at` are aware UTC.
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


def round_dues(
    *, round_id: str, worker: Worker, opens: date, deadline: date, answer_by: date, announced: bool = False
) -> list[Due]:
    """What is due in a round, in order: opening, midway, last call, closing, result (10.3).

    `worker` holds the hours of the office. Sign-up itself ends with the deadline's day; the closing post
    comes the next working morning. Midway and last call come only where there is a day between.
    """

    def post(kind: str, day: date) -> Due:
        at = on_day(worker, day, POST_AT)
        return _due(round_id, round_id, kind, at, worker)

    dues = [post("round.open", opens)] if not announced else []
    last = post("round.remind.last", working_day_before(worker, deadline))
    mid = post("round.remind.mid", opens + (deadline - opens) // 2)
    if opens < mid.day < last.day:
        dues.append(mid)
    if opens < last.day:
        dues.append(last)
    return [*dues, post("round.close", deadline + _DAY), post("round.result", answer_by)]


def approval_dues(*, leader: str, worker: Worker, subject: str, asked_at: datetime) -> list[Due]:
    """The one reminder to a leader who has not answered, three working days after the request (2.7)."""
    day = working_day_after(worker, local_date(asked_at, worker.zone), 3)
    at = on_day(worker, day, TASK_AT)
    return [_due(leader, subject, "approve.remind", at, worker)]


def exchange_dues(facts: ExchangeFacts) -> list[Due]:
    """Everything due in an exchange in order of time, as if nothing were done but what the facts say.

    What lies before the approval is left out. Whoever plans anew keeps what has been sent, and leaves out
    what `too_late` says; reminders and closings are checked again when their time comes.
    """
    if facts.state == "accepted" and facts.approval_asked_at and facts.leader:
        return approval_dues(
            leader=facts.leader,
            worker=facts.leader_hours,
            subject=facts.id,
            asked_at=facts.approval_asked_at,
        )
    if facts.state not in PLANNED:
        return []
    dues = [*_before(facts), *_logbook(facts), *_weeks(facts), *_after(facts)]
    since = facts.approved_at or datetime.min.replace(tzinfo=UTC)
    known = sorted((due for due in dues if due.at >= since), key=_order)
    return sorted({(due.recipient, due.kind, due.day): due for due in known}.values(), key=_order)


def closes(worker: Worker, day: date, days: Iterable[date] = ()) -> datetime:
    """When a day's entry closes: noon on the next working day. Exchange days count as working days too."""
    there = _there(worker, days)
    return at_local(working_day_after(there, day), CLOSE_AT, there.zone)


def latest(kind: str, at: datetime, worker: Worker) -> datetime:
    """From when on a due thing is missed and never sent. `worker` is the recipient, of posts the office.

    The logbook until its local day ends, its reminder until it closes; the greeting of an afternoon until
    the working day ends, that of a morning a quarter of an hour (never mid-shift); a post until the day
    ends; tasks and overviews until the end of the next working day. Housekeeping is always done.
    """
    day = local_date(at, worker.zone)
    if kind in SILENT:
        return at + _YEAR
    if kind in {"log", "week.pick"}:
        return at_local(day + _DAY, time(0), worker.zone)
    if kind == "log.remind":
        return max(at, at_local(day, CLOSE_AT, worker.zone))
    if kind == "greeting":
        if local_time(at, worker.zone) < CLOSE_AT:
            return at + BEFORE_FINISH
        return max(hours(worker, day)[1], at + BEFORE_FINISH)
    if kind.startswith("round.remind"):
        return max(hours(worker, day)[1], at)
    return max(hours(worker, working_day_after(worker, day))[1], at)


def too_late(due: Due, worker: Worker, now: datetime) -> bool:
    """True when the thing would be missed already."""
    return aware(now) >= latest(due.kind, due.at, worker)


def has_been(due: Due, said: Collection[tuple[str, date]]) -> bool:
    """True when it is among the kinds and days that were said to the recipient."""
    near = (-_DAY, timedelta(0), _DAY) if due.kind in ONCE else (timedelta(0),)
    return any((due.kind, due.day + by) in said for by in near)


def room_today(sent_today: Iterable[str], kind: str) -> bool:
    """True when `kind` can still go to a person who has got these kinds today (domain/README.md).

    One bundled task push a day, at most three unasked messages. Pushes of one kind are merged into one
    message, and the week's choice goes with the logbook, so a kind counts once. A task may join the bundle
    only while it is made: pass its kinds after sending.
    """
    if kind in SILENT:
        return True
    sent = set(sent_today) - SILENT
    if kind in sent and kind not in TASKS:
        return True
    if kind in TASKS and sent & TASKS:
        return False
    messages = {_message(other) for other in sent}
    return _message(kind) in messages or len(messages) < MOST_A_DAY


def postponed(worker: Worker, at: datetime) -> datetime:
    """The same time on the next working day, inside the hours: for what found no room today."""
    day = working_day_after(worker, local_date(at, worker.zone))
    return on_day(worker, day, local_time(at, worker.zone))


def after_misses(states: Sequence[str], *, asked: bool = False) -> bool:
    """True when it is time to ask once what suits: three entries in a row were missed (7.6, T18).

    `states` of the logbook prompts, oldest first; only missed, answered and skipped count. `asked` says that
    it has been asked since the last entry: then silence.
    """
    closed = [state for state in states if state in {"missed", "answered", "skipped"}]
    return not asked and len(closed) >= MISSES and set(closed[-MISSES:]) == {"missed"}


def _before(facts: ExchangeFacts) -> list[Due]:
    """The preparation with its one reminder, and the greeting the afternoon before."""
    me, first = facts.employee_hours, _first(facts)
    dues = []
    if not facts.prep_done:
        opens = on_day(me, first - PREPARE_BEFORE, TASK_AT)
        prep = _push(facts, "prep", max(facts.approved_at or opens, opens))
        remind = _push(facts, "prep.remind", on_day(me, working_day_before(me, first, 3), TASK_AT))
        dues += [prep] if prep.day < first else []
        dues += [remind] if prep.day < remind.day < first else []
    greeting = _greeting(facts, first)
    return [*dues, *([greeting] if greeting.at < _starts(facts, first) else [])]


def _greeting(facts: ExchangeFacts, first: date) -> Due:
    """At the person's own starting time if that is known and in the morning, else the afternoon before.

    "Before" is the last working day before the first day, at 15:00, or an hour before an earlier end; after a
    late approval as soon as the hours allow. Never once the first shift has begun.
    """
    me = facts.employee_hours
    if facts.begins is not None and facts.begins < CLOSE_AT:
        at = at_local(first, facts.begins, me.zone)
        return _due(facts.employee, facts.id, "greeting", at, me)
    day = working_day_before(me, first)
    opens, ends = hours(me, day)
    at = max(opens, min(at_local(day, GREETING_AT, me.zone), ends - timedelta(hours=1)))
    return _push(facts, "greeting", max(at, facts.approved_at or at))


def _starts(facts: ExchangeFacts, first: date) -> datetime:
    """When the first shift begins; a minute later where the greeting comes with it."""
    me = facts.employee_hours
    begins = facts.begins if facts.begins is not None else me.starts
    return at_local(first, begins, me.zone) + timedelta(minutes=facts.begins is not None)


def _logbook(facts: ExchangeFacts) -> list[Due]:
    """Per prompted day: the prompt, one reminder the next working morning, the close at noon.

    Two days that close together are reminded of once, of the later one.
    """
    there = _there(facts.employee_hours, facts.days)
    dues = []
    reminders: dict[datetime, Due] = {}
    for day in prompt_days(facts.days, facts.cadence):
        asks = _asks_at(facts, there, day)
        early = facts.approved_at is not None and asks < facts.approved_at
        if early or _absent(facts, day) or not is_working_day(there, day):
            continue
        closing = closes(there, day, facts.days)
        morning = at_local(local_date(closing, there.zone), REMIND_AT, there.zone)
        dues.append(_about(facts, "log", day, asks))
        remind = within_hours(there, morning)
        if remind < closing:
            reminders[remind] = _about(facts, "log.remind", day, remind)
        dues.append(_about(facts, "log.close", day, closing))
    return [*dues, *reminders.values()]


def _asks_at(facts: ExchangeFacts, there: Worker, day: date) -> datetime:
    """A quarter of an hour before the chosen finishing time, else 45 minutes before the own day ends.

    A shift over midnight that finishes after it asks in its last quarter of an hour, on the next date. Where the
    clocks leave out the last hour of the day, it asks in the minute before: the date after has its own.
    """
    if facts.finish is not None:
        ends = day + _DAY if there.overnight and facts.finish <= there.starts else day
        shown = datetime.combine(ends, facts.finish) - BEFORE_FINISH
        if shown.date() < day:
            shown += _DAY
        at = at_local(shown.date(), shown.time(), there.zone)
        return at if local_date(at, there.zone) == shown.date() else at - _MINUTE
    opens, ends_at = hours(there, day)
    return max(opens, ends_at - BEFORE_END_OF_DAY)


def _weeks(facts: ExchangeFacts) -> list[Due]:
    """Per calendar week: what goes to the leader is chosen with the last day's logbook and goes next morning.

    The leader's overview comes whether or not anything was released, so that silence tells nothing.
    """
    there, leader = _there(facts.employee_hours, facts.days), facts.leader_hours
    dues = []
    for day in last_of_weeks(facts.days):
        if facts.cadence != "none" and not _absent(facts, day) and is_working_day(there, day):
            dues.append(_about(facts, "week.pick", day, _asks_at(facts, there, day)))
        if facts.leader:
            morning = on_day(leader, working_day_after(leader, day), OVERVIEW_AT)
            overview = _due(facts.leader, facts.id, "week.overview", morning, leader)
            dues.append(replace(overview, about=day))
    return dues


def _after(facts: ExchangeFacts) -> list[Due]:
    """The debrief on the first working day back, one reminder after a week, the close after three (2.5)."""
    if facts.debrief_done:
        return []
    me, last = facts.employee_hours, facts.days[-1] if facts.days else facts.end
    debrief = _push(facts, "debrief", on_day(me, working_day_after(me, last), TASK_AT))
    remind = _push(facts, "debrief.remind", on_day(me, last + timedelta(days=7), TASK_AT))
    at = at_local(last + timedelta(days=21), CLOSE_AT, me.zone)
    close = _due(facts.employee, facts.id, "debrief.close", at, me)
    pushes = [debrief] + ([remind] if remind.day > debrief.day else [])
    return [*(due for due in pushes if due.at < close.at), close]


def _push(facts: ExchangeFacts, kind: str, moment: datetime) -> Due:
    """Something unasked for the employee, moved into the hours and out of a pause."""
    me = facts.employee_hours
    if facts.paused_until is not None:
        moment = max(moment, on_day(me, facts.paused_until, TASK_AT))
    return _due(facts.employee, facts.id, kind, within_hours(me, moment), me)


def _about(facts: ExchangeFacts, kind: str, day: date, at: datetime) -> Due:
    """Something for the employee that is kept under its exchange day."""
    return Due(facts.employee, facts.id, kind, day, at, day)


def _due(recipient: str, subject: str, kind: str, at: datetime, worker: Worker) -> Due:
    """Something kept under the recipient's local date."""
    day = local_date(at, worker.zone)
    return Due(recipient, subject, kind, day, at, day)


def _absent(facts: ExchangeFacts, day: date) -> bool:
    return facts.paused_until is not None and day < facts.paused_until


def _first(facts: ExchangeFacts) -> date:
    return facts.days[0] if facts.days else facts.start


def _there(worker: Worker, days: Iterable[date]) -> Worker:
    """The worker during the exchange: weekdays with exchange days are working days too.

    Saturdays and Sundays stay free unless they are own working days (7.1: never on weekends).
    """
    weekdays = {day.weekday() for day in days if day.weekday() < 5}
    return replace(worker, working_days=tuple(sorted({*worker.working_days, *weekdays})))


def _message(kind: str) -> str:
    """The message a kind is part of: tasks are bundled, the week's choice goes with the logbook."""
    return "task" if kind in TASKS else "log" if kind == "week.pick" else kind


def _order(due: Due) -> tuple[datetime, int, date]:
    kinds = EXCHANGE_KINDS
    return due.at, kinds.index(due.kind) if due.kind in kinds else len(kinds), due.day
