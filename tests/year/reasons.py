"""Each task of the table (2.7) on its day, or the reason why not, each looked up in what happened."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from bot.holding import UNCOUNTED
from bot.planning import SAID
from bot.programme.calendar import local_date, working_day_after
from bot.programme.schedule import EXCHANGE_KINDS, MOST_A_DAY, REMINDERS, SILENT, TASKS, Due
from bot.turns.pushes import base
from storage.records import ConversationRow, ExchangeRow, PromptRow
from tests.year.checks import CHOSEN
from tests.year.people import worker_of
from tests.year.record import Life

BY_DAYS: Final = ("log", "log.remind", "week.pick", "contact", "ask", "host.check")
"""What depends on how many exchange days there are."""

DONE: Final = {
    "prep": "prep", "prep.remind": "prep", "lead.remind": "lead", "debrief": "deb", "debrief.remind": "deb",
    "eval.emp": "eval.emp", "eval.lead": "eval.lead", "eval.host": "eval.host", "host.prep": "host.prep",
}  # fmt: skip
"""The conversation after which nothing more is said of it."""

SHARES: Final = {
    "on its day": (78, 88),
    "called off": (3, 6),
    "no room for a reminder": (2, 5),
    "unwanted": (7, 13),
    "done before": (0.3, 1.5),
    "asked what suits": (0.2, 0.7),
    "moved": (0.1, 0.6),
    "no room": (0.1, 0.6),
    "in a pause": (0, 0.2),
}
"""Of each hundred how many there are for each reason, at least and at most: what changes them is to be looked at."""

Busy = Mapping[tuple[str, date], Sequence[str]]


@dataclass
class Asked:
    """All of one kind that one person was to be told about one exchange, and the rows that are left of it."""

    life: Life
    exchange: ExchangeRow
    recipient: str
    kind: str
    dues: list[Due] = field(default_factory=list)
    moved: list[PromptRow] = field(default_factory=list)
    """What was said on a day that is none of the dues'; each explains one due without a row."""

    def row(self, due: Due) -> PromptRow | None:
        """What was planned for its day."""
        return next((row for row in self.rows() if row.day == due.day), None)

    def rows(self) -> list[PromptRow]:
        """What was planned, in order of its day."""
        rows = self.life.prompts[self.exchange.id]
        return [row for row in rows if row.recipient == self.recipient and base(row.kind) == self.kind]


def not_on_its_day(life: Life, reasons: Counter[str]) -> Iterator[str]:
    """What the table of tasks says and nobody got, without a reason. The reasons are counted, by kind."""
    busy: dict[tuple[str, date], list[str]] = defaultdict(list)
    for one in life.unasked:
        busy[one.person, one.day].append(one.kind)
    for asked in _all(life):
        for due in asked.dues:
            why = _why(asked, due, busy)
            reasons[f"{due.kind}: {why or 'NOT'}"] += 1
            if not why:
                found = [(row.day, row.state, dict(row.data)) for row in asked.rows()]
                yield f"{asked.exchange.id} {asked.exchange.state} {due.kind} to {due.recipient} on {due.day}: {found}"


def out_of_share(reasons: Counter[str]) -> Iterator[str]:
    """The reasons that there are more or fewer of than is known, or that nobody knows."""
    found: Counter[str] = Counter()
    for reason, count in reasons.items():
        found[reason.partition(": ")[2].partition(",")[0]] += count
    for reason in {*found, *SHARES}:
        low, high = SHARES.get(reason, (0, 0))
        share = 100 * found[reason] / reasons.total()
        if not low <= share <= high:
            yield f"{reason}: {share:.2f} of a hundred, and {low} to {high} is known"


def _all(life: Life) -> Iterator[Asked]:
    for exchange in life.exchanges:
        known: dict[tuple[str, str], Asked] = {}
        for due in life.dues[exchange.id]:
            if due.kind not in SILENT:
                asked = known.setdefault((due.recipient, due.kind), Asked(life, exchange, due.recipient, due.kind))
                asked.dues.append(due)
        for asked in known.values():
            days = {due.day for due in asked.dues}
            asked.moved = [row for row in asked.rows() if row.state in SAID and row.day not in days]
            yield asked


def _why(asked: Asked, due: Due, busy: Busy) -> str:
    row = asked.row(due)
    if row is not None and _was_said(row):
        return _on_time(asked.life, due, row, busy)
    if _called_off(asked, due):
        return "called off"
    if row is not None and row.state == "cancelled":
        return _unwanted(asked, due, row)
    if row is not None:
        return ""  # missed, or waiting for ever
    if asked.moved:
        asked.moved.pop(0)
        return "moved"
    if due.kind.startswith(("log", "week.pick")) and _asked_what_suits(asked, due):
        return "asked what suits"
    return "done before" if _done_by(asked, due) else _away(asked.life, due)


def _was_said(row: PromptRow) -> bool:
    """Also a day of the logbook that nobody wrote anything on."""
    return row.state in SAID or "said_on" in row.data


def _on_time(life: Life, due: Due, row: PromptRow, busy: Busy) -> str:
    said = date.fromisoformat(str(row.data["said_on"])) if "said_on" in row.data else None
    planned = local_date(due.at, life.year.people[due.recipient].zone)
    if said is None or said <= planned + timedelta(days=due.kind in CHOSEN):
        return "on its day"
    return "no room" if _had_no_room(life, due, planned, said, busy) else ""


def _had_no_room(life: Life, due: Due, planned: date, said: date, busy: Busy) -> bool:
    """Each day between had its push of tasks, or three messages."""
    worker = worker_of(life.year.people[due.recipient])
    day = planned
    while day < said:
        planned_only = due.recipient in life.year.outside
        kinds = [
            kind
            for kind in busy.get((due.recipient, day), ())
            if kind not in UNCOUNTED and (kind in {*EXCHANGE_KINDS, "task"} or not planned_only)
        ]
        if not any(kind in TASKS or kind == "task" for kind in kinds) and len(kinds) < MOST_A_DAY:
            return False
        day = working_day_after(worker, day)
    return True


def _called_off(asked: Asked, due: Due) -> bool:
    """Who has stopped is asked for nothing more; and which days had a logbook follows from how many there were."""
    plan = asked.life.year.plans[asked.exchange.employee]
    if plan.stops_at is None or asked.exchange.state not in ("withdrawn", "closed"):
        return False
    return due.kind in BY_DAYS or due.at >= plan.stops_at - timedelta(days=1)


def _unwanted(asked: Asked, due: Due, row: PromptRow) -> str:
    """What stood in the database when it was due; a reminder that a short exchange had no room for was not tried."""
    if row.id in asked.life.year.unwanted:
        reason = asked.life.year.unwanted[row.id]
        return f"unwanted, {reason}" if reason else ""
    rows = asked.life.prompts[asked.exchange.id]
    entry = next((it for it in rows if (it.kind, it.day) == ("log", due.day)), None)
    if due.kind == "log.remind" and entry is not None and entry.state in ("answered", "skipped"):
        return "unwanted, settled"
    short = asked.exchange.id not in asked.life.full
    return "no room for a reminder" if short and due.kind in REMINDERS else ""


def _asked_what_suits(asked: Asked, due: Due) -> bool:
    """After three misses nothing is asked for until the person has chosen, and then as chosen."""
    talks = [talk for talk in asked.life.talks[asked.exchange.id] if talk.dialog == "misses"]
    return any(_waited_for(asked, due, talk) for talk in talks)


def _waited_for(asked: Asked, due: Due, talk: ConversationRow) -> bool:
    since = date.fromisoformat(talk.occasion.removeprefix("misses:"))
    entries = [row for row in asked.life.prompts[asked.exchange.id] if row.kind == "log" and row.day <= since]
    missed = [row.state for row in sorted(entries, key=lambda row: row.day)][-3:] == ["missed"] * 3
    zone = asked.life.year.people[asked.exchange.employee].zone
    waits = talk.status != "done" or due.day <= local_date(talk.touched, zone)
    chosen = asked.life.journals[asked.exchange.id].cadence
    return missed and due.day > since and (waits or chosen in ("weekly", "self", "none"))


def _done_by(asked: Asked, due: Due) -> bool:
    """Whether its conversation was over when it would have been due."""
    talk = asked.life.talk(asked.exchange.id, due.recipient, DONE.get(due.kind, ""))
    return talk is not None and talk.status in ("done", "stopped")


def _away(life: Life, due: Due) -> str:
    """A pause, in which nothing is said."""
    plan = life.year.plans.get(due.recipient)
    if plan is not None and plan.pause is not None:
        since = local_date(plan.pause[0], plan.employee.zone)
        if since <= due.day <= plan.pause[1] + timedelta(days=3):
            return "in a pause"
    return ""
