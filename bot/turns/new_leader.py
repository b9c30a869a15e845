"""The employee names another leader, between the approval and the end; HR sees where nobody has been named."""

from __future__ import annotations

from typing import Any

from bot import talks
from bot.channel import Incoming, Reply
from bot.moment import Moment, Press, Told
from bot.places import hosts_of
from bot.programme.schedule import PLANNED
from bot.script import Ending, Script, Talk, Topic
from bot.turns import handing_over
from bot.turns.common import (
    Option,
    colleagues,
    exchange_of,
    facts_of_exchange,
    is_past,
    label_of,
    shown_to_others,
    who_sees,
)
from bot.turns.my_data import sign_up_called
from bot.turns.needs import remind_hr
from bot.turns.people import LEADER_GONE, is_gone
from bot.turns.picking import shown_by
from bot.turns.pushes import telling
from bot.turns.signups import OPEN_STATES
from dialogs.engine import excerpt
from dialogs.model import Say
from dialogs.new_leader import NEW_LEADER
from storage.records import AnswerRow, ExchangeRow, PersonRow, PromptRow, SignUpRow, new_id


def led(moment: Moment, person: PersonRow) -> ExchangeRow | None:
    """The person's newest exchange in which the leader can be another; None when there is none."""
    return next((row for row in reversed(moment.work.exchanges.of_employee(person.id)) if row.state in PLANNED), None)


def asked(moment: Moment, person: PersonRow) -> Reply:
    """Somebody writes that they have a new leader."""
    exchange, sign_up = led(moment, person), _open_sign_up(moment, person)
    if exchange is not None:
        _begin(moment, person, exchange)
    elif sign_up is not None:
        values = {"leader": moment.first_name(sign_up.leader) or moment.words.text(person.language, "your_leader")}
        press = Press("btn.other_leader", ["new_leader", sign_up.id], main=True)
        moment.tell(person, Told([Say("new_leader.before", values)], [press]), kind="answer", subject=sign_up.id)
    else:
        moment.tell(person, Told([Say("new_leader.nothing")]), kind="answer")
    return Reply()


def _open_sign_up(moment: Moment, person: PersonRow) -> SignUpRow | None:
    rounds = reversed(moment.work.rounds.all(person.organisation))
    found = (moment.work.rounds.sign_up_of(row.id, person.id) for row in rounds)
    return next((row for row in found if row is not None and _is_open(moment, row)), None)


def _is_open(moment: Moment, sign_up: SignUpRow) -> bool:
    round_row = moment.work.rounds.get(sign_up.round)
    return sign_up.state in OPEN_STATES and not is_past(moment, moment.person(sign_up.person), round_row)


def pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """The button: before the approval the sign-up asks it, after that the conversation here."""
    exchange, sign_up = moment.work.exchanges.find(args[0]), sign_up_called(moment, args[0])
    if person.id not in (exchange.employee if exchange else "", sign_up.person if sign_up else ""):
        return Reply(note=moment.words.text(person.language, "card.not_yours"))
    if exchange is not None and exchange.state in PLANNED:
        if place := shown_by(moment, incoming):  # what stays where it is leads there again
            moment.work.conversations.spend(incoming.card)
        _begin(moment, person, exchange, place)
        return Reply()
    row = moment.work.conversations.find(person.id, "sign", sign_up.id, "sign") if sign_up else None
    if row is None or sign_up is None or not _is_open(moment, sign_up):
        return Reply(note=moment.words.text(person.language, "stop.closed"))
    moment.work.conversations.spend(incoming.card)
    talk, replaces = talks.load(moment, row), shown_by(moment, incoming)
    return talks.take(moment, talk, "edit", ["sign.leader"], incoming, replaces=replaces)


def _begin(moment: Moment, person: PersonRow, exchange: ExchangeRow, replaces: str = "") -> None:
    """One at a time: who presses twice goes on where it was."""
    rows = moment.work.conversations.open(person.id)
    mine = (row.occasion for row in rows if row.dialog == NEW_LEADER.key and row.subject == exchange.id)
    talks.begin(moment, Topic(person, NEW_LEADER.key, exchange.id, next(mine, new_id())), replaces=replaces)


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """Who can lead, and what can be passed on. Nothing of it is chosen beforehand."""
    exchange = exchange_of(moment, topic)
    language = topic.person.language
    passable = [
        {"value": row.id, "label": f"{label_of(moment, language, row)}: {_excerpt(moment, language, row)}"}
        for row in handing_over.passable(moment, exchange)
    ]
    return {
        **facts_of_exchange(moment, topic, exchange),
        "leaders": _candidates(moment, exchange),
        "passable": passable,
    }


def _excerpt(moment: Moment, language: str, row: AnswerRow) -> str:
    return excerpt(shown_to_others(moment, language, row), 120)


def _candidates(moment: Moment, exchange: ExchangeRow) -> list[Option]:
    """Colleagues in the chat, but not the leader there is, and no host of the stay; first named: the directory's."""
    employee = moment.person(exchange.employee)
    taken = {exchange.leader, *hosts_of(exchange)}
    return [
        {**option, "chosen": "yes"} if option["value"] == employee.leader else option
        for option in colleagues(moment, employee)
        if option["value"] not in taken
    ]


def more(moment: Moment, talk: Talk) -> dict[str, Any]:
    """What is about to happen, and exactly what the new leader will read."""
    exchange, language = moment.work.exchanges.get(talk.row.subject), talk.person.language
    values = {
        "leader": moment.first_name(exchange.leader),
        "new": moment.first_name(str(talk.state.answers.get("new_leader.who", ""))),
    }
    rows = _passed(moment, exchange, talk)
    said = ("new_leader.check.change", "new_leader.check.some" if rows else "new_leader.check.none")
    ours = [{"label": "", "text": moment.words.text(language, key, values), "ours": "yes"} for key in said]
    theirs = [
        {"label": label_of(moment, language, row), "text": shown_to_others(moment, language, row)} for row in rows
    ]
    return {"new": values["new"], "preview": [*ours, *theirs]}


def _passed(moment: Moment, exchange: ExchangeRow, talk: Talk) -> list[AnswerRow]:
    answer = talk.state.answers.get("new_leader.pass")
    picked = set(answer) if isinstance(answer, list) else set()
    return [row for row in handing_over.passable(moment, exchange) if row.id in picked]


def finish(moment: Moment, talk: Talk) -> Ending:
    """The one who was named leads from now on, if that can still be."""
    exchange = moment.work.exchanges.get(talk.row.subject)
    if exchange.state not in PLANNED:
        return Ending([Say("stop.closed")])
    named = str(talk.state.answers.get("new_leader.who", ""))
    if named not in {option["value"] for option in _candidates(moment, exchange)}:
        return Ending([Say("new_leader.not_now")], [Press("btn.new_leader", ["new_leader", exchange.id], main=True)])
    values = {"leader": moment.first_name(exchange.leader), "new": moment.first_name(named)}
    passed = {row.id for row in _passed(moment, exchange, talk)}
    handing_over.hand_over(moment, exchange, moment.person(named), passed)
    return Ending([Say("new_leader.done", values)])


def gone(moment: Moment, prompt: PromptRow) -> Told | None:
    """The leader has no account here any more: the employee is asked who leads now, and HR gets to see it."""
    exchange, sign_up = moment.work.exchanges.find(prompt.subject), sign_up_called(moment, prompt.subject)
    leader = exchange.leader if exchange else sign_up.leader if sign_up else ""
    waits = exchange.state in PLANNED if exchange else sign_up is not None and _is_open(moment, sign_up)
    if not waits or not leader or not is_gone(moment, moment.person(leader)):
        return None
    round_id = exchange.round if exchange else sign_up.round if sign_up else ""
    for hr in moment.work.people.hr(moment.person(prompt.recipient).organisation):
        remind_hr(moment, hr, round_id)
    press = Press("btn.new_leader", ["new_leader", prompt.subject], main=True)
    return Told([Say("new_leader.gone", {"leader": moment.first_name(leader)})], [press])


SCRIPTS = {NEW_LEADER.key: Script(NEW_LEADER, facts, finish, who_sees, more=more, keeps=False)}
PRESSES = {"new_leader": pressed}
PROMPTS = {LEADER_GONE: telling(gone)}
