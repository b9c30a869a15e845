"""What a platform's directory needs of the house: to write down who is new, and to follow what is said anew."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from functools import cache
from typing import Protocol
from zoneinfo import available_timezones

from bot.channel import Address, Newcomer
from bot.channels.text import line
from storage.records import AddressRow, PersonRow
from storage.store import Store, Work

Arrive = Callable[[Work, AddressRow, Newcomer], PersonRow]
"""Writes down somebody new; one who is known stays as they are."""

LookUp = Callable[[Address], Awaitable[Newcomer]]
"""What the platform knows of somebody. Raises NotReached."""

LONGEST_NAME = 80


class Change(Protocol):
    """Carries out what the platform says anew of somebody; nothing when nobody is known there."""

    async def __call__(self, where: AddressRow, *, name: str, zone: str, active: bool) -> None:
        """An empty name or zone changes nothing."""
        ...


async def person_of(store: Store, look_up: LookUp, arrive: Arrive, sender: Address) -> str:
    """The person of ours at this address, written down if need be; empty for one who cannot take part.

    Raises NotReached.
    """
    where = AddressRow(sender.channel, sender.tenant, sender.place)
    known = await store.run(lambda work: work.people.at(where))
    if known is None:
        found = await look_up(sender)
        if found.refused:
            return ""
        known = await store.run(lambda work: arrive(work, where, found))
    return known.id if known.active else ""


def members_of(work: Work, channel: str, tenant: str, people: Iterable[str]) -> dict[str, str]:
    """The users of a workspace or a tenant that people of ours are there, by our id."""
    return {
        person: where.place
        for person in people
        for where in work.people.addresses(person)
        if (where.channel, where.tenant) == (channel, tenant)
    }


def one_line(name: str) -> str:
    """A name as it can be said: in one line, turning no direction of what stands after it, and not too long."""
    return line(name)[:LONGEST_NAME].strip()


def real_zone(name: str) -> str:
    """The time zone of this name; empty when there is none."""
    return name if name in _zones() else ""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
