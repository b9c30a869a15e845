"""What came in, written down before the platform is thanked for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from sqlalchemy import Insert, RowMapping, bindparam, select, update

from storage.keys import HOUSE, Unreadable
from storage.part import Part, insert_or, without
from storage.records import InboxRow
from storage.tables import inbox, is_one_of

_ONE = select(inbox).where(inbox.c.id == bindparam("this"))
_IS_PENDING = is_one_of(inbox.c.state, "pending")
_PENDING = (
    select(inbox).where(_IS_PENDING).order_by(inbox.c.order).limit(bindparam("limit")).with_for_update(skip_locked=True)
)
_FINISH = update(inbox).where(inbox.c.id == bindparam("this"), _IS_PENDING).values(state=bindparam("end"), payload=None)
_SET_ASIDE = update(inbox).where(inbox.c.id == bindparam("this"), _IS_PENDING).values(state="poison")
_FAILED = (
    update(inbox)
    .where(inbox.c.id == bindparam("this"), _IS_PENDING)
    .values(attempts=inbox.c.attempts + 1)
    .returning(inbox.c.attempts)
)


@cache
def _add(dialect: str) -> Insert:
    return insert_or(dialect, inbox).on_conflict_do_nothing(index_elements=["channel", "event"])


class Inbox(Part):
    """Received things: pending, then done or poison. Of one that is done only event id and state remain."""

    def add(self, id: str, channel: str, event: str, payload: str) -> str | None:
        """Keep what came; its id, or None when this event of the channel was here before."""
        values = {
            "id": id,
            "channel": channel,
            "event": event,
            "state": "pending",
            "attempts": 0,
            **self._sealed(HOUSE, "inbox", id, payload=payload),
        }
        return id if self._change(_add(self._dialect), values) else None

    def pending(self, limit: int) -> list[InboxRow]:
        """What is still to be done, the oldest first. One that cannot be read is set aside as poison.

        Raises Sealed when the master keys do not fit.
        """
        return list(self._readable(self._all(_PENDING, limit=limit)))

    def get(self, id: str) -> InboxRow:
        """The received thing called `id`. Raises NotFound."""
        return self._row(self._the(_ONE, this=id))

    def done(self, id: str) -> None:
        """It has had its effect: empty the payload. Harmless when it is finished already."""
        self._change(_FINISH, {"this": id, "end": "done"})

    def failed(self, id: str, attempts_max: int = 5) -> bool:
        """Count a failed attempt. True when it was the last one: set aside as poison, its payload kept sealed."""
        row = self._first(_FAILED, this=id)
        if row is None or row["attempts"] < attempts_max:
            return False
        self._change(_SET_ASIDE, {"this": id})
        return True

    def _readable(self, rows: Sequence[RowMapping]) -> Iterator[InboxRow]:
        if rows:
            # Without the house's key all of them would be given up, and the operator may still find it.
            self._keys.check()
        for row in map(self._row, rows):
            if isinstance(row.payload, Unreadable):
                self._change(_SET_ASIDE, {"this": row.id})
            else:
                yield row

    def _row(self, row: RowMapping) -> InboxRow:
        sealed = row["payload"]
        payload = "" if sealed is None else self._keys.show(HOUSE, "inbox", "payload", row["id"], sealed)
        return InboxRow(**without(row, "order", "payload"), payload=payload)
