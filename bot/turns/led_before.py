"""Who has led an exchange and does so no more: it is noted, and said to them when they press something old."""

from __future__ import annotations

from collections.abc import Collection

from bot.moment import Moment
from bot.places import hosts_of
from bot.turns.people import told
from dialogs.model import Say
from storage.records import ExchangeRow, PersonRow

MARK = "led:"
"""How the note begins; the exchange's id follows."""


def note(moment: Moment, exchange: ExchangeRow, before: PersonRow) -> None:
    """Notes who led before. Whoever leads again later has a part in it all the same."""
    told(moment, before, MARK + exchange.id)


def closed(moment: Moment, exchange: ExchangeRow) -> Say:
    """What an old card says then."""
    return Say("new_leader.closed", {"name": moment.first_name(exchange.employee)})


def no_longer(moment: Moment, person: PersonRow, ids: Collection[str]) -> str:
    """The sentence for somebody who once led one of these exchanges and has no part in it now; empty for all others."""
    for id in (id for id in ids if MARK + id in person.told):
        exchange = moment.work.exchanges.find(id)
        if exchange is not None and person.id not in (exchange.employee, exchange.leader, *hosts_of(exchange)):
            return moment.words.say(person.language, closed(moment, exchange))
    return ""
