"""What came in, written down before the platform is thanked for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Insert, Select, Update, bindparam, or_, select, update

from storage.keys import HOUSE, Unreadable
from storage.part import Part, among, insert_or, listed, without
from storage.prepared import Row
from storage.records import InboxRow
from storage.tables import inbox, is_one_of

_ONE = select(inbox).where(inbox.c.id == bindparam("this"))
_IS_PENDING = is_one_of(inbox.c.state, "pending")
_IS_POISON = is_one_of(inbox.c.state, "poison")
_PENDING = select(inbox).where(_IS_PENDING).order_by(inbox.c.order).limit(bindparam("limit"))
_RELEASE = update(inbox).where(_IS_PENDING, inbox.c.lease.is_not(None)).values(lease=None)
_FINISH = (
    update(inbox)
    .where(inbox.c.id == bindparam("this"), _IS_PENDING)
    .values(state="done", payload=None, lease=None, since=None)
)
_SET_ASIDE = update(inbox).where(inbox.c.id == bindparam("this"), _IS_PENDING).values(state="poison", lease=None)
_FAILED = (
    update(inbox)
    .where(inbox.c.id == bindparam("this"), _IS_PENDING)
    .values(attempts=inbox.c.attempts + 1)
    .returning(inbox.c.attempts)
)
_POISON = select(inbox).where(_IS_POISON).order_by(inbox.c.order).limit(bindparam("limit"))
_RETRY = (
    update(inbox).where(inbox.c.id == bindparam("this"), _IS_POISON).values(state="pending", attempts=0, lease=None)
)


@cache
def _free(dialect: str) -> Select[Any]:
    nobodys = or_(
        inbox.c.lease.is_(None),
        inbox.c.lease <= bindparam("now"),
        # No lease is so long: the clock that gave it stood wrong.
        inbox.c.lease > bindparam("absurd"),
        among(dialect, inbox.c.id, "owed"),
    )
    return _PENDING.where(nobodys).with_for_update(skip_locked=True)


@cache
def _lease(dialect: str) -> Update:
    return update(inbox).where(_IS_PENDING, among(dialect, inbox.c.id, "these")).values(lease=bindparam("until"))


@cache
def _add(dialect: str) -> Insert:
    return insert_or(dialect, inbox).on_conflict_do_nothing(index_elements=["channel", "event"])


class Inbox(Part):
    """Received things: pending, then done or poison. Of one that is done only event id and state remain."""

    def add(
        self,
        id: str,
        channel: str,
        event: str,
        payload: str,
        lease: datetime | None = None,
        since: datetime | None = None,
    ) -> str | None:
        """Keep what came `since` then, whoever keeps it answering it until `lease`.

        Its id, or None when this event of the channel was here before.
        """
        values = {
            "id": id,
            "channel": channel,
            "event": event,
            "state": "pending",
            "attempts": 0,
            "lease": lease,
            "since": since,
            **self._sealed(HOUSE, "inbox", id, payload=payload),
        }
        return id if self._change(_add(self._dialect), values) else None

    def take(self, now: datetime, limit: int, until: datetime, owed: Collection[str] = ()) -> list[InboxRow]:
        """What is to be done and nobody does just now, the oldest first: it is the caller's until then.

        `owed` are ids that the caller may take whatever their lease says. One that cannot be read is set aside as
        poison. Raises Sealed when the master keys do not fit.
        """
        absurd, dialect = until + (until - now), self._dialect
        free = self._all(_free(dialect), now=now, limit=limit, absurd=absurd, owed=listed(dialect, owed))
        rows = list(self._readable(free))
        if rows:
            self._change(_lease(dialect), {"these": listed(dialect, (row.id for row in rows)), "until": until})
        return rows

    def release(self) -> int:
        """Nobody does anything just now: every lease is over. How many were not."""
        return self._change(_RELEASE, {})

    def pending(self, limit: int) -> list[InboxRow]:
        """What is still to be done, the oldest first, whoever does it. One that cannot be read is set aside as poison.

        Raises Sealed when the master keys do not fit.
        """
        return list(self._readable(self._all(_PENDING, limit=limit)))

    def get(self, id: str) -> InboxRow:
        """The received thing called `id`. Raises NotFound."""
        return self._row(self._the(_ONE, this=id))

    def done(self, id: str) -> bool:
        """It has its effect in this transaction: empty the payload. False when it was finished or set aside before."""
        return self._change(_FINISH, {"this": id}) == 1

    def failed(self, id: str, attempts_max: int = 5) -> bool:
        """Count a failed attempt. True when it was the last one: set aside as poison, its payload kept sealed."""
        row = self._first(_FAILED, this=id)
        if row is None or row["attempts"] < attempts_max:
            return False
        self._change(_SET_ASIDE, {"this": id})
        return True

    def set_aside(self, limit: int = 100) -> list[InboxRow]:
        """What is poison, the oldest first. What is in it stays sealed: the payloads are empty here."""
        return [InboxRow(**without(row, "order", "payload"), payload="") for row in self._all(_POISON, limit=limit)]

    def retry(self, id: str) -> bool:
        """Have what was set aside done once more, as if it had just come; False when there is no such thing."""
        return self._change(_RETRY, {"this": id}) == 1

    def _readable(self, rows: Sequence[Row]) -> Iterator[InboxRow]:
        if rows:
            # Without the house's key all of them would be given up, and the operator may still find it.
            self._keys.check()
        for row in map(self._row, rows):
            if isinstance(row.payload, Unreadable):
                self._change(_SET_ASIDE, {"this": row.id})
            else:
                yield row

    def _row(self, row: Row) -> InboxRow:
        sealed = row["payload"]
        payload = "" if sealed is None else self._keys.show(HOUSE, "inbox", "payload", row["id"], sealed)
        return InboxRow(**without(row, "order", "payload"), payload=payload)
