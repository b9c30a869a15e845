"""A stay over several places: its stops, its offers, and hosts who must all say yes (T24)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

from bot.moment import Moment, Told
from bot.places import hosts_of, stops_of
from dialogs.match import MOST_PLACES
from dialogs.model import Say, Value
from storage.records import ExchangeRow, OfferRow, PersonRow, Stop

DAY = timedelta(days=1)


def stops(moment: Moment, answers: Mapping[str, Value], first: Stop) -> tuple[Stop, ...] | None:
    """The places HR has chosen, in order; empty for a single one. None when an offer has been taken meanwhile.

    A day that two of them claim belongs to the later place.
    """
    found = [first]
    for number in range(2, MOST_PLACES + 1):
        if f"match.start#{number}" not in answers:
            break
        place = _place(moment, answers, number)
        if place is None:
            return None
        if place.start <= found[-1].end:
            found[-1] = replace(found[-1], end=max(found[-1].start, place.start - DAY))
        found.append(place)
    return tuple(found) if len(found) > 1 else ()


def _place(moment: Moment, answers: Mapping[str, Value], number: int) -> Stop | None:
    start, end = (date.fromisoformat(str(answers[f"match.{key}#{number}"])) for key in ("start", "end"))
    if f"match.offer#{number}" not in answers:
        host = str(answers.get(f"match.host#{number}", ""))
        return Stop(host, str(answers.get(f"match.place#{number}", "")), start, end)
    offer = moment.work.rounds.offer(str(answers[f"match.offer#{number}"]))
    return Stop(offer.person, offer.unit, start, end) if offer.state == "open" else None


def offers(moment: Moment, exchange: ExchangeRow, state: str) -> list[OfferRow]:
    """The hosts' offers this exchange is made of, those in this state."""
    places = {(stop.host, stop.unit) for stop in stops_of(exchange)[1:]}
    return [
        offer
        for offer in moment.work.rounds.offers(exchange.round)
        if offer.state == state and (offer.id == exchange.offer or (offer.person, offer.unit) in places)
    ]


def all_said_yes(moment: Moment, exchange: ExchangeRow) -> bool:
    """Whether every host has."""
    rows = (moment.work.answers.of(host, exchange.id, "proposal") for host in hosts_of(exchange))
    return all(any(row.key == "match.propose.host" and row.value == "btn.accept" for row in kept) for kept in rows)


def tell_other_hosts(moment: Moment, exchange: ExchangeRow, who: PersonRow) -> None:
    """One of the hosts cannot: the others need not hold the time."""
    for host in hosts_of(exchange):
        asked = moment.work.conversations.find(host, "host_proposal", exchange.id, "proposal")
        if host == who.id or asked is None:
            continue
        values = {"name": moment.first_name(exchange.employee)}
        moment.tell(moment.person(host), Told([Say("match.off.host", values)]), kind="news", subject=exchange.id)
