"""What a platform's directory needs of the house: to write down who is new, and to follow what is said anew."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Protocol
from zoneinfo import available_timezones

from bot.channel import Newcomer
from storage.records import AddressRow, PersonRow
from storage.store import Work

Arrive = Callable[[Work, AddressRow, Newcomer], PersonRow]
"""Writes down somebody new; one who is known stays as they are."""

LONGEST_NAME = 80


class Change(Protocol):
    """Carries out what the platform says anew of somebody; nothing when nobody is known there."""

    async def __call__(self, where: AddressRow, *, name: str, zone: str, active: bool) -> None:
        """An empty name or zone changes nothing."""
        ...


def one_line(name: str) -> str:
    """A name as it can be said: in one line, and not too long for it."""
    return " ".join(name.split())[:LONGEST_NAME].strip()


def real_zone(name: str) -> str:
    """The time zone of this name; empty when there is none."""
    return name if name in _zones() else ""


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
