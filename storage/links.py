"""Personal links: who is meant by one, kept as a hash. A person has one at a time."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import Insert, bindparam, delete, select

from storage.part import Part, hashed, insert_or
from storage.tables import links

_OPENED_BY = select(links.c.person).where(links.c.hash == bindparam("hash"), links.c.expires > bindparam("now"))
_OF = select(links.c.expires).where(links.c.person == bindparam("person"), links.c.expires > bindparam("now"))
_REMOVE = delete(links).where(links.c.person == bindparam("person"))


@cache
def _put(dialect: str) -> Insert:
    add = insert_or(dialect, links)
    changed = {name: add.excluded[name] for name in ("hash", "expires")}
    return add.on_conflict_do_update(index_elements=["person"], set_=changed)


class Links(Part):
    """The links that open a page of one's own, for people who are on no platform."""

    def put(self, person_id: str, secret: str, expires: datetime) -> None:
        """Keep a person's new link; the one before opens nothing any more."""
        self._change(_put(self._dialect), {"person": person_id, "hash": hashed(secret), "expires": expires})

    def person(self, secret: str, now: datetime) -> str:
        """The id of the person whose link has this secret; empty when it is nobody's, or has expired."""
        row = self._first(_OPENED_BY, hash=hashed(secret), now=now)
        return str(row["person"]) if row else ""

    def expires(self, person_id: str, now: datetime) -> datetime | None:
        """Until when the person's link opens their page; None when there is none that does."""
        row = self._first(_OF, person=person_id, now=now)
        return row["expires"] if row else None

    def remove(self, person_id: str) -> bool:
        """The person's link opens nothing any more. False when there was none."""
        return self._change(_REMOVE, {"person": person_id}) > 0
