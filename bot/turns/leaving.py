"""Stopping: no reason asked, nothing more happens, and those who wait are told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot import talks
from bot.moment import Moment, Press, Told
from bot.places import hosts_of
from bot.planning import replan
from bot.programme.states import Circumstances
from bot.script import Ending, Script, Talk, Topic
from bot.turns import after, split, swaps
from bot.turns.common import facts_of_exchange, facts_of_round, first, who_sees
from bot.turns.moves import exchange_to, offer_to, sign_up_to
from bot.turns.needs import remind_hr
from dialogs.model import Say
from dialogs.settings import STOP
from storage.records import ExchangeRow, OfferRow, PersonRow, SignUpRow

ACTIVE = ("proposed", "accepted", "approved", "prepared", "running", "paused")
LIVE = (*ACTIVE, "finished")
PLACED = ("approved", "prepared", "running", "paused")
OVER = ("finished", "ended_early")
SIGNED_UP = ("draft", "signed_up", "in_matching", "proposed", "waitlisted")
"""A sign-up that can be withdrawn by itself; of one that is placed the exchange is stopped."""


def facts(moment: Moment, topic: Topic) -> dict[str, Any]:
    """What would be stopped."""
    exchange = moment.work.exchanges.find(topic.subject)
    if exchange is not None:
        return facts_of_exchange(moment, topic, exchange)
    offer = _offer(moment, topic.person, topic.subject)
    round_id = offer.round if offer else moment.work.rounds.sign_up(topic.subject).round
    return facts_of_round(moment, topic, moment.work.rounds.get(round_id))


def what_to_stop(moment: Moment, topic_person: str) -> str:
    """The exchange, sign-up, debrief or offer a person is in, newest first; empty when there is none."""
    exchanges = moment.work.exchanges.of_employee(topic_person)[::-1]
    person = moment.person(topic_person)
    rounds = moment.work.rounds.all(person.organisation)
    sign_ups = [moment.work.rounds.sign_up_of(row.id, topic_person) for row in rounds]
    found = [
        *(exchange.id for exchange in exchanges if exchange.state in ACTIVE),
        *(sign_up.id for sign_up in sign_ups if sign_up is not None and sign_up.state in SIGNED_UP),
        *(exchange.id for exchange in exchanges if exchange.state in OVER),
        *(offer.id for offer in offers_of(moment, person) if offer.state == "open"),
    ]
    return found[0] if found else ""


def offers_of(moment: Moment, person: PersonRow) -> list[OfferRow]:
    """What a person has offered to host, round by round."""
    rounds = moment.work.rounds.all(person.organisation)
    return [offer for row in rounds for offer in moment.work.rounds.offers(row.id) if offer.person == person.id]


def waiting_offers(moment: Moment, person: PersonRow) -> list[OfferRow]:
    """Those of them that wait for HR or for a yes; where everybody has agreed, somebody is coming."""
    asked = {row.offer for row in moment.work.exchanges.of_host(person.id) if row.state in ("proposed", "accepted")}
    return [it for it in offers_of(moment, person) if it.state == "open" or (it.state == "proposed" and it.id in asked)]


def _offer(moment: Moment, person: PersonRow, subject: str) -> OfferRow | None:
    return next((offer for offer in offers_of(moment, person) if offer.id == subject), None)


def finish(moment: Moment, talk: Talk) -> Ending:
    """Withdraws, or ends early when the exchange is under way. What is stopped already is only said to be closed."""
    if talk.state.answers.get("stop.ask") != "btn.yes":
        return Ending([Say("stop.kept")])
    offer = _offer(moment, talk.person, talk.row.subject)
    if offer is not None:
        return _take_back(moment, talk, offer)
    exchange = moment.work.exchanges.find(talk.row.subject)
    if exchange is not None and exchange.state in (*ACTIVE, *OVER):
        return _end(moment, talk, exchange)
    return _withdraw(moment, talk, moment.work.rounds.sign_up(exchange.sign_up if exchange else talk.row.subject))


def _withdraw(moment: Moment, talk: Talk, sign_up: SignUpRow) -> Ending:
    for exchange in moment.work.exchanges.of_employee(sign_up.person):
        if exchange.sign_up == sign_up.id and exchange.state in LIVE:
            return _end(moment, talk, exchange)
    if sign_up.state not in SIGNED_UP:
        return Ending([Say("stop.closed")])
    round_row = moment.work.rounds.get(sign_up.round)
    _sign_off(moment, sign_up)
    moment.work.audit.add(moment.now, talk.person.id, "sign_up.withdrawn", sign_up.id)
    if sign_up.leader_told and sign_up.leader:
        _tell(moment, sign_up.leader, _has_left(talk, round_row.name), sign_up.id)
    _tell_hr(moment, talk, sign_up.round)
    return Ending([Say("sign.withdraw", {"date": moment.today(talk.person)})])


def _take_back(moment: Moment, talk: Talk, offer: OfferRow) -> Ending:
    """A host's offer that nobody has been given yet; what was written in it is deleted."""
    if offer.state != "open":
        return Ending([Say("stop.closed")])
    offer_to(moment, offer, "withdrawn")
    for row in moment.work.answers.of(offer.person, offer.id, "offer"):
        moment.work.answers.delete(row.id)
    silence(moment, offer.id)
    moment.work.audit.add(moment.now, talk.person.id, "offer.withdrawn", offer.id)
    _tell_hr(moment, talk, offer.round)
    return Ending([Say("offer.withdrawn")])


def _sign_off(moment: Moment, sign_up: SignUpRow) -> None:
    """Withdrawn and silent. Who signs up again makes a new sign-up."""
    sign_up_to(moment, sign_up, "withdrawn")
    _forget(moment, sign_up)
    silence(moment, sign_up.id)


def _forget(moment: Moment, sign_up: SignUpRow) -> None:
    """The answers of a withdrawn sign-up are deleted at once; only that it was withdrawn is kept."""
    for row in moment.work.answers.of(sign_up.person, sign_up.id, "sign"):
        moment.work.answers.delete(row.id)


def _tell_hr(moment: Moment, talk: Talk, round_id: str) -> None:
    for hr in moment.work.people.hr(talk.person.organisation):
        remind_hr(moment, hr, round_id)


def _end(moment: Moment, talk: Talk, exchange: ExchangeRow) -> Ending:
    today, planned = moment.today(talk.person), exchange.end
    if exchange.state in PLACED and exchange.end < today:
        exchange = exchange_to(moment, exchange, "finished", Circumstances(over=True))
    over = exchange.state in OVER
    under_way = exchange.state in PLACED and exchange.start <= today
    state = "ended_early" if under_way else "closed" if over else "withdrawn"
    moment.work.audit.add(moment.now, talk.person.id, f"exchange.{state}", exchange.id)
    if under_way:
        days = tuple(day for day in exchange.days if day <= today)
        exchange = replace(exchange, end=today, days=days, track="short")
    ended = exchange_to(moment, exchange, state)
    silence(moment, exchange.id, plans=not (under_way or over))
    if over:
        replan(moment, ended)
        return Ending([Say("stop.closed")])
    _sign_off(moment, moment.work.rounds.sign_up(exchange.sign_up))
    for offer in split.offers(moment, exchange, "proposed"):
        offer_to(moment, offer, "open")
    _tell_hr(moment, talk, exchange.round)
    early = Say("stop.told.early", {"name": first(talk.person.name), "date": ended.end})
    say = early if under_way else _has_left(talk, moment.work.rounds.get(exchange.round).name)
    talk_on = after.move_talk(moment, ended, planned) if under_way and exchange.leader else None
    for other in sorted({exchange.leader, *hosts_of(exchange)} - {"", talk.person.id}):
        moved = [Say("ret.moved", {"date": talk_on})] if talk_on and other == exchange.leader else []
        _tell(moment, other, say, exchange.id, *moved)
    swaps.tell_gone(moment, exchange)
    if under_way:
        replan(moment, ended)
        debrief = Press("btn.debrief", ["begin", "deb", exchange.id, "deb"], main=True)
        leave = Press("btn.no_thanks", ["debrief_declined", exchange.id])
        return Ending([Say("end.early", {"date": ended.end})], [debrief, leave])
    return Ending([Say("sign.withdraw", {"date": today})])


def silence(moment: Moment, subject: str, *, plans: bool = True) -> None:
    """Nothing more goes out about it: prompts and what is queued are cancelled, open cards closed.

    Without `plans` the prompts stay, for a new plan to sort out: what was chosen for the week still goes.
    """
    if plans:
        moment.work.prompts.cancel(subject)
    moment.work.outbox.cancel(subject)
    for row in moment.work.conversations.of_subject(subject):
        if row.status in ("open", "paused"):
            talks.close(moment, talks.load(moment, row), "stopped", Say("stop.closed"))


def _has_left(talk: Talk, programme: str) -> Say:
    return Say("stop.told", {"name": first(talk.person.name), "programme": programme})


def _tell(moment: Moment, person_id: str, say: Say, subject: str, *more: Say) -> None:
    moment.tell(moment.person(person_id), Told([say, *more]), kind="news", subject=subject)


SCRIPTS = {
    "stop": Script(STOP, facts, finish, who_sees, keeps=False),
}
