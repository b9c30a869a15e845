"""Another leads: the one before reads and hears nothing more, the new one begins with what the employee passes on."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from zoneinfo import ZoneInfo

from bot import talks
from bot.channel import Part
from bot.moment import Moment, Press, Told
from bot.places import hosts_of
from bot.planning import replan
from bot.programme.schedule import EXCHANGE_KINDS
from bot.programme.visibility import may_read, redact
from bot.script import Topic
from bot.turns import led_before, reaching, sparring
from bot.turns.common import circle_of, facts_of_exchange, goals_agreed, item, label_of, shown_to_others
from bot.turns.minutes import minutes_of
from bot.turns.preparations import agree_press, leader_asked
from bot.turns.weeks import open_tasks
from dialogs.leader import LEADER_PART
from dialogs.model import Say
from storage.records import AnswerRow, ExchangeRow, PersonRow

WITH_A_HOST = ("approved", "prepared", "running", "paused")
"""States of an exchange whose host still has to do with the leader."""

WITH_A_PART = ("prepared", "running", "paused")
"""States in which the leader's own part can be done."""

CHOSEN_FOR_ONE = ("share", "week")
"""Conversations in which it is chosen what the leader reads."""

NOT_PASSED = ("goals.agreed",)
"""Ticks that say something of the leader who was there."""


def passable(moment: Moment, exchange: ExchangeRow) -> list[AnswerRow]:
    """What the employee has agreed with a leader or released to the present one, and can pass on to the next."""
    circle = circle_of(moment, exchange)
    return [
        row
        for row in _written(moment, exchange)
        if row.person == exchange.employee and row.visibility in ("J", "T", "S") and row.key not in NOT_PASSED
        if row.value is not None and redact(row.value) not in ("", [])
        if may_read(replace(item(row), withheld=False), exchange.leader, circle)
    ]


def _written(moment: Moment, exchange: ExchangeRow) -> list[AnswerRow]:
    return [*moment.work.answers.about(exchange.sign_up), *moment.work.answers.about(exchange.id)]


def hand_over(moment: Moment, exchange: ExchangeRow, leader: PersonRow, passed: Collection[str]) -> None:
    """Makes somebody the leader, who reads the answers `passed` (their ids) and nothing else of before."""
    before = moment.person(exchange.leader)
    _untick(moment, exchange)
    for row in _written(moment, exchange):
        kept = _kept_back(exchange, row, leader, passed=row.id in passed)
        if kept != row:
            moment.work.answers.update(kept)
    exchange = replace(exchange, leader=leader.id)
    moment.work.exchanges.update(exchange)
    moment.work.rounds.update_sign_up(replace(moment.work.rounds.sign_up(exchange.sign_up), leader=leader.id))
    moment.work.audit.add(moment.now, exchange.employee, "exchange.leader", exchange.id)
    led_before.note(moment, exchange, before)
    _open_again(moment, exchange)
    if before.id not in hosts_of(exchange):
        _silence(moment, exchange, before)
    _ask_anew(moment, exchange)
    replan(moment, exchange)
    _tell_leader(moment, exchange, before, leader, passed)
    _tell_hosts(moment, exchange)


def _untick(moment: Moment, exchange: ExchangeRow) -> None:
    """A leader's tick that the employee's did not join would make two with whatever is agreed on later."""
    if not goals_agreed(moment, exchange):
        for row in moment.work.answers.of(exchange.leader, exchange.id, "goals"):
            moment.work.answers.delete(row.id)


def _kept_back(exchange: ExchangeRow, row: AnswerRow, leader: PersonRow, *, passed: bool) -> AnswerRow:
    """What was agreed or released before is kept from the new leader, unless it is passed on."""
    begun = row.confirmed or row.person == exchange.employee  # for the one before, sent to them or not yet
    if row.visibility in ("J", "T") and begun and row.person != exchange.leader:
        return replace(row, picked=None if passed else False)
    if row.visibility != "S":
        return row
    taken = set() if exchange.leader in hosts_of(exchange) else {exchange.leader}
    given = {leader.id} if passed else set()
    picked = passed if row.occasion.startswith("log:") else row.picked
    return replace(row, released=(row.released - taken) | given, picked=picked)


def _silence(moment: Moment, exchange: ExchangeRow, before: PersonRow) -> None:
    """Nothing more goes out to the one before: no push, nothing that is queued; open cards say why."""
    moment.work.prompts.plan(before.id, exchange.id, [], EXCHANGE_KINDS, moment.now)
    for prompt in moment.work.prompts.of(exchange.id):  # what they had put off
        if prompt.recipient == before.id and prompt.state == "pending":
            moment.work.prompts.mark(prompt.id, "cancelled")
    for subject in (exchange.id, exchange.sign_up):
        for address in moment.work.people.addresses(before.id):
            moment.work.outbox.cancel(subject, address)
        for row in moment.work.conversations.of_subject(subject):
            if row.person == before.id and row.status in ("open", "paused"):
                talks.close(moment, talks.load(moment, row), "stopped", led_before.closed(moment, exchange))


def _open_again(moment: Moment, exchange: ExchangeRow) -> None:
    """Whoever leads once more goes on where they were when another led."""
    for row in moment.work.conversations.of_subject(exchange.id):
        if row.person == exchange.leader and row.status == "stopped":
            moment.work.conversations.put(replace(row, status="paused"))


def _ask_anew(moment: Moment, exchange: ExchangeRow) -> None:
    """A question that is open to the employee says who will see the answer: it is asked with the new name.

    What was chosen for the one before is chosen for nobody.
    """
    beside = replace(moment, form="", place="")
    for row in moment.work.conversations.of_subject(exchange.id):
        if row.person != exchange.employee:
            continue
        if row.dialog == "share" and row.status in ("open", "paused"):
            talks.close(beside, talks.load(beside, row), "stopped", Say("new_leader.share_again"))
        elif row.status == "open":
            talks.begin(beside, Topic(moment.person(row.person), row.dialog, row.subject, row.occasion))
        now = moment.work.conversations.get(row.id)
        if now.dialog in CHOSEN_FOR_ONE and now.status in ("done", "stopped"):
            moment.work.conversations.put(replace(now, state={}))


def _tell_leader(
    moment: Moment, exchange: ExchangeRow, before: PersonRow, leader: PersonRow, passed: Collection[str]
) -> None:
    """One message: what this is, what is passed on, and what the leader has to do."""
    topic = Topic(leader, "lead", exchange.id, "")
    values = {**facts_of_exchange(moment, topic, exchange), "leader": before.name}
    says: list[Say | Part] = [Say("new_leader.told.title"), Say("new_leader.told", values)]
    if exchange.approved_at is not None:
        day = exchange.approved_at.astimezone(ZoneInfo(leader.zone)).date()
        says.append(Say("new_leader.told.approved", {"leader": _approver(moment, exchange, before), "date": day}))
    given = [row for row in _written(moment, exchange) if row.id in passed]
    if given:
        says += [Say("new_leader.told.passed", values), *_as_read(moment, given, leader)]
    says.append(Say("new_leader.told.read", values))
    due = open_tasks(moment, exchange, leader) if exchange.state != "approved" else []
    steps = [*due, *sparring.steps(moment, leader)]
    if steps:
        says.append(Say("sum.week.yours", {"list": steps}))
    says.append(Say("new_leader.told.wrong", values))
    presses = [*_part(moment, exchange, leader), Press("btn.released", ["released", exchange.id])]
    moment.tell(leader, Told(says, presses), kind="news", subject=exchange.id, preview="new_leader.told.title")
    reaching.asked(moment, leader, exchange.employee)


def _approver(moment: Moment, exchange: ExchangeRow, before: PersonRow) -> str:
    rows = moment.work.answers.about(exchange.id)
    return moment.person(next((row.person for row in rows if row.occasion == "approve"), before.id)).name


def _as_read(moment: Moment, rows: Iterable[AnswerRow], leader: PersonRow) -> list[Part]:
    lines = ((label_of(moment, leader.language, row), shown_to_others(moment, leader.language, row)) for row in rows)
    return [part for label, text in lines for part in (Part(label, "small"), Part(text, "own"))]


def _part(moment: Moment, exchange: ExchangeRow, leader: PersonRow) -> list[Press]:
    """The way to the leader's own part, from when the employee has prepared until the last day; then to the goals."""
    if exchange.state not in WITH_A_PART or moment.today(leader) > exchange.end:
        return []
    mine = moment.work.conversations.find(leader.id, "lead", exchange.id, "lead")
    if mine is not None and mine.status == "done":
        return [] if goals_agreed(moment, exchange) else [agree_press(exchange)]
    topic = Topic(leader, "lead", exchange.id, "lead")
    minutes = minutes_of(moment, topic, LEADER_PART, **leader_asked(moment, exchange))
    return [Press("btn.start_min", ["begin", "lead", exchange.id, "lead"], main=True, minutes=minutes)]


def _tell_hosts(moment: Moment, exchange: ExchangeRow) -> None:
    """Whoever has the employee as a guest knows whom to call at home."""
    if exchange.state not in WITH_A_HOST:
        return
    values = {"name": moment.first_name(exchange.employee), "leader": moment.person(exchange.leader).name}
    for host in hosts_of(exchange):
        if host != exchange.leader:
            said = Told([Say("new_leader.told.host", values)])
            moment.tell(moment.person(host), said, kind="news", subject=exchange.id)
