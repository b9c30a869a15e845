"""What goes out, written down with the change that causes it; each row ends in one of five named states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, bindparam, insert, or_, select, update

from storage.ids import new_id
from storage.keys import HOUSE, Unreadable
from storage.part import Part, address, without
from storage.records import AddressRow, OutboxRow, OutboxState
from storage.tables import is_one_of, outbox

MOST_STEPS = 1000
"""A conversation has not so many in one place."""

_elder = outbox.alias("elder")
_IS_PENDING = is_one_of(outbox.c.state, "pending")
_IS_SENDING = is_one_of(outbox.c.state, "sending")
_ADD = insert(outbox).returning(outbox.c.order)
_ONE = select(outbox).where(outbox.c.id == bindparam("this"))
_REFERENCE = select(outbox.c.reference).where(outbox.c.id == bindparam("this"))
_REPLACED = select(outbox.c.replaces).where(outbox.c.id == bindparam("this"))
_NEXT = select(outbox.c.not_before).where(_IS_PENDING).order_by(outbox.c.not_before).limit(1)
_STUCK = (
    select(outbox)
    .where(_IS_SENDING, outbox.c.lease < bindparam("now"))
    .order_by(outbox.c.lease, outbox.c.order)
    .with_for_update(skip_locked=True)
)
_UNKNOWN = select(outbox).where(is_one_of(outbox.c.state, "unknown")).order_by(outbox.c.order)
_EXPIRE = (
    update(outbox)
    .where(_IS_PENDING, outbox.c.not_after < bindparam("now"))
    .values(state=OutboxState.EXPIRED, payload=None)
)
_CANCEL = (
    update(outbox)
    .where(_IS_PENDING, outbox.c.subject == bindparam("of_subject"))
    .values(state=OutboxState.CANCELLED, payload=None)
)
_CANCEL_TO = (
    update(outbox)
    .where(
        _IS_PENDING,
        # Said too, so that SQLite sees that the queue's index will do.
        is_one_of(outbox.c.state, "pending", "sending"),
        outbox.c.channel == bindparam("to_channel"),
        outbox.c.tenant == bindparam("to_tenant"),
    )
    .values(state=OutboxState.CANCELLED, payload=None)
)
_CANCEL_TO_PLACE = _CANCEL_TO.where(outbox.c.place == bindparam("to_place"))
_WAKE = (
    update(outbox)
    .where(
        _IS_PENDING,
        is_one_of(outbox.c.state, "pending", "sending"),
        outbox.c.channel == bindparam("to_channel"),
        outbox.c.tenant == bindparam("to_tenant"),
        outbox.c.place == bindparam("to_place"),
        outbox.c.not_before > bindparam("now"),
    )
    .values(not_before=bindparam("now"))
)
_CLAIMABLE = (
    select(outbox)
    .where(_IS_PENDING, outbox.c.not_before <= bindparam("now"))
    .where(
        ~select(_elder.c.order)
        .where(
            _elder.c.channel == outbox.c.channel,
            _elder.c.tenant == outbox.c.tenant,
            _elder.c.place == outbox.c.place,
            _elder.c.order < outbox.c.order,
            is_one_of(_elder.c.state, "pending", "sending"),
        )
        .exists()
    )
    .order_by(outbox.c.not_before, outbox.c.order)
    .limit(bindparam("limit"))
    .with_for_update(of=outbox, skip_locked=True)
)
_CLAIM = (
    update(outbox)
    .where(outbox.c.id == bindparam("this"))
    .values(state=OutboxState.SENDING, attempts=outbox.c.attempts + 1, lease=bindparam("until"))
)
_END = (
    update(outbox)
    .where(outbox.c.id == bindparam("this"))
    .values(
        state=bindparam("end"),
        reference=bindparam("with_reference"),
        reason=bindparam("with_reason"),
        payload=None,
        lease=None,
    )
)
_UNDER_OUR_LEASE = _IS_SENDING & (outbox.c.lease == bindparam("our_lease"))
_END_OURS = _END.where(_UNDER_OUR_LEASE)
_END_ANY = _END.where(or_(_IS_PENDING, _IS_SENDING, is_one_of(outbox.c.state, "unknown")))
_LATER = (
    update(outbox)
    .where(outbox.c.id == bindparam("this"), _UNDER_OUR_LEASE)
    .values(
        state=OutboxState.PENDING,
        not_before=bindparam("from_then"),
        attempts=outbox.c.attempts - bindparam("uncounted"),
        lease=None,
    )
)


class Outbox(Part):
    """Outgoing things. A lease is the moment until which a row is its claimer's; each claim has its own."""

    def add(
        self,
        to: AddressRow,
        payload: str,
        kind: str,
        subject: str,
        not_before: datetime,
        not_after: datetime | None = None,
        replaces: str = "",
        thread: str = "",
        id: str | None = None,
    ) -> OutboxRow:
        """Queue a message. It goes after `not_before`, behind what its address is still waiting for."""
        row = OutboxRow(
            id or new_id(), to, payload, kind, subject, OutboxState.PENDING,
            order=0, not_before=not_before, not_after=not_after, attempts=0, replaces=replaces, thread=thread,
        )  # fmt: skip
        values = {**vars(row), **vars(to), **self._sealed(HOUSE, "outbox", row.id, payload=payload)}
        del values["order"], values["to"]
        added = self._the(_ADD, **values)
        return replace(row, order=added["order"])

    def claim(self, now: datetime, limit: int, lease_seconds: float = 30) -> list[OutboxRow]:
        """Take up to `limit` due rows for sending, the oldest first, one per address, none before its elders.

        Rows past `not_after` become expired, and one whose text cannot be read is refused, "unreadable".
        Raises Sealed when the master keys do not fit.
        """
        self._change(_EXPIRE, {"now": now})
        due = self._all(_CLAIMABLE, now=now, limit=limit)
        if due:
            # Without the house's key all of them would be given up, and the operator may still find it.
            self._keys.check()
        claimed = []
        for row in self._rows(due):
            if isinstance(row.payload, Unreadable):
                self.finish(row.id, OutboxState.REFUSED, reason="unreadable")
                continue
            # One microsecond an attempt makes each claim's lease its own, also when the clock stands still.
            lease = now + timedelta(seconds=lease_seconds, microseconds=row.attempts)
            claimed.append(replace(row, state=OutboxState.SENDING, lease=lease, attempts=row.attempts + 1))
        if claimed:
            self._connection.execute(_CLAIM, [{"this": row.id, "until": row.lease} for row in claimed])
        return claimed

    def finish(
        self,
        id: str,
        state: OutboxState,
        reference: str = "",
        reason: str = "",
        lease: datetime | None = None,
    ) -> bool:
        """End the row and empty its payload. False when it has ended, or `lease` is given and no longer ours.

        Without a lease it ends whatever has no end yet, and an unknown one that an operator decides about.
        """
        if state in (OutboxState.PENDING, OutboxState.SENDING):
            raise ValueError(f"{state} is no end: use `later` to put the message back.")
        values = {"this": id, "end": state, "with_reference": reference, "with_reason": reason}
        if lease is None:
            return self._change(_END_ANY, values) == 1
        return self._change(_END_OURS, {**values, "our_lease": lease}) == 1

    def later(self, id: str, not_before: datetime, lease: datetime, *, counts: bool = True) -> bool:
        """Put a claimed row back until `not_before`. False when the lease is no longer ours.

        `counts`: this was an attempt.
        """
        values = {"this": id, "from_then": not_before, "our_lease": lease, "uncounted": 0 if counts else 1}
        return self._change(_LATER, values) == 1

    def stuck(self, now: datetime) -> list[OutboxRow]:
        """Rows still being sent after their lease: nobody knows whether they went out."""
        return self._rows(self._all(_STUCK, now=now))

    def get(self, id: str) -> OutboxRow:
        """The message called `id`. Raises NotFound."""
        return self._rows([self._the(_ONE, this=id)])[0]

    def reference(self, id: str) -> str:
        """What the platform calls the message, empty when it has not been sent."""
        row = self._first(_REFERENCE, this=id)
        return row["reference"] if row else ""

    def took_place(self, id: str, of: str) -> bool:
        """Whether the message stands where the message `of` stood: it is that one, or took its place in some steps."""
        for _ in range(MOST_STEPS):
            if id in ("", of):
                return id == of != ""
            row = self._first(_REPLACED, this=id)
            id = row["replaces"] if row else ""
        return False

    def cancel(self, subject: str) -> int:
        """Cancel what is pending about `subject`; how many."""
        return self._change(_CANCEL, {"of_subject": subject})

    def cancel_to(self, channel: str, tenant: str, place: str = "") -> int:
        """Cancel what is pending for one place, or for every place of `tenant`; how many."""
        values = {"to_channel": channel, "to_tenant": tenant}
        if place:
            return self._change(_CANCEL_TO_PLACE, {**values, "to_place": place})
        return self._change(_CANCEL_TO, values)

    def wake(self, channel: str, tenant: str, place: str, now: datetime) -> int:
        """Let what waits for one place go now, for it can be reached again; how many."""
        return self._change(_WAKE, {"to_channel": channel, "to_tenant": tenant, "to_place": place, "now": now})

    def next_at(self) -> datetime | None:
        """When the next pending row may go, if there is one."""
        row = self._first(_NEXT)
        return row["not_before"] if row else None

    def unknown(self) -> list[OutboxRow]:
        """Rows of which nobody knows whether they went out, the oldest first."""
        return self._rows(self._all(_UNKNOWN))

    def _rows(self, rows: Sequence[RowMapping]) -> list[OutboxRow]:
        return [self._row(row) for row in rows]

    def _row(self, row: RowMapping) -> OutboxRow:
        fields = without(row, "channel", "tenant", "place", "payload", "state")
        sealed = row["payload"]
        payload = "" if sealed is None else self._keys.show(HOUSE, "outbox", "payload", row["id"], sealed)
        return OutboxRow(to=address(row), payload=payload, state=OutboxState(row["state"]), **fields)
