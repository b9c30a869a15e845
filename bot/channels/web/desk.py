"""What the playground asks of the house. The composition root gives it; a test gives a small fake."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from bot.channel import Incoming, Reply

LANGUAGES = ("da", "nb", "en")
ROLES = ("employee", "leader", "host", "hr")

Receive = Callable[[Incoming], Awaitable[Reply]]
"""Takes one thing a person did and gives what belongs in the same request."""

Masked = Callable[[str], str]
"""A text with every identifier in it hidden."""


@dataclass(frozen=True)
class PersonCard:
    """A person as the playground lists them. `place` is their address on the playground."""

    id: str
    name: str
    role: str
    unit: str
    language: str
    place: str
    zone: str = "Europe/Copenhagen"


@dataclass(frozen=True)
class Seen:
    """One answer of a person. `readers` are the names who can read it now; empty when only the person can."""

    occasion_title: str
    question: str
    text: str
    day: date
    code: str
    class_sentence: str
    readers: list[str]


class Words(Protocol):
    """The sentences of the product, by language and key."""

    def text(self, language: str, key: str, values: Mapping[str, Any]) -> str:
        """The sentence, its placeholders filled."""
        ...


class Desk(Protocol):
    """The house, seen from the playground."""

    async def people(self) -> list[PersonCard]:
        """Everybody who can be played."""
        ...

    async def add_person(self, name: str, role: str, unit: str, language: str) -> PersonCard:
        """Adds somebody, and gives them an address on the playground."""
        ...

    async def channels(self) -> list[str]:
        """The places of the channels that everybody reads, for example "#jobdating"."""
        ...

    async def who_sees(self, person_id: str, language: str) -> list[Seen]:
        """Every answer of a person with its readers, in `language`."""
        ...

    async def now(self) -> datetime:
        """The playground's time."""
        ...

    async def next_event(self) -> datetime | None:
        """When something happens next by itself, if anything does."""
        ...

    async def move_to(self, moment: datetime) -> None:
        """Moves the clock forward. All that is due on the way happens, in order."""
        ...
