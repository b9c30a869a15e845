"""What is due when: pure plans of everything unasked, in a round and in an exchange (spec 2.5, 2.7, 7.1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from bot.programme.calendar import (
    Worker,
    at_local,
    aware,
    hours,
    local_date,
    local_time,
    on_day,
    working_day_after,
    working_day_before,
)
from bot.programme.phases.after import after
from bot.programme.phases.before import before
from bot.programme.phases.during import BEFORE_FINISH, during
from bot.programme.phases.during import closes as closes
from bot.programme.phases.facts import CLOSE_AT, DAY, due
from bot.programme.phases.facts import TASK_AT as TASK_AT
from bot.programme.phases.facts import Due as Due
from bot.programme.phases.facts import ExchangeFacts as ExchangeFacts
from bot.programme.phases.facts import Hosting as Hosting

ROUND_KINDS: Final = ("round.open", "round.remind.mid", "round.remind.last", "round.close", "round.result")
HOST_TASKS: Final = ("host.prep", "host.practical", "host.check", "host.thanks", "eval.host", "eval.host.remind")
TASKS_BEFORE: Final = (
    "approve.remind",
    "prep",
    "prep.remind",
    "lead.remind",
    "goals",
    "formal",
    "homework",
    "colleagues",
    "practical",
)
TASKS_DURING: Final = ("contact", "contact.host", "ask")
TASKS_AFTER: Final = (
    "debrief",
    "debrief.remind",
    "return",
    "return.remind",
    "eval.emp",
    "eval.emp.remind",
    "eval.lead",
    "eval.lead.remind",
    "share",
    "feedback",
    "fu30",
    "fu90",
    "fu90.remind",
    "lead.fu30",
    "lead.fu90",
)
LOGBOOK: Final = ("log", "log.remind", "log.close", "week.pick", "week.overview")
CLOSINGS: Final = ("debrief.close", "fu30.close", "fu90.close", "close.delete", "close.shared")

EXCHANGE_KINDS: Final = (
    *TASKS_BEFORE,
    "greeting",
    "host.first",
    *LOGBOOK,
    *TASKS_DURING,
    *TASKS_AFTER,
    *HOST_TASKS,
    "close.notice",
    *CLOSINGS,
)
TASKS: Final = frozenset({*TASKS_BEFORE, *TASKS_DURING, *TASKS_AFTER, *HOST_TASKS})
"""Pushed tasks: one bundled push of them a day (domain/README.md)."""

DELETIONS: Final = ("left.delete", "round.clear", "story.close", "totals")
"""Beside those among the closings of an exchange."""

SILENT: Final = frozenset({"log.close", *CLOSINGS, "round.close", *DELETIONS})
"""Housekeeping: it says nothing unasked to a person and is done however late."""

HELD: Final = "held"
"""What others bring about: it comes inside the reader's hours, and each is a message of its own."""

NEVER_MISSED: Final = SILENT | {HELD, "story.review"}
"""What is done or said however late, and tried again every day where it fails."""

CANNOT_WAIT: Final = frozenset({"greeting", "host.first", "log", "week.pick"})
"""What has its place among the messages of its own day before what others bring about."""

ONCE: Final = frozenset(
    {"prep", "prep.remind", "lead.remind", "goals", "formal", "homework", "colleagues", *TASKS_AFTER}
)
"""What comes once in an exchange: said once, it is not said again on whatever day it is moved to."""

MOST_A_DAY: Final = 3
"""Unasked messages to one person on one local day."""

ENDING: Final = frozenset({"close.notice", "close.delete", "close.shared"})
"""What is still to come of an exchange that is closed."""

PLANNED: Final = frozenset({"approved", "prepared", "running", "paused", "finished", "ended_early", "debriefed"})
"""Exchange states in which something is planned; before it only the leader's approval is waited for."""

REMINDERS: Final = frozenset(
    {"prep.remind", "lead.remind", "log.remind", "debrief.remind", "return.remind", "fu90.remind"}
    | {"eval.emp.remind", "eval.lead.remind"}
)
"""What is said a second time; on the short track only where there is room (domain/README.md)."""

MOST_BESIDE_DAYS: Final = {"employee": 12, "leader": 5}
"""Unasked messages in a short exchange, beside one for each exchange day: 15 and 8 in one of three days."""

MOST_FROM_OTHERS: Final = 3
"""Of them those that come when others act: the proposal, the approval, the host's answer; for the leader the
question, the goals, and what was released after the debrief."""

MISSES: Final = 3
"""Missed entries in a row after which the bot asks once what suits (T18)."""

POST_AT: Final = time(10, 0)
_YEAR: Final = timedelta(days=365)


def round_dues(
    *, round_id: str, worker: Worker, opens: date, deadline: date, answer_by: date, announced: bool = False
) -> list[Due]:
    """What is due in a round, in order: opening, midway, last call, closing, result (10.3).

    `worker` holds the hours of the office. Sign-up itself ends with the deadline's day; the closing post
    comes the next working morning. Midway and last call come only where there is a day between.
    """

    def post(kind: str, day: date) -> Due:
        at = on_day(worker, day, POST_AT)
        return due(round_id, round_id, kind, at, worker)

    dues = [post("round.open", opens)] if not announced else []
    last = post("round.remind.last", working_day_before(worker, deadline))
    mid = post("round.remind.mid", opens + (deadline - opens) // 2)
    if opens < mid.day < last.day:
        dues.append(mid)
    if opens < last.day:
        dues.append(last)
    return [*dues, post("round.close", deadline + DAY), post("round.result", answer_by)]


def approval_dues(*, leader: str, worker: Worker, subject: str, asked_at: datetime) -> list[Due]:
    """The one reminder to a leader who has not answered, three working days after the request (2.7)."""
    day = working_day_after(worker, local_date(asked_at, worker.zone), 3)
    at = on_day(worker, day, TASK_AT)
    return [due(leader, subject, "approve.remind", at, worker)]


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
    if facts.state not in PLANNED and facts.state != "closed":
        return []
    ending = (it for it in after(facts) if it.kind in ENDING)
    dues = [*ending] if facts.state == "closed" else [*before(facts), *during(facts), *after(facts)]
    since = facts.approved_at or datetime.min.replace(tzinfo=UTC)
    known = sorted((it for it in dues if it.at >= since), key=_order)
    return sorted({(it.recipient, it.kind, it.day): it for it in reversed(known)}.values(), key=_order)


def latest(kind: str, at: datetime, worker: Worker) -> datetime:
    """From when on a due thing is missed and never sent. `worker` is the recipient, of posts the office.

    The logbook until its local day ends, its reminder until it closes; the greeting of an afternoon until
    the working day ends, that of a morning a quarter of an hour (never mid-shift); a post and the welcome of a
    guest until the day ends; tasks and overviews until the end of the next working day. Housekeeping is always done.
    """
    day = local_date(at, worker.zone)
    if kind in NEVER_MISSED:
        return at + _YEAR
    if kind in {"log", "week.pick"}:
        return at_local(day + DAY, time(0), worker.zone)
    if kind == "log.remind":
        return max(at, at_local(day, CLOSE_AT, worker.zone))
    if kind == "greeting":
        if local_time(at, worker.zone) < CLOSE_AT:
            return at + BEFORE_FINISH
        return max(hours(worker, day)[1], at + BEFORE_FINISH)
    if kind == "host.first" or kind.startswith("round.remind"):
        return max(hours(worker, day)[1], at)
    return max(hours(worker, working_day_after(worker, day))[1], at)


def too_late(due: Due, worker: Worker, now: datetime) -> bool:
    """True when the thing would be missed already."""
    return aware(now) >= latest(due.kind, due.at, worker)


def has_been(due: Due, said: Collection[tuple[str, date]]) -> bool:
    """True when it is among the kinds and days that were said to the recipient.

    Who moves to another zone has it on the day beside, so there it counts too.
    """
    if due.kind in ONCE:
        return due.kind in {kind for kind, _ in said}
    near = (timedelta(0),) if due.kind in LOGBOOK else (-DAY, timedelta(0), DAY)
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


def room_to_remind(most: int, said: Iterable[tuple[str, date]], to_come: Iterable[tuple[str, date]]) -> bool:
    """True when a short exchange has room for a reminder to one person, who is told `most` messages in all.

    `said` and `to_come` are the kinds and days of what is planned for the person; reminders to come wait their turn.
    """
    told = {(_message(kind), day) for kind, day in said if kind not in SILENT}
    ahead = {(_message(kind), day) for kind, day in to_come if kind not in SILENT | REMINDERS}
    return MOST_FROM_OTHERS + len(told | ahead) < most


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


def _message(kind: str) -> str:
    """The message a kind is part of: tasks are bundled, the week's choice goes with the logbook."""
    return "task" if kind in TASKS else "log" if kind == "week.pick" else kind


def _order(due: Due) -> tuple[datetime, int, date]:
    kinds = EXCHANGE_KINDS
    return due.at, kinds.index(due.kind) if due.kind in kinds else len(kinds), due.day
