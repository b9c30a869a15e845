"""What stands after an exchange, as far as a reader may read it: the plan, the request, the talk, the sharing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from bot.moment import Moment
from bot.places import hosts_of
from bot.planning import worker
from bot.programme.calendar import working_day_after, working_days_until
from bot.programme.visibility import may_read
from bot.turns.common import as_date, bare, circle_of, item, latest, still_ahead
from dialogs.follow_up import DROP, MOST_ACTIONS, NEW, SMALLER
from storage.records import AnswerRow, ExchangeRow, PersonRow, new_id

OVER = ("finished", "ended_early", "debriefed")
"""States of an exchange whose last day is over, and that goes on."""

TALK_DAY = "lead.prep.followup.return"
"""The question for the day of the return talk."""


@dataclass(frozen=True)
class Action:
    """One action of the plan. `number` is its place in the debrief; `by` when it is done."""

    number: int
    text: str
    by: date | None = None


@dataclass(frozen=True)
class Commitment:
    """What the leader has promised in the return talk, and by when."""

    text: str
    by: date | None = None


def read_by(moment: Moment, exchange: ExchangeRow, reader: str) -> list[AnswerRow]:
    """All answers of the exchange that a reader may read; last what somebody wrote who led it before."""
    circle, now = circle_of(moment, exchange), {exchange.employee, exchange.leader, *hosts_of(exchange)}
    rows = [row for row in moment.work.answers.about(exchange.id) if may_read(item(row), reader, circle)]
    return sorted(rows, key=lambda row: row.person not in now)


def plan_of(rows: Iterable[AnswerRow], *checked: str) -> list[Action]:
    """The actions of the debrief, as they have become in the checks `checked`; what was let go is gone."""
    known = [*rows]
    debrief = [row for row in known if row.occasion == "deb"]
    texts = {n: latest(debrief, f"deb.12.action.what#{n}") for n in range(1, MOST_ACTIONS + 1)}
    dates = {n: as_date(latest(debrief, f"deb.12.action.when#{n}")) for n in texts}
    for occasion in checked:
        check = [row for row in known if row.occasion == occasion]
        texts = {n: _now(check, n, text) for n, text in texts.items()}
    return [Action(n, text, dates[n]) for n, text in texts.items() if text]


def _now(check: list[AnswerRow], n: int, text: str) -> str:
    """An action as a check has left it."""
    following = latest(check, f"fu.next#{n}")
    if following == DROP or not text:
        return ""
    return latest(check, f"fu.new#{n}", text) if following in (SMALLER, NEW) else text


def request_of(rows: Iterable[AnswerRow]) -> str:
    """What the employee asks the leader for; empty when nothing."""
    return bare(latest([row for row in rows if row.occasion == "deb"], "deb.14.request"))


def answer_of(rows: Iterable[AnswerRow]) -> str:
    """What the leader has answered to the request."""
    return latest([row for row in rows if row.occasion == "ret"], "lead.ret.answer")


def commitment_of(rows: Iterable[AnswerRow]) -> Commitment | None:
    """What the leader has promised, if anything."""
    talk = [row for row in rows if row.occasion == "ret"]
    text = bare(latest(talk, "lead.ret.commit"))
    return Commitment(text, as_date(latest(talk, "lead.ret.commit.when"))) if text else None


def is_held(rows: Iterable[AnswerRow]) -> bool:
    """Whether the return talk has been held, and what was noted has been sent off."""
    return any(row.key == "lead.ret.held" and row.confirmed for row in rows)


def has_talked(moment: Moment, exchange: ExchangeRow) -> bool:
    """Whether the return talk has been held, with whoever led then."""
    return is_held(moment.work.answers.about(exchange.id))


def is_kept(rows: Iterable[AnswerRow]) -> bool:
    """Whether the leader has said that what was promised is done."""
    return any(row.key == "lead.fu30" and row.value is True for row in rows)


def open_promise(moment: Moment, exchange: ExchangeRow, rows: Iterable[AnswerRow]) -> Commitment | None:
    """What the leader has promised in the return talk and has not said to be done, if anything."""
    known = [*rows]
    return commitment_of(known) if has_talked(moment, exchange) and not is_kept(known) else None


def talk_day(rows: Iterable[AnswerRow]) -> date | None:
    """The day of the return talk, as the leader has set it."""
    return as_date(latest([row for row in rows if row.occasion == "lead"], TALK_DAY))


def sharing_day(rows: Iterable[AnswerRow]) -> date | None:
    """When the employee shares with the colleagues: as said in the debrief, else as the leader or the plan has it."""
    known = [*rows]
    for occasion, key in (
        ("deb", "deb.13.share.when"),
        ("lead", "lead.prep.followup.slot"),
        ("prep", "prep.share.date"),
    ):
        day = as_date(latest([row for row in known if row.occasion == occasion], key))
        if day is not None:
            return day
    return None


def is_settled(rows: Iterable[AnswerRow]) -> bool:
    """Whether there is time and place for sharing."""
    return any(row.key == "share.ready" for row in rows)


def days_since(moment: Moment, exchange: ExchangeRow, reader: PersonRow) -> int:
    """Days since the last one, where the reader is."""
    last = exchange.days[-1] if exchange.days else exchange.end
    return (moment.today(reader) - last).days


def back_on(moment: Moment, exchange: ExchangeRow) -> date:
    """The first working day at home."""
    return working_day_after(worker(moment.person(exchange.employee)), exchange.end)


def talk_before(moment: Moment, exchange: ExchangeRow) -> date:
    """Before which day the return talk is to be held: the one set while that is ahead, else so many working days on."""
    leader = moment.person(exchange.leader)
    day = talk_day(read_by(moment, exchange, leader.id))
    if day is not None and day >= moment.today(leader):
        return still_ahead(moment, leader, day)
    days = moment.choices(exchange.round).return_talk_working_days
    return still_ahead(moment, leader, working_day_after(worker(leader), exchange.end, days))


def move_talk(moment: Moment, exchange: ExchangeRow, before: date) -> date | None:
    """Moves the day set for the return talk along with a last day that was `before`. None where none was set ahead."""
    leader = moment.person(exchange.leader)
    rows = moment.work.answers.of(leader.id, exchange.id, "lead")
    day = talk_day(rows)
    if day is None or is_held(moment.work.answers.of(leader.id, exchange.id, "ret")):
        return None
    hours = worker(leader)
    moved = working_day_after(hours, exchange.end, working_days_until(hours, before, day))
    for row in rows:
        if row.key == TALK_DAY:
            moment.work.answers.update(replace(row, value=moved.isoformat()))
    return moved if moved != day else None


def next_check(moment: Moment, exchange: ExchangeRow) -> date | None:
    """The day on which the plan is asked about next."""
    planned = [
        row.day
        for kind in ("fu30", "fu90")
        for row in moment.work.prompts.of(exchange.id, kind)
        if row.state == "pending" and row.recipient == exchange.employee
    ]
    return min(planned, default=None)


def is_debrief_closed(moment: Moment, exchange: ExchangeRow) -> bool:
    """Whether the debrief was not taken in time, so that it is not begun any more."""
    if exchange.state not in ("finished", "ended_early"):
        return False
    return any(row.state == "answered" for row in moment.work.prompts.of(exchange.id, "debrief.close"))


def note(
    moment: Moment,
    person: PersonRow,
    exchange: ExchangeRow,
    occasion: str,
    key: str,
    question: str,
    *,
    value: bool,
    visibility: str,
) -> None:
    """Keeps what was answered by one press."""
    moment.work.answers.put(
        AnswerRow(
            id=new_id(),
            person=person.id,
            subject=exchange.id,
            occasion=occasion,
            key=key,
            visibility=visibility,
            value=value,
            question=question,
            day=moment.today(person),
            confirmed=True,
        )
    )
