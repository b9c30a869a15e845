"""What the conversations share: facts of an exchange, who sees an answer, and the way from rows to the rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from bot.moment import Moment
from bot.programme.visibility import Circle, Item
from bot.script import Talk, Topic
from dialogs.model import Ask, One, Say, Visibility
from storage.records import AnswerRow, ExchangeRow, PersonRow, RoundRow

Option = dict[str, str]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def first(name: str) -> str:
    """What a person is called."""
    return name.split()[0] if name else ""


def no_facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """The facts every conversation has: the date where the person is, and the person's name."""
    organisation = moment.work.people.organisation(topic.person.organisation)
    return {
        "today": moment.today(topic.person).isoformat(),
        "name": first(topic.person.name),
        "org": organisation.name,
    }


def colleagues(moment: Moment, person: PersonRow) -> list[Option]:
    """Everybody else in the organisation, to pick from."""
    return [
        {
            "value": other.id,
            "label": f"{other.name}, {other.unit}" if other.unit else other.name,
            "email": other.email,
        }
        for other in moment.work.people.all(person.organisation)
        if other.id != person.id
    ]


def contact_of(moment: Moment, round_row: RoundRow | None) -> str:
    """The name of the person to turn to: the round's contact, else HR."""
    if round_row is not None and round_row.contact:
        return first(moment.person(round_row.contact).name)
    return "HR"


def facts_of_round(moment: Moment, topic: Topic, round_row: RoundRow) -> dict[str, Any]:
    """The facts of a round."""
    return {
        **no_facts(moment, topic),
        "programme": round_row.name,
        "deadline": round_row.deadline,
        "date": round_row.answer_by,
        "contact": contact_of(moment, round_row),
    }


def facts_of_exchange(moment: Moment, topic: Topic, exchange: ExchangeRow) -> dict[str, Any]:
    """The facts of an exchange, as its reader sees them: {name} is the employee, also for the others."""
    round_row = moment.work.rounds.get(exchange.round)
    leader = moment.first_name(exchange.leader)
    return {
        **facts_of_round(moment, topic, round_row),
        "name": moment.first_name(exchange.employee),
        "leader": leader,
        "host": moment.first_name(exchange.host) or exchange.host_unit,
        "host_unit": exchange.host_unit,
        "home_unit": exchange.home_unit,
        "start": exchange.start,
        "end": exchange.end,
        "full": exchange.track == "full",
    }


def exchange_of(moment: Moment, topic: Topic) -> ExchangeRow:
    """The exchange a conversation is about."""
    return moment.work.exchanges.get(topic.subject)


def who_sees(moment: Moment, talk: Talk, ask: Ask) -> Say | None:
    """The sentence that says who will see an answer in an exchange. A leader reads the employee's name in it."""
    if ask.visibility is Visibility.CONTROL:
        return None
    facts = talk.facts
    other = facts.get("leader", "") if facts.get("leader") != first(talk.person.name) else facts.get("name", "")
    parties = {"leader": other, "host": facts.get("host", "")}
    if ask.visibility is Visibility.SHARED_ON_REQUEST and facts.get("habit") == "open":
        return Say("privacy.vis.S.habit", parties)
    if ask.visibility is Visibility.THREE_PARTY and not facts.get("host_person", True):
        return Say("privacy.vis.J", parties)
    return Say(f"privacy.vis.{ask.visibility.value}", parties)


def nobody_else(moment: Moment, talk: Talk, ask: Ask) -> Say | None:
    """HR's own forms: who reads them needs no saying at every field."""
    return None


def decision_told(moment: Moment, talk: Talk, ask: Ask) -> Say | None:
    """An answer that is told to those who wait for it."""
    if isinstance(ask.answer, One):
        return Say("privacy.decision", {"name": talk.facts["name"]})
    return who_sees(moment, talk, ask)


def ended(text: str) -> str:
    """A text that ends like a sentence."""
    text = text.strip()
    return text if not text or text[-1] in ".?!…" else f"{text}."


def bare(text: str) -> str:
    """A text without its last full stop, to stand in quotation marks inside a sentence."""
    return text.strip().removesuffix(".")


def label_of(moment: Moment, language: str, row: AnswerRow) -> str:
    """What an answer is called when somebody else reads it: a short name where there is one, else the question."""
    key = f"short.{row.key.partition('#')[0]}"
    return moment.words.text(language, key) if moment.words.has(key) else row.question


def circle_of(moment: Moment, exchange: ExchangeRow) -> Circle:
    """Who is who in an exchange, for the rule who may read what."""
    employee = moment.person(exchange.employee)
    return Circle(
        employee=exchange.employee,
        leader=exchange.leader,
        host=exchange.host,
        hr=frozenset(person.id for person in moment.work.people.hr(employee.organisation)),
        host_sees_wish=exchange.state not in ("proposed", "declined"),
    )


def item(row: AnswerRow) -> Item:
    """An answer as the rules see it."""
    return Item(
        owner=row.person,
        visibility=row.visibility,
        confirmed=row.confirmed,
        released=row.released,
        key=row.key,
        value=row.value,
    )


def shown(moment: Moment, language: str, row: AnswerRow) -> str:
    """An answer's value as words in a language: of a wish whose it is, of an offer which place."""
    if row.key == "match.wish":
        return moment.person(moment.work.rounds.sign_up(str(row.value)).person).name
    if row.key == "match.offer":
        return moment.work.rounds.offer(str(row.value)).unit
    return shown_value(moment, language, row.value)


def shown_value(moment: Moment, language: str, value: object) -> str:
    """A value as words: option keys become their labels, ids of people their names, dates a date."""
    if isinstance(value, list):
        days = [WEEKDAYS.index(part) for part in value if part in WEEKDAYS]
        rest = [shown_value(moment, language, part) for part in value if part not in WEEKDAYS]
        between = ", " if days or all(ISO_DAY.fullmatch(str(part)) for part in value) else " · "
        return between.join([*(moment.words.weekday(language, day) for day in days), *rest])
    if isinstance(value, bool):
        return moment.words.text(language, "btn.yes" if value else "btn.no")
    text = str(value)
    if moment.words.has(text):
        return moment.words.text(language, text, {"name": "", "leader": ""})
    if ISO_DAY.fullmatch(text):
        return moment.words.date(language, date.fromisoformat(text))
    person = moment.work.people.find(text) if len(text) == 32 else None
    return person.name if person else text


def latest(rows: Iterable[AnswerRow], key: str, otherwise: str = "") -> str:
    """The text of the answer with this key."""
    for row in rows:
        if row.key == key:
            return str(row.value)
    return otherwise
