"""Files to take along, each behind a secret for a while, where a platform has no place for files of its own."""

from __future__ import annotations

from datetime import datetime
from functools import cache

from sqlalchemy import Insert, bindparam, delete, select

from storage.keys import Unreadable
from storage.part import Part, hashed, insert_or
from storage.records import Takeaway
from storage.tables import takeaways

_BEHIND = select(takeaways).where(takeaways.c.hash == bindparam("hash"), takeaways.c.expires > bindparam("now"))
_SWEEP = delete(takeaways).where(takeaways.c.expires <= bindparam("now"))


@cache
def _put(dialect: str) -> Insert:
    add = insert_or(dialect, takeaways)
    changed = {name: add.excluded[name] for name in ("hash", "person", "name", "media_type", "text", "expires")}
    return add.on_conflict_do_update(index_elements=["outgoing", "number"], set_=changed)


class Takeaways(Part):
    """The files. Each is sealed with its person's key; of the secret only a hash is kept."""

    def put(self, secret: str, file: Takeaway, outgoing: str, number: int, expires: datetime) -> None:
        """Keep the file with this number of a message; the secret it had before opens nothing any more."""
        place = hashed(secret)
        self._change(
            _put(self._dialect),
            {
                "hash": place,
                "outgoing": outgoing,
                "number": number,
                "person": file.person,
                "media_type": file.media_type,
                "expires": expires,
                **self._sealed(file.person, "takeaways", place, name=file.name, text=file.text),
            },
        )

    def find(self, secret: str, now: datetime) -> Takeaway | None:
        """The file behind the secret; None when there is none, or it has expired, or its person's key is gone."""
        row = self._first(_BEHIND, hash=hashed(secret), now=now)
        if row is None:
            return None
        name, text = (
            self._keys.show(row["person"], "takeaways", column, row["hash"], row[column]) for column in ("name", "text")
        )
        if isinstance(name, Unreadable) or isinstance(text, Unreadable):
            return None
        return Takeaway(row["person"], name, row["media_type"], text)

    def sweep(self, now: datetime) -> int:
        """Forget the files that have expired; how many."""
        return self._change(_SWEEP, {"now": now})
