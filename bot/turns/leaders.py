"""The leader: what has been released, at any time; the next steps; and why the logbook is not shown."""

from __future__ import annotations

from bot.channel import Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.places import hosts_of
from bot.programme.visibility import may_read
from bot.script import Topic
from bot.turns import after, during, host_words, logbooks, sparring
from bot.turns.common import circle_of, facts_of_exchange, item, label_of, shown_to_others
from bot.turns.debriefs import summary_downloads
from bot.turns.weeks import open_tasks
from dialogs.model import Say
from storage.records import AnswerRow, ExchangeRow, PersonRow

DONE = ("proposed", "declined", "accepted", "rejected", "withdrawn")


def released(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Everything released to this leader or host, for one exchange or for all."""
    if not args or not args[0]:
        return tell_released(moment, person)
    exchange = moment.work.exchanges.find(args[0])
    if exchange is None or person.id not in (exchange.leader, *hosts_of(exchange)):
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    _tell_one(moment, person, exchange)
    return Reply()


def tell_released(moment: Moment, person: PersonRow) -> Reply:
    """One message per employee, so that each can be found again."""
    exchanges = [
        exchange
        for exchange in (*moment.work.exchanges.of_leader(person.id), *moment.work.exchanges.of_host(person.id))
        if exchange.state not in DONE
    ]
    if not exchanges:
        moment.tell(person, Told([Say("released.nobody")]), kind="answer")
    for exchange in exchanges:
        _tell_one(moment, person, exchange)
    return Reply()


def _tell_one(moment: Moment, person: PersonRow, exchange: ExchangeRow) -> None:
    name = moment.first_name(exchange.employee)
    facts = facts_of_exchange(moment, Topic(person, "released", exchange.id, ""), exchange)
    values = {"name": name, "host_unit": facts["host_unit"]}
    parts: list[Say | Part] = [
        Part(moment.words.text(person.language, "released.title", values), "title"),
    ]
    for row in readable(moment, exchange, person.id):
        parts.append(Part(_label(moment, person.language, row), "small"))
        parts.append(Part(shown_to_others(moment, person.language, row), "own"))
    if person.id not in hosts_of(exchange):
        parts += host_words.parts(moment, exchange, person)
    parts.append(Say("sum.footer", {"name": name}))
    is_final = exchange.state == "debriefed" and person.id == exchange.leader
    presses = summary_downloads(exchange) if is_final else []
    moment.tell(person, Told(parts, presses), kind="answer", subject=exchange.id)


def _label(moment: Moment, language: str, row: AnswerRow) -> str:
    """What an answer is called, and when it was changed since."""
    label = label_of(moment, language, row)
    if row.edited is None:
        return label
    return f"{label} · {moment.words.text(language, 'data.changed', {'date': row.edited})}"


def readable(moment: Moment, exchange: ExchangeRow, reader: str) -> list[AnswerRow]:
    """All that a reader may read of an employee's answers in an exchange, in the order it was written."""
    circle = circle_of(moment, exchange)
    return [
        row
        for row in moment.work.answers.about(exchange.id)
        if row.person == exchange.employee and row.key != "goals.agreed" and row.visibility != "–"
        if may_read(item(row), reader, circle)
    ]


def where(moment: Moment, person: PersonRow) -> list[Say]:
    """Which exchanges a person leads or hosts now."""
    theirs = (*moment.work.exchanges.of_leader(person.id), *moment.work.exchanges.of_host(person.id))
    return [
        Say("status.other", facts_of_exchange(moment, Topic(person, "status", exchange.id, ""), exchange))
        for exchange in theirs
        if exchange.state in ("approved", "prepared", "running", "paused", "finished")
    ]


def people(moment: Moment, person: PersonRow) -> tuple[list[Say | Part], list[Press]]:
    """Those whom a person leads or hosts, the leader's next steps, and what each has released."""
    theirs = (*moment.work.exchanges.of_leader(person.id), *moment.work.exchanges.of_host(person.id))
    presses = [
        Press("btn.released_of", ["released", row.id], text=_of(moment, person, row))
        for row in theirs
        if row.state not in DONE
    ]
    return [*where(moment, person), *tasks(moment, person)], [*presses, *ticks(moment, person)]


def _of(moment: Moment, person: PersonRow, exchange: ExchangeRow) -> str:
    return moment.words.text(person.language, "btn.released_of", {"name": moment.first_name(exchange.employee)})


def told_employee(moment: Moment, exchange: ExchangeRow, employee: PersonRow) -> list[Say | Part]:
    """What the leader has written that the employee may read: the reason, the use, the date of the talk.

    The reason of the approval stands, also where another leads now.
    """
    circle = circle_of(moment, exchange)
    parts: list[Say | Part] = []
    for row in moment.work.answers.about(exchange.id):
        now = row.person == exchange.leader and row.occasion in ("lead", "ret")
        theirs = (now or row.occasion == "approve") and row.visibility == "J"
        if theirs and row.key != "lead.ret.held" and may_read(item(row), employee.id, circle):
            parts.append(Part(label_of(moment, employee.language, row), "small"))
            parts.append(Part(shown_to_others(moment, employee.language, row), "own"))
    return parts


def tasks(moment: Moment, leader: PersonRow) -> list[Say]:
    """The leader's own next steps in one sentence; nothing when there are none."""
    steps = _steps(moment, leader)
    return [Say("sum.week.yours", {"list": steps})] if steps else []


def ticks(moment: Moment, leader: PersonRow) -> list[Press]:
    """The buttons that tick off the leader's own next steps: calls and questions, and what was promised."""
    presses: list[Press] = []
    for row in moment.work.exchanges.of_leader(leader.id):
        presses += during.ticks(moment, row, leader)
        if row.state in after.OVER and after.open_promise(moment, row, after.read_by(moment, row, leader.id)):
            promise = Say("task.promise", {"name": moment.first_name(row.employee)})
            text = moment.words.text(leader.language, "btn.done_with", {"text": promise})
            presses.append(Press("btn.done_with", ["lead_fu30", row.id, "btn.yes"], text=text, matter=row.id))
    return presses


def _steps(moment: Moment, leader: PersonRow) -> list[Say]:
    steps: list[Say] = [
        Say("task.principle", {"name": moment.first_name(sign_up.person)})
        for round_row in moment.work.rounds.all(leader.organisation)
        for sign_up in moment.work.rounds.sign_ups(round_row.id)
        if sign_up.leader == leader.id
        and sign_up.leader_told
        and sign_up.support in ("", "talk")
        and sign_up.state in ("signed_up", "in_matching")
    ]
    for exchange in moment.work.exchanges.of_leader(leader.id):
        name = moment.first_name(exchange.employee)
        if exchange.state == "accepted":
            steps.append(Say("task.approve", {"name": name}))
        elif exchange.state in ("prepared", "running", "finished", "ended_early", "debriefed"):
            steps += open_tasks(moment, exchange, leader)
    return [*steps, *sparring.steps(moment, leader)]


def show_logbook(moment: Moment, person: PersonRow) -> Reply:
    """A leader who asks for the logbook gets what has been shared; the asking is told to nobody (T2)."""
    exchanges = [row for row in moment.work.exchanges.of_leader(person.id) if row.state not in DONE]
    return _only_released(moment, person, exchanges[-1]) if exchanges else write(moment, person)


def write(moment: Moment, person: PersonRow) -> Reply:
    """The logbook of whoever has a day to write about; who only leads or hosts has none, and hears whose it is."""
    if logbooks.write_now(moment, person):
        return Reply()
    theirs = (*moment.work.exchanges.of_host(person.id), *moment.work.exchanges.of_leader(person.id))
    live = [row for row in theirs if row.state not in DONE]
    if live and not moment.work.exchanges.of_employee(person.id):
        return _only_released(moment, person, live[-1])
    moment.tell(person, Told([Say("log.nothing_open")]), kind="answer")
    return Reply()


def _only_released(moment: Moment, person: PersonRow, exchange: ExchangeRow) -> Reply:
    name = moment.first_name(exchange.employee)
    link = moment.words.text(person.language, "released.below")
    moment.tell(
        person,
        Told([Say("lead.deny.logbook", {"name": name, "link": link})], [Press("btn.released", ["released", ""])]),
        kind="answer",
    )
    return Reply()


PRESSES = {
    "released": released,
}
