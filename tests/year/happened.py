"""That what the year is about did happen in it, measured on what is left of it and not on what was planned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.places import hosts_of, stops_of
from bot.planning import SAID
from bot.programme.calendar import is_holiday
from bot.programme.tracks import part_time
from bot.turns.mails import CHANNEL as MAIL
from bot.turns.pushes import base
from dialogs.round import FORMS
from storage.records import ExchangeRow, PromptRow
from tests.year.record import Life

EVENING: Final = 20
"""The hour from which somebody is asked who works in the evening; before MORNING who works at night."""

MORNING: Final = 7

LEAST: Final = {
    **{f"an exchange of {form} with a logbook": 8 for form in FORMS},
    "part-time weeks": 9,
    "an evening shift": 50,
    "a night shift": 5,
    "begun by oneself on a shift": 20,
    "a holiday in DK": 20,
    "a holiday in NO": 20,
    "a pause": 4,
    "an early end": 8,
    "a withdrawal": 4,
    "a split stay": 6,
    "a swap": 3,
    "half a swap": 1,
    "a mail to a host outside": 60,
    "a host outside who answered": 5,
    "the short track": 40,
    "the full track": 60,
    "told in da": 2000,
    "told in nb": 2000,
    "told in en": 1000,
    "somebody who never answers": 60,
    "an entry at once": 100,
    "an entry on the day after": 100,
    "an extra prompt that HR has switched on": 50,
}
"""How often each must have happened, well below what does, so that a year without it is noticed."""


def too_seldom(life: Life) -> dict[str, int]:
    """What happened less often than it must have, and how often."""
    seen = Counter(happened(life))
    return {what: seen[what] for what, least in LEAST.items() if seen[what] < least}


def happened(life: Life) -> Iterator[str]:
    """Everything that happened, each as often as it did."""
    for exchange in life.exchanges:
        yield from _kind_of(life, exchange)
        yield from _entries(life, exchange)
        yield from _holidays(life, exchange)
        yield from _ends(life, exchange)
        yield from _hosts(life, exchange)
    yield from _people(life)


def _said(life: Life, exchange: ExchangeRow, kind: str, recipient: str = "") -> list[PromptRow]:
    rows = [row for row in life.prompts[exchange.id] if base(row.kind) == kind]
    return [row for row in rows if recipient in ("", row.recipient) and (row.state in SAID or "said_on" in row.data)]


def _kind_of(life: Life, exchange: ExchangeRow) -> Iterator[str]:
    logs = _said(life, exchange, "log")
    if not logs:
        return
    yield f"an exchange of {exchange.form} with a logbook"
    yield "the full track" if exchange.id in life.full else "the short track"
    days = life.days[exchange.id]
    if part_time(days) and {row.day for row in logs} <= set(days):
        yield "part-time weeks"


def _entries(life: Life, exchange: ExchangeRow) -> Iterator[str]:
    zone = ZoneInfo(life.year.people[exchange.employee].zone)
    for row in _said(life, exchange, "log"):
        hour = row.at.astimezone(zone).hour
        if hour >= EVENING or hour < MORNING:
            yield "an evening shift" if hour >= EVENING else "a night shift"
        if row.state == "answered":
            own = "said_on" not in row.data
            talks = [talk for talk in life.talks[exchange.id] if talk.occasion == f"log:{row.day.isoformat()}"]
            late = any(talk.touched.astimezone(zone).date() > row.at.astimezone(zone).date() for talk in talks)
            switched_on = [key for key in row.data.get("questions", ()) if str(key).startswith("log.opt.")]
            yield from ["an extra prompt that HR has switched on"] * len(switched_on)
            yield "begun by oneself on a shift" if own else "an entry on the day after" if late else "an entry at once"


def _holidays(life: Life, exchange: ExchangeRow) -> Iterator[str]:
    """Those on which there would have been an exchange day."""
    employee = life.year.people[exchange.employee]
    weekdays = {day.weekday() for day in life.days[exchange.id]}
    for n in range((exchange.end - exchange.start).days + 1):
        day = exchange.start + timedelta(days=n)
        if day.weekday() in weekdays and is_holiday(employee.country, day) and _said(life, exchange, "log"):
            yield f"a holiday in {employee.country}"


def asked_on_a_holiday(life: Life) -> Iterator[str]:
    """A logbook that somebody was asked for who was off."""
    for exchange in life.exchanges:
        country = life.year.people[exchange.employee].country
        for row in _said(life, exchange, "log"):
            if is_holiday(country, row.day):
                yield f"{exchange.employee} was asked for the logbook of {row.day}"


def _ends(life: Life, exchange: ExchangeRow) -> Iterator[str]:
    signed_off = exchange.id in life.ended_early
    if exchange.state == "withdrawn":
        yield "a withdrawal"
    elif signed_off:
        yield "an early end"
    plan = life.year.plans[exchange.employee]
    if plan.pause is not None and exchange.id in life.paused and not list(told_in_a_pause(life, exchange)):
        yield "a pause"


def told_in_a_pause(life: Life, exchange: ExchangeRow) -> Iterator[str]:
    """What came to somebody about an exchange while it was on pause."""
    until = life.journals[exchange.id].paused_until
    since = life.paused.get(exchange.id)
    if until is None or since is None:
        return
    for one in life.unasked:
        if one.person == exchange.employee and one.subject == exchange.id and since < one.at and one.day < until:
            yield f"{one.person} was told {one.kind} on {one.day}, in a pause until {until}"


def _hosts(life: Life, exchange: ExchangeRow) -> Iterator[str]:
    places = [stop.host for stop in stops_of(exchange) if stop.host]
    if len(places) > 1 and all(_said(life, exchange, "host.first", host) for host in places):
        yield "a split stay"
    if exchange.linked and exchange.id < exchange.linked:
        other = next(row for row in life.exchanges if row.id == exchange.linked)
        logs = [_said(life, half, "log") for half in (exchange, other)]
        if all(logs) and not {exchange.id, other.id} & life.ended_early:
            yield "a swap"
        elif all(logs):
            yield "half a swap"
    outside = set(hosts_of(exchange)) & life.year.outside
    answered = {row.person for row in life.answers[exchange.id] if row.occasion.startswith("host.")}
    yield from ["a host outside who answered"] * len(outside & answered)


def _people(life: Life) -> Iterator[str]:
    for one in life.unasked:
        yield f"told in {life.year.people[one.person].language}"
    for got in life.year.got:
        if got.channel == MAIL:
            yield "a mail to a host outside"
    told = Counter(one.person for one in life.unasked)
    for who in life.year.plans:
        if told[who] >= 3 and not life.year.did[who]:
            yield "somebody who never answers"
