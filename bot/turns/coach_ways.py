"""The ways to a human coach: who there is, and what can be pressed before and after an exchange."""

from __future__ import annotations

from bot.moment import Moment, Press
from bot.turns.common import first
from storage.records import ExchangeRow, PersonRow

BEFORE, AFTER = "prep", "deb"
"""The talk before the departure and the one about what was learned, by the conversation they help with."""

LIVE = ("approved", "prepared", "running", "paused", "finished", "ended_early")
"""States of an exchange in which somebody may want to talk with a coach."""


def coaches_of(moment: Moment, exchange: ExchangeRow) -> list[PersonRow]:
    """Whom the employee can choose: nobody who has another part in the exchange, and nobody of HR."""
    others = {exchange.employee, exchange.leader, exchange.host, *(stop.host for stop in exchange.stops)}
    found = (moment.work.people.find(id) for id in moment.choices(exchange.round).coaches if id not in others)
    return [person for person in found if person is not None and person.active and not person.hr]


def presses(moment: Moment, exchange: ExchangeRow, occasion: str) -> list[Press]:
    """The ways to a coach: to ask for a talk, and to say that it was held. None where there is no coach."""
    employee, people = moment.person(exchange.employee), coaches_of(moment, exchange)
    if not people or exchange.state not in LIVE:
        return []
    name = first(people[0].name) if len(people) == 1 else moment.words.text(employee.language, "coach.some")
    label = moment.words.text(employee.language, "btn.coach", {"coach": name})
    asked = moment.work.conversations.find(employee.id, "coach", exchange.id, occasion_of(occasion))
    held = [Press("btn.have_talked", ["coach_held", exchange.id])] if asked and asked.status == "done" else []
    return [*(held if occasion == AFTER else []), Press("btn.coach", ["coach", exchange.id, occasion], text=label)]


def next_talk(exchange: ExchangeRow) -> str:
    """Which talk comes next."""
    return AFTER if exchange.state in ("finished", "ended_early") else BEFORE


def occasion_of(occasion: str) -> str:
    """The occasion of the conversation in which a note for this talk is written."""
    return f"coach:{occasion}"
