"""The end of an exchange: private entries are offered for download, then deleted; what was shared stays (12.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot import talks
from bot.channel import Incoming, Reply
from bot.moment import Moment, Press, Told
from bot.places import hosts_of
from bot.planning import worker
from bot.programme.calendar import at_local
from bot.programme.phases.facts import CLOSE_AT
from bot.programme.visibility import is_unshared
from bot.script import Ending, Script, Talk, Topic
from bot.turns import after, retention, story_review
from bot.turns.common import first, item, no_facts, nobody_else
from bot.turns.follow_ups import close_exchange
from bot.turns.forgetting import empty, erase_who_is_gone, forget
from bot.turns.leaving import PLACED, silence
from bot.turns.moves import exchange_to
from bot.turns.papers import papers_of
from bot.turns.people import LEFT_DELETE, ask_who_leads
from bot.turns.pushes import acting, telling
from dialogs.left import LEFT
from dialogs.model import Say
from storage.records import AnswerRow, ExchangeRow, PersonRow, PromptRow, new_id

DELETE = "close.delete"
LEAVES_AFTER = timedelta(days=14)
"""How long somebody who has left can download the private entries (own default)."""

WAITING = ("proposed", "accepted", "approved", "prepared")
"""States of an exchange that has not begun."""


# The end of an exchange


def private(moment: Moment, exchange: ExchangeRow) -> list[AnswerRow]:
    """What nobody but its author can read, and what only steered a conversation."""
    return [row for row in moment.work.answers.about(exchange.id) if is_unshared(item(row))]


def notice(moment: Moment, prompt: PromptRow) -> Told | None:
    """That private entries are about to be deleted. Nothing where nothing private is left."""
    exchange = moment.work.exchanges.get(prompt.subject)
    mine = [row for row in private(moment, exchange) if row.person == prompt.recipient and row.visibility != "–"]
    day, later = (_planned(moment, exchange, kind) for kind in (DELETE, retention.SHARED))
    if not mine or day is None:
        return None
    papers = papers_of(moment, exchange)
    says = [Say("push.close", {"date": day})]
    if papers and later is not None:
        language = moment.person(prompt.recipient).language
        says.append(Say("close.papers", {"date": moment.words.date_and_year(language, later)}))
    return Told(says, [Press("btn.export", ["data_download"], main=True), *papers])


def _planned(moment: Moment, exchange: ExchangeRow, kind: str) -> date | None:
    """The day on which something silent is to happen."""
    days = (row.day for row in moment.work.prompts.of(exchange.id, kind) if row.state == "pending")
    return min(days, default=None)


def delete_due(moment: Moment, prompt: PromptRow) -> str:
    """Deletes what is private, once; what was shared stays."""
    exchange = close_exchange(moment, moment.work.exchanges.get(prompt.subject))
    _delete(moment, exchange)
    retention.plan_shared(moment, exchange)
    moment.work.audit.add(moment.now, prompt.recipient, "private.deleted", exchange.id)
    return "answered"


def _delete(moment: Moment, exchange: ExchangeRow) -> None:
    """The answers, and what conversations hold of them: drafts, quotes, what was asked."""
    forget(moment, private(moment, exchange), at_the_end=True)
    empty(moment, moment.work.conversations.of_subject(exchange.id))


def told(moment: Moment, person: PersonRow) -> list[Say]:
    """When private entries will be deleted, or were; and then what was shared."""
    says: list[Say] = []
    for exchange in moment.work.exchanges.of_employee(person.id):
        for prompt in moment.work.prompts.of(exchange.id, DELETE):
            if prompt.state == "answered":
                says.append(Say("data.expired", {"date": prompt.day, "host_unit": exchange.host_unit}))
            elif prompt.state == "pending" and exchange.state in (*after.OVER, "closed"):
                says.append(Say("data.expiry", {"date": prompt.day}))
        for prompt in moment.work.prompts.of(exchange.id, retention.SHARED):
            day = {"date": moment.words.date_and_year(person.language, prompt.day)}
            if prompt.state == "answered":
                says.append(Say("data.shared.gone", day))
            elif prompt.state == "pending" and exchange.state in (*after.OVER, "closed"):
                says.append(Say("data.shared.until", day))
    return says


# Somebody leaves the organisation


def left_pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """HR says that somebody has left."""
    if not person.hr:
        return Reply(note=moment.words.text(person.language, "only_hr"))
    talks.begin(moment, Topic(person, "left", person.organisation, new_id()))
    return Reply()


def left_facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """Those who have been on an exchange, also when they are no longer in the chat."""
    people = [
        {"value": other.id, "label": f"{other.name}, {other.unit}" if other.unit else other.name, "email": other.email}
        for other in moment.work.people.all(topic.person.organisation)
        if other.id != topic.person.id and moment.work.exchanges.of_employee(other.id)
    ]
    return {**no_facts(moment, topic), "people": people}


def left_finish(moment: Moment, talk: Talk) -> Ending:
    """Nothing more is asked of the person, who can download until the entries are deleted."""
    if talk.state.answers.get("left.sure") != "btn.yes":
        return Ending([Say("left.not")])
    person = moment.person(str(talk.state.answers["left.who"]))
    day = moment.today(person) + LEAVES_AFTER
    at = at_local(day, CLOSE_AT, worker(person).zone)
    known = [row for row in moment.work.prompts.of(person.id, LEFT_DELETE) if row.state == "pending"]
    if known:
        return Ending([Say("left.noted", {"name": first(person.name), "date": known[0].day})])
    moment.work.prompts.add(PromptRow(new_id(), person.id, person.id, LEFT_DELETE, day, at))
    for exchange in moment.work.exchanges.of_employee(person.id):
        _end(moment, exchange)
    ask_who_leads(moment, person)
    moment.work.audit.add(moment.now, talk.person.id, "person.left", person.id)
    download = Press("btn.export", ["data_download"], main=True)
    moment.tell(person, Told([Say("left.told", {"date": day})], [download]), kind="news", subject=person.id)
    return Ending([Say("left.noted", {"name": first(person.name), "date": day})])


def _end(moment: Moment, exchange: ExchangeRow) -> None:
    """Whoever waits for somebody who has left is told; nothing more comes about it."""
    waits = exchange.state in (*WAITING, *PLACED)
    if waits:
        silence(moment, exchange.id)
    else:
        moment.work.prompts.cancel(exchange.id)
    if exchange.state in WAITING:
        exchange_to(moment, exchange, "withdrawn")
    elif waits:
        exchange = exchange_to(moment, exchange_to(moment, exchange, "ended_early"), "closed")
    elif exchange.state in after.OVER:
        exchange = exchange_to(moment, exchange, "closed")
    if exchange.state == "closed":
        retention.plan_shared(moment, exchange)
    if waits:
        programme = moment.work.rounds.get(exchange.round).name
        values = {"name": moment.first_name(exchange.employee), "programme": programme}
        for other in sorted({exchange.leader, *hosts_of(exchange)} - {""}):
            moment.tell(moment.person(other), Told([Say("stop.told", values)]), kind="news", subject=exchange.id)


def left_due(moment: Moment, prompt: PromptRow) -> str:
    """Deletes what is private of somebody who has left; shared items stay by their rule (T16)."""
    person = moment.person(prompt.recipient)
    for exchange in moment.work.exchanges.of_employee(person.id):
        _delete(moment, exchange)
        if any(row.state == "answered" for row in moment.work.prompts.of(exchange.id, retention.SHARED)):
            story_review.delete(moment, exchange)  # nothing else that is still to come takes it along
    forget(moment, [row for row in moment.work.answers.by(person.id) if is_unshared(item(row))], at_the_end=True)
    empty(moment, moment.work.conversations.open(person.id))
    moment.work.people.update(replace(person, active=False))
    moment.work.audit.add(moment.now, person.id, "private.deleted", person.id)
    erase_who_is_gone(moment, [person.id])
    return "answered"


SCRIPTS = {"left": Script(LEFT, left_facts, left_finish, nobody_else, keeps=False)}
PRESSES = {"left": left_pressed}
PROMPTS = {
    "close.notice": telling(notice),
    "close.delete": acting(delete_due),
    LEFT_DELETE: acting(left_due),
}
