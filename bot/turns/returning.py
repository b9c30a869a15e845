"""The return talk: what the leader gets before it and notes after it, and the reminder that sharing is near."""

from __future__ import annotations

from typing import Any

from bot import talks
from bot.channel import Incoming, Part, Reply
from bot.moment import Moment, Press, Told
from bot.planning import replan, worker
from bot.programme.calendar import working_day_after
from bot.script import Ending, Script, Talk, Topic
from bot.turns import after
from bot.turns.common import (
    bare,
    exchange_of,
    facts_of_exchange,
    first,
    label_of,
    latest,
    shown_to_others,
    who_sees,
)
from bot.turns.dates import add_to_calendar
from bot.turns.picking import shown_by
from bot.turns.pushes import telling
from dialogs.model import Ask, Say, Visibility
from dialogs.return_talk import QUESTIONS, RETURN_TALK
from storage.records import ExchangeRow, PersonRow, PromptRow

ENDED = ("finished", "ended_early", "debriefed", "approved", "prepared", "running")
"""States in which an exchange can be over by its dates; the first push of the day moves it on."""

PRESSED = "pressed"
"""The card that opened the form, among what is fixed when it begins."""

PROPOSED_DAYS = 2
"""Working days after which a return talk is proposed that has no day yet (own default)."""


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """What the leader was asked for."""
    exchange = exchange_of(moment, topic)
    rows = after.read_by(moment, exchange, topic.person.id)
    return {
        **facts_of_exchange(moment, topic, exchange),
        "leader": moment.first_name(exchange.employee),
        "request": after.request_of(rows),
    }


def who(moment: Moment, talk: Talk, ask: Ask) -> Say | None:
    """What the leader decides for the unit is the leader's own."""
    if ask.visibility is Visibility.LEADER:
        return Say("privacy.vis.L.own")
    return who_sees(moment, talk, ask)


def finish(moment: Moment, talk: Talk) -> Ending:
    """What the two have agreed becomes the employee's to read, who is told."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    known = after.has_talked(moment, exchange)
    moment.work.conversations.spend(str(talk.state.fixed.get(PRESSED, "")))
    moment.work.answers.confirm(talk.person.id, exchange.id, "ret")
    replan(moment, exchange)
    _tell_employee(moment, exchange, talk.person, known=known)
    return Ending([Say("lead.ret.done", {"name": moment.first_name(exchange.employee)})])


def _tell_employee(moment: Moment, exchange: ExchangeRow, leader: PersonRow, *, known: bool) -> None:
    employee = moment.person(exchange.employee)
    noted = [
        row
        for row in after.read_by(moment, exchange, employee.id)
        if row.occasion == "ret" and row.key != "lead.ret.held" and row.value
    ]
    key = "ret.told.held" if not noted else "ret.told.changed" if known else "ret.told"
    parts: list[Say | Part] = [Say(key, {"leader": first(leader.name)})]
    for row in noted:
        parts.append(Part(label_of(moment, employee.language, row), "small"))
        parts.append(Part(shown_to_others(moment, employee.language, row), "own"))
    moment.tell(employee, Told(parts), kind="news", subject=exchange.id, preview="preview.shared")


def begin(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """Opens the leader's form, also to change what stands in it; what was read before stays in the chat."""
    exchange = moment.work.exchanges.get(args[0])
    if exchange.leader != person.id:
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if exchange.state not in ENDED:
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    # A form that is put down leaves the button; one that is sent has spent it.
    pressed = {} if moment.form else {PRESSED: incoming.card}
    talks.begin(moment, Topic(person, "ret", exchange.id, "ret"), fixed=pressed)
    return Reply()


def way_in(exchange: ExchangeRow, *, main: bool = True) -> Press:
    """The button that opens the form."""
    return Press("btn.have_talked", ["return_talk", exchange.id], main=main)


def questions(moment: Moment, exchange: ExchangeRow) -> list[Say | Part]:
    """By when to talk, and four questions for it."""
    values = {"name": moment.first_name(exchange.employee), "date": after.talk_before(moment, exchange)}
    return [Say("lead.ret.intro.none", values), *(Say(key) for key in QUESTIONS)]


def push(moment: Moment, prompt: PromptRow) -> Told | None:
    """The first working day back: what has been shared, the leader's own reason, and four questions."""
    exchange = moment.work.exchanges.get(prompt.subject)
    leader = moment.person(prompt.recipient)
    rows = after.read_by(moment, exchange, leader.id)
    if exchange.state not in ENDED or after.has_talked(moment, exchange):
        return None
    shared = [
        Say(
            "sum.line",
            {
                "item": label_of(moment, leader.language, row),
                "text": bare(shown_to_others(moment, leader.language, row)),
            },
        )
        for row in rows
        if row.person == exchange.employee and row.visibility == "S" and row.released
    ]
    says = questions(moment, exchange)
    if shared:
        values = {"name": moment.first_name(exchange.employee), "date": after.talk_before(moment, exchange)}
        says[0] = Say("lead.ret.intro", {**values, "list": shared})
    reason = bare(latest([row for row in rows if row.occasion == "approve"], "lead.prep.justify"))
    if reason:
        says.insert(1 if shared else 0, Say("lead.ret.justify", {"text": reason}))
    return Told(says, [way_in(exchange), _calendar(moment, exchange, leader)])


def _calendar(moment: Moment, exchange: ExchangeRow, leader: PersonRow) -> Press:
    """The button for the calendar; while no day is set, a near one is proposed."""
    near = working_day_after(worker(leader), moment.today(leader), PROPOSED_DAYS)
    return add_to_calendar(exchange, "return", min(near, after.talk_before(moment, exchange)))


def remind(moment: Moment, prompt: PromptRow) -> Told | None:
    """When no day is set, or the day has gone by and nothing was noted."""
    exchange = moment.work.exchanges.get(prompt.subject)
    leader = moment.person(prompt.recipient)
    rows = after.read_by(moment, exchange, leader.id)
    day = after.talk_day(rows)
    set_for_later = day is not None and day > moment.today(leader)
    if exchange.state not in ENDED or after.has_talked(moment, exchange) or set_for_later:
        return None
    back = after.back_on(moment, exchange)
    values = {"name": moment.first_name(exchange.employee), "date": back}
    unset = "push.return.since" if back < moment.today(leader) else "push.return"
    return Told(
        [Say(unset if day is None else "push.return.held", values)],
        [way_in(exchange), _calendar(moment, exchange, leader)],
    )


def share(moment: Moment, prompt: PromptRow) -> Told | None:
    """Two days before the sharing: is there time and place? Nothing once one of the two has said so."""
    exchange = moment.work.exchanges.get(prompt.subject)
    person = moment.person(prompt.recipient)
    rows = after.read_by(moment, exchange, person.id)
    day = after.sharing_day(rows)
    if day is None or after.is_settled(rows) or day < moment.today(person):
        return None
    values = {"name": moment.first_name(exchange.employee), "date": day}
    if person.id == exchange.employee:
        key = "push.share.you"
    else:
        key = "push.share" if (day - moment.today(person)).days == 2 else "push.share.on"
    presses = [Press("btn.done", ["share_ready", exchange.id]), add_to_calendar(exchange, "share", day)]
    return Told([Say(key, values)], presses)


def ready(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """One of the two says that there is time and place."""
    exchange = moment.work.exchanges.get(args[0])
    if person.id not in (exchange.employee, exchange.leader):
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if exchange.state not in ENDED:
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    if not moment.work.conversations.spend(incoming.card):
        return Reply(note=moment.words.text(person.language, "card.answered"))
    question = moment.words.text(person.language, "share.ready")
    after.note(moment, person, exchange, "share", "share.ready", question, value=True, visibility="J")
    replan(moment, exchange)
    moment.tell(
        person, Told([Say("ok.saved")]), kind="answer", subject=exchange.id, replaces=shown_by(moment, incoming)
    )
    return Reply()


SCRIPTS = {"ret": Script(RETURN_TALK, facts, finish, who)}
PRESSES = {"return_talk": begin, "share_ready": ready}
PROMPTS = {"return": telling(push), "return.remind": telling(remind), "share": telling(share)}
