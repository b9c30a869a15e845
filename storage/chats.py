"""How places are reached on a platform that has no one address for all of them."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Insert, bindparam, delete, select

from storage.part import Part, insert_or
from storage.records import Chat
from storage.tables import chats

_IN = (chats.c.channel == bindparam("channel")) & (chats.c.tenant == bindparam("tenant"))
_HERE = _IN & (chats.c.place == bindparam("place"))
_ONE = select(chats).where(_HERE)
_ALL = select(chats).where(_IN).order_by(chats.c.place)
_REMOVE = delete(chats).where(_HERE)


@cache
def _put(dialect: str) -> Insert:
    add = insert_or(dialect, chats)
    changed = {name: add.excluded[name] for name in ("chat", "user", "service", "state", "touched")}
    return add.on_conflict_do_update(index_elements=["channel", "tenant", "place"], set_=changed)


class Chats(Part):
    """One row a place: a second chat with the same person takes the place of the first."""

    def put(self, chat: Chat) -> None:
        """Keep how the place is reached now."""
        self._change(_put(self._dialect), vars(chat))

    def find(self, channel: str, tenant: str, place: str) -> Chat | None:
        """How the place is reached, if that is known."""
        row = self._first(_ONE, channel=channel, tenant=tenant, place=place)
        return Chat(**row) if row else None

    def all(self, channel: str, tenant: str) -> list[Chat]:
        """Every place of one tenant."""
        return [Chat(**row) for row in self._all(_ALL, channel=channel, tenant=tenant)]

    def remove(self, channel: str, tenant: str, place: str) -> None:
        """Forget the place; one that is not there is harmless."""
        self._change(_REMOVE, {"channel": channel, "tenant": tenant, "place": place})
