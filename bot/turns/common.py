"""What the conversations share: facts of an exchange, who sees an answer, and the way from rows to the rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any

from bot.channel import OUTSIDE as OUTSIDE
from bot.moment import Moment
from bot.places import hosts_of, stop_of, stop_on, stops_of
from bot.planning import is_full, worker
from bot.programme.cadence import WEEKDAYS
from bot.programme.calendar import working_day_after
from bot.programme.visibility import GOALS, Circle, Item, redact
from bot.script import Talk, Topic
from dialogs.leader import RULES
from dialogs.model import NOTHING, Ask, Day, Hour, Many, One, Person, Say, Text, Value, Visibility
from dialogs.outside import NEW
from dialogs.round import FORMS
from storage.records import AnswerRow, ExchangeRow, PersonRow, RoundRow, Stop
from storage.store import NotFound

Option = dict[str, str]

OWN_OPTIONS = {"forms": FORMS, "rules": RULES}
"""The options that a fact is a part of, where they have words of their own."""

MISSING = "…"
"""Stands where something was that is not kept any more."""


SEVERAL = {2: Say("number.two"), 3: Say("number.three")}
"""How many there can be, in words; of one nothing is said."""


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
    """Everybody else in the organisation who is in the chat, to pick from. Nobody outside learns who that is."""
    if is_outside(moment, person.id):
        return []
    outside = {other.id for other in moment.work.people.on(OUTSIDE, person.organisation)}
    return [
        {
            "value": other.id,
            "label": f"{other.name}, {other.unit}" if other.unit else other.name,
            "email": other.email,
        }
        for other in moment.work.people.all(person.organisation)
        if other.id not in (person.id, *outside) and other.active
    ]


def is_outside(moment: Moment, person_id: str) -> bool:
    """Whether somebody is reached by a personal link only."""
    addresses = moment.work.people.addresses(person_id) if person_id else []
    return bool(addresses) and all(address.channel == OUTSIDE for address in addresses)


def is_past(moment: Moment, person: PersonRow, round_row: RoundRow) -> bool:
    """Whether nothing can come of a round any more: what was written for it is deleted, so nothing new is written."""
    return moment.today(person) > round_row.finish_by


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
    places = _places(moment, topic, exchange)
    units = moment.words.listing(topic.person.language, [stop.unit for stop in places])
    hosts = [moment.first_name(stop.host) for stop in places if stop.host]
    theirs = topic.person.id in hosts_of(exchange)
    return {
        **facts_of_round(moment, topic, round_row),
        "name": moment.first_name(exchange.employee),
        "leader": leader,
        "host": moment.words.listing(topic.person.language, [*dict.fromkeys(hosts)]) or units,
        "host_unit": units,
        "home_unit": exchange.home_unit,
        "start": places[0].start if theirs else exchange.start,
        "end": places[0].end if theirs else exchange.end,
        "full": is_full(moment, exchange),
        **limits(moment, exchange),
    }


def limits(moment: Moment, exchange: ExchangeRow) -> dict[str, int]:
    """The most goals and actions that HR has chosen."""
    choices = moment.choices(exchange.round)
    return {"most_goals": choices.goals, "most_actions": choices.actions}


def _places(moment: Moment, topic: Topic, exchange: ExchangeRow) -> Sequence[Stop]:
    """The places a sentence is about: a host's own, that of a logbook's day or of today; before and after, all."""
    own = stop_of(exchange, topic.person.id)
    if own is not None:
        return [own]
    today = moment.today(topic.person)
    about = as_date(topic.occasion.removeprefix("log:")) or (today if exchange.start <= today <= exchange.end else None)
    return stops_of(exchange) if about is None else [stop_on(exchange, about)]


def still_ahead(moment: Moment, person: PersonRow, day: date) -> date:
    """What was to be done before a day is, once that has come, to be done before the next working day."""
    today = moment.today(person)
    return day if day > today else working_day_after(worker(person), today)


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
    if ask.words in GOALS and facts.get("host_person"):
        return Say("privacy.vis.goal", parties)
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
        further=frozenset(hosts_of(exchange)) - {exchange.host},
        hr=frozenset(person.id for person in moment.work.people.hr(employee.organisation)),
        host_sees_wish=_host_asked(moment, exchange),
        agreed=goals_agreed(moment, exchange),
    )


def goals_agreed(moment: Moment, exchange: ExchangeRow) -> bool:
    """Both have ticked that they agree on the goals; that stands also when another leads now."""
    ticked = {row.person for row in moment.work.answers.about(exchange.id) if row.key == "goals.agreed"}
    return exchange.employee in ticked and len(ticked) > 1


def _host_asked(moment: Moment, exchange: ExchangeRow) -> bool:
    """The host reads the wish from the moment of being asked, also when the answer was no."""
    if exchange.state not in ("proposed", "declined", "withdrawn"):
        return True
    asked = (
        moment.work.conversations.find(host, "host_proposal", exchange.id, "proposal") for host in hosts_of(exchange)
    )
    return any(row is not None for row in asked)


def item(row: AnswerRow) -> Item:
    """An answer as the rules see it."""
    return Item(
        owner=row.person,
        visibility=row.visibility,
        confirmed=row.confirmed,
        released=row.released,
        key=row.key,
        value=row.value,
        withheld=row.visibility in ("J", "T") and row.picked is False,
    )


def ask_of(moment: Moment, row: AnswerRow) -> Ask | None:
    """The question an answer is to, if it is still asked somewhere."""
    own = moment.house.scripts.get(row.occasion.partition(":")[0])
    asked = own.dialog.ask(row.key) if own else None
    if asked is not None:
        return asked
    found = (script.dialog.ask(row.key) for script in moment.house.scripts.values())
    return next((ask for ask in found if ask is not None), None)


def is_text(moment: Moment, row: AnswerRow) -> bool:
    """True for words of the person's own; anything else was chosen."""
    ask = ask_of(moment, row)
    return ask is not None and isinstance(ask.answer, Text) and isinstance(row.value, str)


def shown(moment: Moment, language: str, row: AnswerRow) -> str:
    """An answer as words in a language, as its author reads it."""
    return shown_value(moment, language, ask_of(moment, row), row.value, names_of(moment, row))


def shown_to_others(moment: Moment, language: str, row: AnswerRow) -> str:
    """An answer as words in a language, as anybody but its author reads it."""
    value = redact(row.value) if row.value is not None else None
    return shown_value(moment, language, ask_of(moment, row), value, names_of(moment, row))


def names_of(moment: Moment, row: AnswerRow) -> dict[str, str]:
    """Who is called what in the options of an answer about an exchange."""
    exchange = moment.work.exchanges.find(row.subject)
    return {"name": moment.first_name(exchange.employee)} if exchange else {}


def shown_value(
    moment: Moment, language: str, ask: Ask | None, value: Value | None, names: Mapping[str, str] = NOTHING
) -> str:
    """A value as words. What it means is decided by the question, never by how it looks; text stays as it is."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return moment.words.text(language, "btn.yes" if value else "btn.no")
    match ask.answer if ask else None:
        case One() | Many() as choice:
            return _chosen(moment, language, choice, value if isinstance(value, list) else [str(value)], names)
        case Day():
            day = as_date(str(value))
            return moment.words.date(language, day) if day else str(value)
        case Hour(options=options) if value in options:
            return moment.words.text(language, str(value))
        case Hour():
            at = as_time(str(value))
            return str(value) if at is None else moment.words.time(language, at)
        case Person():
            person = moment.work.people.find(str(value))
            return person.name if person else MISSING
    return " · ".join(map(str, value)) if isinstance(value, list) else str(value)


def _chosen(moment: Moment, language: str, choice: One | Many, values: list[str], names: Mapping[str, str]) -> str:
    """What was chosen: weekdays and dates in a row, the rest set apart."""
    days = choice.fact == "days"
    weekdays = [WEEKDAYS.index(value) for value in values if days and value in WEEKDAYS]
    rest = [_label(moment, language, choice, value, names) for value in values if not days or value not in WEEKDAYS]
    return (", " if days else " · ").join([*(moment.words.weekday(language, day) for day in weekdays), *rest])


def _label(moment: Moment, language: str, choice: One | Many, value: str, names: Mapping[str, str]) -> str:
    """What an option is called; one that is about something gone is three dots."""
    if value in choice.options or value in OWN_OPTIONS.get(choice.fact, ()):
        return moment.words.text(language, value, names)
    try:
        match choice.fact:
            case "wishes" | "swaps":
                return moment.person(moment.work.rounds.sign_up(value).person).name
            case "offers":
                return moment.work.rounds.offer(value).unit
            case "outsiders":
                return moment.words.text(language, NEW) if value == NEW else moment.person(value).name
            case "quotes":
                quoted = moment.work.answers.get(value)
                return str(quoted.value) if quoted else MISSING
    except NotFound:
        return MISSING
    day = as_date(value) if choice.fact == "days" else None
    return moment.words.date(language, day) if day else value


def as_date(text: str) -> date | None:
    """The day an ISO date names; nothing for a text that names none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def as_time(text: str) -> time | None:
    """The time of day an ISO time names; nothing for a text that names none."""
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


def latest(rows: Iterable[AnswerRow], key: str, otherwise: str = "") -> str:
    """The text of the answer with this key."""
    for row in rows:
        if row.key == key:
            return str(row.value)
    return otherwise
