"""HR pairs a wish with a host's offer, or confirms a place somebody found."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from bot import talks
from bot.channel import Incoming, Part, Reply
from bot.moment import Moment
from bot.places import hosts_of
from bot.planning import worker
from bot.programme.cadence import exchange_days
from bot.programme.choices import Choices
from bot.script import Ending, Script, Talk, Topic
from bot.turns import outside, proposals, split, swaps
from bot.turns.common import (
    Option,
    as_date,
    colleagues,
    facts_of_round,
    label_of,
    latest,
    nobody_else,
    shown,
)
from bot.turns.moves import offer_to, sign_up_to
from bot.turns.needs import WAITING
from bot.turns.signups import ask_leader, wish_of
from dialogs.match import MATCH
from dialogs.model import Say
from dialogs.round import FORMS
from storage.records import ExchangeRow, OfferRow, PersonRow, RoundRow, SignUpRow, Stop, new_id

MONTH = timedelta(days=30.5)
"""Near enough for a warning."""

JOBSWAPS = ("form.jobswap_peer", "form.jobswap_next")
"""Forms for which there is a usual length (2.5)."""


def pressed(moment: Moment, person: PersonRow, args: list[str], incoming: Incoming) -> Reply:
    """HR opens the form that pairs. A form begun and not finished is gone on with."""
    if not person.hr:
        return Reply(note=moment.words.text(person.language, "only_hr"))
    begun = [
        row for row in moment.work.conversations.open(person.id) if row.dialog == "match" and row.subject == args[0]
    ]
    occasion = begun[0].occasion if begun else new_id()
    talks.begin(moment, Topic(person, "match", args[0], occasion))
    return Reply()


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """The wishes that wait, the offers that are free, and what HR will send."""
    round_row = moment.work.rounds.get(topic.subject)
    language = topic.person.language
    waiting = [row for row in moment.work.rounds.sign_ups(round_row.id) if row.state in WAITING]
    offers = [row for row in moment.work.rounds.offers(round_row.id) if row.state == "open"]
    forms = round_row.forms or FORMS
    known = {
        **facts_of_round(moment, topic, round_row),
        "wishes": [{"value": row.id, "label": _wish_label(moment, row, language)} for row in waiting],
        "rotation": swaps.ROTATION in forms and len(waiting) > 1,
        "swaps": _swaps(moment, topic, waiting),
        "self_wishes": [row.id for row in waiting if row.mode == "sign.mode.self"],
        "offers": [{"value": row.id, "label": _offer_label(moment, row.id, row.unit)} for row in offers],
        "people": _possible_hosts(moment, topic),
        "outsiders": outside.choices(moment, topic.person),
        "own_place": _own_place(moment, topic),
        "forms": [{"value": key, "label": moment.words.text(language, key)} for key in forms],
    }
    return {**known, "preview": _preview(moment, topic, round_row)}


def _swaps(moment: Moment, topic: Topic, waiting: list[SignUpRow]) -> list[Option]:
    """With whom the person of the chosen wish could swap (T23)."""
    wish = latest(moment.work.answers.of(topic.person.id, topic.subject, topic.occasion), "match.wish")
    language = topic.person.language
    return [{"value": row.id, "label": _wish_label(moment, row, language)} for row in waiting if row.id != wish]


def _possible_hosts(moment: Moment, topic: Topic) -> list[Option]:
    """Everybody but the one whose wish it is: nobody is their own host."""
    wish = latest(moment.work.answers.of(topic.person.id, topic.subject, topic.occasion), "match.wish")
    own = moment.work.rounds.sign_up(wish).person if wish else ""
    return [person for person in colleagues(moment, topic.person) if person["value"] != own]


def _own_place(moment: Moment, topic: Topic) -> str:
    """What the person of the chosen wish wrote about the own place, to start the place's name from."""
    wish = latest(moment.work.answers.of(topic.person.id, topic.subject, topic.occasion), "match.wish")
    if not wish:
        return ""
    sign_up = moment.work.rounds.sign_up(wish)
    return latest(moment.work.answers.of(sign_up.person, sign_up.id, "sign"), "sign.self.where")


def _wish_label(moment: Moment, sign_up: SignUpRow, language: str) -> str:
    person = moment.person(sign_up.person)
    answers = moment.work.answers.of(sign_up.person, sign_up.id, "sign")
    where = latest(answers, "sign.self.where") or latest(answers, "sign.where")
    parts = [person.name, where, wish_of(moment, sign_up, language)]
    return " · ".join(part for part in parts if part)


def _offer_label(moment: Moment, offer_id: str, unit: str) -> str:
    offer = moment.work.rounds.offer(offer_id)
    show = latest(moment.work.answers.of(offer.person, offer.id, "offer"), "offer.show")
    return " · ".join(part for part in (unit, show) if part)


def _preview(moment: Moment, topic: Topic, round_row: RoundRow) -> list[dict[str, str]]:
    """What was chosen, with a warning where a date is unusual (T9)."""
    lines = []
    answers = {row.key: row for row in moment.work.answers.of(topic.person.id, topic.subject, topic.occasion)}
    for row in answers.values():
        label = label_of(moment, topic.person.language, row)
        lines.append({"label": label, "text": shown(moment, topic.person.language, row)})
    warnings = _warnings(moment, round_row, {key: str(row.value) for key, row in answers.items()})
    said = [moment.words.say(topic.person.language, say) for say in warnings]
    return [*lines, *({"label": "", "text": text, "ours": "yes"} for text in said)]


def _warnings(moment: Moment, round_row: RoundRow, answers: Mapping[str, str]) -> list[Say]:
    """What is unusual about the dates. None of it stops HR."""
    start, end = (as_date(answers.get(key, "")) for key in ("match.start", "match.end"))
    if start is None:
        return []
    late = [Say("warn.latest", {"date": round_row.latest_start})] if start > round_row.latest_start else []
    if end is None:
        return late
    choices = moment.choices(round_row.id)
    person = moment.person(moment.work.rounds.sign_up(answers["match.wish"]).person)
    days = len(exchange_days(start, end, (), worker(person), ()))
    unusual = answers.get("match.form") in JOBSWAPS and days > choices.jobswap_usually
    usual = [Say("warn.usual", {"n": choices.jobswap_usually})] if unusual else []
    return [*late, *(_too_long(end - start, choices) or usual)]


def _too_long(length: timedelta, choices: Choices) -> list[Say]:
    """A soft warning above what is recommended, a stronger one above the upper limit; neither stops HR (T10)."""
    if length > choices.upper_warning_months * MONTH:
        values = {"n": choices.upper_warning_months, "link": choices.rules_link}
        return [Say("warn.upper.link" if choices.rules_link else "warn.upper", values)]
    most = choices.soft_maximum_months
    return [Say("warn.sixmonths", {"n": most})] if length > most * MONTH else []


def beside(moment: Moment, talk: Talk) -> list[Say | Part]:
    """What the person wrote about the wish, once it is chosen: HR reads all of a sign-up."""
    wish = str(talk.state.answers.get("match.wish", ""))
    if not wish or talk.state.at in ("match.wish", "match.review"):
        return []
    sign_up = moment.work.rounds.sign_up(wish)
    person = moment.person(sign_up.person)
    parts: list[Say | Part] = [Part(f"{person.name}, {person.unit}" if person.unit else person.name)]
    for row in moment.work.answers.of(sign_up.person, sign_up.id, "sign"):
        if row.visibility in ("H", "J") and row.value and row.key not in ("sign.voluntary", "sign.talked"):
            parts.append(Part(label_of(moment, talk.person.language, row), "small"))
            parts.append(Part(shown(moment, talk.person.language, row), "own"))
    return parts


def finish(moment: Moment, talk: Talk) -> Ending:
    """Makes the exchange, which has what HR chose from now on: nothing of whom it names stays behind with HR."""
    ending = _match(moment, talk)
    for row in moment.work.answers.of(talk.person.id, talk.row.subject, talk.row.occasion):
        moment.work.answers.delete(row.id)
    return ending


def _match(moment: Moment, talk: Talk) -> Ending:
    """A place found by the person goes straight to the leader; else the person is asked first."""
    answers = talk.state.answers
    sign_up = moment.work.rounds.sign_up(str(answers["match.wish"]))
    if sign_up.state not in WAITING:
        return Ending([Say("match.gone")])
    if "match.swap" in answers:
        return _swap(moment, talk, sign_up, moment.work.rounds.sign_up(str(answers["match.swap"])))
    employee = moment.person(sign_up.person)
    offer = moment.work.rounds.offer(str(answers["match.offer"])) if "match.offer" in answers else None
    if offer is not None and offer.state != "open":
        return Ending([Say("match.gone")])
    exchange = _made(moment, talk, sign_up, offer)
    if exchange is None:
        return Ending([Say("match.gone")])
    moment.work.exchanges.add(exchange)
    sign_up_to(moment, sign_up, "proposed")
    for taken in split.offers(moment, exchange, "open"):
        offer_to(moment, taken, "proposed")
    moment.work.audit.add(moment.now, talk.person.id, "exchange.proposed", exchange.id)
    values = {"name": employee.name, "host_unit": exchange.host_unit}
    hosts = hosts_of(exchange)
    if offer is None and hosts:
        proposals.ask_hosts(moment, exchange)
        names = moment.words.listing(talk.person.language, map(moment.first_name, hosts))
        links = [say for one in hosts for say in outside.told_hr(moment, talk.person, moment.person(one))]
        return Ending([Say("match.sent.host", {**values, "host": names}), *links])
    if offer is None:
        ask_leader(moment, exchange)
        return Ending([Say("match.sent.leader", {**values, "leader": moment.first_name(exchange.leader)})])
    proposals.ask(moment, employee, "proposal", exchange)
    return Ending([Say("match.sent.employee", values)])


def _made(moment: Moment, talk: Talk, sign_up: SignUpRow, offer: OfferRow | None) -> ExchangeRow | None:
    """The exchange as HR put it together; None where a place of it is taken by now."""
    answers, employee = talk.state.answers, moment.person(sign_up.person)
    place = offer.unit if offer else str(answers.get("match.place", ""))
    host = offer.person if offer else _host(moment, talk, place)
    start, end = (date.fromisoformat(str(answers[key])) for key in ("match.start", "match.end"))
    stops = split.stops(moment, answers, Stop(host, place, start, end))
    if stops is None:
        return None
    return ExchangeRow(
        id=new_id(),
        round=sign_up.round,
        sign_up=sign_up.id,
        employee=employee.id,
        leader=sign_up.leader,
        host=host,
        home_unit=employee.unit,
        host_unit=", ".join(dict.fromkeys(stop.unit for stop in stops)) if stops else place,
        form=str(answers.get("match.form", "")),
        start=start,
        end=stops[-1].end if stops else end,
        days=(),
        track="full" if answers.get("match.track") == "match.track.full" else "",
        state="proposed" if offer or host or any(stop.host for stop in stops) else "accepted",
        why=str(answers.get("match.why", "")),
        offer=offer.id if offer else "",
        stops=stops,
    )


def _host(moment: Moment, talk: Talk, place: str) -> str:
    """Who HR says is the host: somebody in the chat, or from outside; empty when nobody is named."""
    answers = talk.state.answers
    return str(answers.get("match.host", "")) or outside.chosen(moment, talk.person, answers, place)


def _swap(moment: Moment, talk: Talk, one: SignUpRow, other: SignUpRow) -> Ending:
    """Two people take each other's place: two exchanges that know of each other, each with its own two sides (T23)."""
    if other.state not in WAITING or other.person == one.person:
        return Ending([Say("match.gone")])
    answers = talk.state.answers
    start, end = (date.fromisoformat(str(answers[key])) for key in ("match.start", "match.end"))
    track = "full" if answers.get("match.track") == "match.track.full" else ""
    halves = swaps.halves(moment, one, other, (start, end), track, str(answers.get("match.why", "")))
    for half in halves:
        moment.work.exchanges.add(half)
        sign_up_to(moment, moment.work.rounds.sign_up(half.sign_up), "proposed")
        moment.work.audit.add(moment.now, talk.person.id, "exchange.proposed", half.id)
    for half in halves:
        proposals.ask(moment, moment.person(half.employee), "proposal", half)
    names = moment.words.listing(talk.person.language, [moment.person(half.employee).name for half in halves])
    return Ending([Say("match.sent.swap", {"list": names})])


SCRIPTS = {"match": Script(MATCH, facts, finish, nobody_else, beside=beside)}
PRESSES = {"match": pressed}
