"""What every platform's reception stands on: the conversation behind it, and the people before it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Protocol

from bot.channel import Incoming, Reply
from storage.records import AddressRow
from storage.store import Store

MOST, WITHIN = 30, 60.0
"""So many things in so many seconds, for one person."""

TOO_FAST, LATER = "channel.too_fast", "channel.later"
"""Why somebody is not let in just now."""

WHOLE = ""
"""The key of an error that is about no question."""


class Receives(Protocol):
    """The conversation. Both return after the incoming is on disk, and raise StoreUnavailable if it cannot be."""

    async def accept(self, incoming: Incoming, answered: Callable[[], None] = ...) -> None:
        """Answers a little later, and then calls `answered`."""
        ...

    async def receive(self, incoming: Incoming) -> Reply:
        """Answers at once."""
        ...


class People(Protocol):
    """Who the users of a workspace or a tenant are."""

    async def person_of(self, tenant: str, user: str) -> str:
        """Our id of this user, or "" for one who cannot be a person of ours. Raises NotReached."""
        ...

    async def members(self, tenant: str, people: Iterable[str]) -> Mapping[str, str]:
        """The users that these people of ours are there, by our id."""
        ...


Language = Callable[[str, str], Awaitable[str]]
"""Called with tenant and user: the language to speak with them."""


def language_in(store: Store, channel: str) -> Language:
    """The language of those who are known, and Danish with the others."""

    async def language(tenant: str, user: str) -> str:
        person = await store.run(lambda work: work.people.at(AddressRow(channel, tenant, user)))
        return person.language if person else "da"

    return language
