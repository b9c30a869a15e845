"""What goes out, written down with the change that causes it; each row ends in one of five named states."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, RowMapping, Select, Update, bindparam, case, func, insert, or_, select, update

from storage.column_types import Text
from storage.ids import new_id
from storage.keys import HOUSE, Unreadable
from storage.part import Part, among, listed
from storage.records import AddressRow, OutboxRow, OutboxState
from storage.tables import is_one_of, outbox

MOST_STEPS = 1000
"""A conversation has not so many in one place."""

MOST_EXPIRED = 500
"""Messages that expire at a time."""

FAR = timedelta(minutes=10)
"""No lease is so long: who gave it had another time."""

_elder = outbox.alias("elder")
_IS_PENDING = is_one_of(outbox.c.state, "pending")
_IS_SENDING = is_one_of(outbox.c.state, "sending")
_ADD = insert(outbox).returning(outbox.c.order)
_ONE = select(outbox).where(outbox.c.id == bindparam("this"))
_REFERENCE = select(outbox.c.reference).where(outbox.c.id == bindparam("this"))
_REPLACED = select(outbox.c.replaces).where(outbox.c.id == bindparam("this"))
_NEXT = select(outbox.c.not_before).where(_IS_PENDING).order_by(outbox.c.not_before).limit(1)
_UNKNOWN = select(outbox).where(is_one_of(outbox.c.state, "unknown")).order_by(outbox.c.order)
_LATE = (
    select(outbox.c.id)
    .where(_IS_PENDING, outbox.c.not_after < bindparam("now"))
    .order_by(outbox.c.not_after)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_EXPIRE = (
    update(outbox)
    .where(_IS_PENDING, outbox.c.id.in_(_LATE.scalar_subquery()))
    .values(state=OutboxState.EXPIRED, payload=None)
    .returning(*outbox.c)
)
_LIFT = (
    update(outbox)
    .where(
        _IS_PENDING,
        # Said too, so that SQLite sees that the queue's index will do.
        is_one_of(outbox.c.state, "pending", "sending"),
        outbox.c.channel == bindparam("to_channel"),
        outbox.c.tenant == bindparam("to_tenant"),
        outbox.c.place == bindparam("to_place"),
        outbox.c.rank != 0,
    )
    .values(rank=0)
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
# The first that an address waits for. With a limit it is looked up row by row, along the index: as a join, a database
# that knows nothing of the table yet would compare each row of the lane with each other.
_front = (
    select(_elder.c.order)
    .where(
        _elder.c.channel == outbox.c.channel,
        _elder.c.tenant == outbox.c.tenant,
        _elder.c.place == outbox.c.place,
        is_one_of(_elder.c.state, "pending", "sending"),
    )
    .order_by(_elder.c.order)
    .limit(1)
    .correlate(outbox)
    .scalar_subquery()
)
_FREE = (
    select(outbox)
    .where(
        _IS_PENDING,
        outbox.c.channel == bindparam("of_channel"),
        outbox.c.tenant == bindparam("of_tenant"),
        outbox.c.rank == bindparam("of_rank"),
        outbox.c.not_before <= bindparam("now"),
        or_(outbox.c.not_after.is_(None), outbox.c.not_after >= bindparam("now")),
        outbox.c.order == _front,
    )
    .order_by(outbox.c.not_before, outbox.c.order)
    .limit(bindparam("limit"))
    .with_for_update(of=outbox, skip_locked=True)
)
_BEHIND = (
    select(outbox.c.place)
    .distinct()
    .where(
        _IS_PENDING,
        outbox.c.channel == bindparam("of_channel"),
        outbox.c.tenant == bindparam("of_tenant"),
        outbox.c.rank == 0,
        outbox.c.not_before <= bindparam("now"),
        outbox.c.order != _front,
    )
    .limit(bindparam("limit"))
)
_EMPTIED = case((bindparam("end", type_=Text) == "unknown", outbox.c.payload), else_=None)
_END = (
    update(outbox)
    .where(outbox.c.id == bindparam("this"))
    .values(
        state=bindparam("end", type_=Text),
        reference=bindparam("with_reference"),
        reason=bindparam("with_reason"),
        payload=_EMPTIED,
        lease=None,
        token="",
    )
)
# In one statement, where each would be a trip to the server.
_given = (
    func.unnest(*(bindparam(name, type_=ARRAY(Text)) for name in ("this", "end", "with_reference", "with_reason")))
    .table_valued("this", "end", "reference", "reason")
    .render_derived(name="given")
)
_END_ALL = (
    update(outbox)
    .where(outbox.c.id == _given.c.this)
    .values(
        state=_given.c.end,
        reference=_given.c.reference,
        reason=_given.c.reason,
        payload=case((_given.c.end == "unknown", outbox.c.payload), else_=None),
        lease=None,
        token="",
    )
)
_END_ANY = _END.where(or_(_IS_PENDING, _IS_SENDING, is_one_of(outbox.c.state, "unknown")))
_LATER = (
    update(outbox)
    .where(outbox.c.id == bindparam("this"))
    .values(
        state=OutboxState.PENDING,
        not_before=bindparam("from_then"),
        attempts=outbox.c.attempts - bindparam("uncounted"),
        lease=None,
        token="",
    )
)


@cache
def _take(dialect: str) -> Update:
    return (
        update(outbox)
        .where(among(dialect, outbox.c.id, "these"))
        .values(
            state=OutboxState.SENDING,
            attempts=outbox.c.attempts + bindparam("more"),
            lease=bindparam("until"),
            token=bindparam("by"),
        )
    )


@cache
def _put_back(dialect: str) -> Update:
    return (
        update(outbox)
        .where(_IS_SENDING, among(dialect, outbox.c.token, "these"))
        .values(state=OutboxState.PENDING, attempts=outbox.c.attempts - 1, lease=None, token="")
    )


@cache
def _references(dialect: str) -> Select[Any]:
    return select(outbox.c.id, outbox.c.reference).where(among(dialect, outbox.c.id, "these"))


@cache
def _on_their_way(dialect: str) -> Select[Any]:
    return (
        select(outbox.c.id, outbox.c.token)
        .where(_IS_SENDING, among(dialect, outbox.c.id, "these"))
        .order_by(outbox.c.order)
        .with_for_update()
    )


@cache
def _stuck(dialect: str) -> Select[Any]:
    return (
        select(outbox)
        .where(
            _IS_SENDING,
            or_(outbox.c.lease < bindparam("now"), outbox.c.lease > bindparam("far")),
            ~among(dialect, outbox.c.id, "these"),
        )
        .order_by(outbox.c.lease, outbox.c.order)
        .limit(bindparam("limit"))
        .with_for_update(skip_locked=True)
    )


@dataclass(frozen=True)
class Mark:
    """What became of the message `id`, claimed with `token`: an end, or PENDING when it goes again at `not_before`.

    `counts`: that it did not go now was one of the few tries that it has.
    """

    id: str
    token: str
    state: OutboxState
    reference: str = ""
    reason: str = ""
    not_before: datetime | None = None
    counts: bool = True


class Outbox(Part):
    """Outgoing things. Until its lease a claimed row is its claimer's, who has the row's token."""

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
        *,
        urgent: bool = False,
    ) -> OutboxRow:
        """Queue a message. It goes after `not_before`, behind what its address is still waiting for.

        One that is `urgent` goes before all that is not, and what it must go behind is claimed as early.
        """
        row = OutboxRow(
            id or new_id(), to, payload, kind, subject, OutboxState.PENDING, order=0, not_before=not_before,
            not_after=not_after, attempts=0, replaces=replaces, thread=thread, rank=0 if urgent else 1,
        )  # fmt: skip
        values = {**vars(row), **vars(to), **self._sealed(HOUSE, "outbox", row.id, payload=payload)}
        del values["order"], values["to"]
        added = self._the(_ADD, **values)
        return replace(row, order=added["order"])

    def expire(self, now: datetime) -> list[OutboxRow]:
        """End what would come too late: up to MOST_EXPIRED pending rows past their `not_after`."""
        return self._rows(self._all(_EXPIRE, now=now, limit=MOST_EXPIRED))

    def claim(
        self, channel: str, tenant: str, rank: int, now: datetime, limit: int, until: datetime, token: str
    ) -> list[OutboxRow]:
        """Take up to `limit` rows of a lane that are due at `now`, the oldest first: they are `token`'s `until` then.

        One per address and none before its elders, none past its `not_after`. One whose text cannot be read is
        refused, "unreadable". Raises Sealed when the master keys do not fit.
        """
        if rank == 0:
            # Not when the urgent one was added: each turn would look among what all the others add.
            self._lift(self._all(_BEHIND, of_channel=channel, of_tenant=tenant, now=now, limit=limit), channel, tenant)
        due = self._all(_FREE, of_channel=channel, of_tenant=tenant, of_rank=rank, now=now, limit=limit)
        if due:
            # Without the house's key all of them would be given up, and the operator may still find it.
            self._keys.check()
        rows = []
        for row in self._taken(due, until, token, 1):
            if isinstance(row.payload, Unreadable):
                self.finish(row.id, OutboxState.REFUSED, reason="unreadable")
            else:
                rows.append(row)
        return rows

    def rescue(self, now: datetime, until: datetime, token: str, but: Collection[str], limit: int) -> list[OutboxRow]:
        """Take rows that were being sent when their lease ended: they are `token`'s `until` then. None of `but`.

        Nobody knows whether they went out.
        """
        stuck = _stuck(self._dialect)
        these = listed(self._dialect, but)
        rows = self._all(stuck, now=now, far=until + FAR, these=these, limit=limit)
        return self._taken(rows, until, token, 0)

    def put_back(self, tokens: Collection[str]) -> int:
        """Let go of what was claimed with these tokens and not sent; how many."""
        return self._change(_put_back(self._dialect), {"these": listed(self._dialect, tokens)})

    def mark(self, marks: Sequence[Mark]) -> set[str]:
        """Note what became of claimed rows; an end empties the payload, but for one that is unknown.

        The ids of those that were noted: a row whose token is another's by now is left alone.
        """
        these = listed(self._dialect, [mark.id for mark in marks])
        tokens = {row["id"]: row["token"] for row in self._all(_on_their_way(self._dialect), these=these)}
        ours = [mark for mark in marks if tokens.get(mark.id) == mark.token]
        if ends := [_end(mark.id, mark) for mark in ours if mark.not_before is None]:
            if self._dialect == "postgresql":
                self._connection.execute(_END_ALL, {name: [end[name] for end in ends] for name in ends[0]})
            else:
                self._connection.execute(_END, ends)
        if later := [
            {"this": mark.id, "from_then": mark.not_before, "uncounted": 0 if mark.counts else 1}
            for mark in ours
            if mark.not_before is not None
        ]:
            self._connection.execute(_LATER, later)
        return {mark.id for mark in ours}

    def finish(self, id: str, state: OutboxState, reference: str = "", reason: str = "") -> bool:
        """End whatever has no end yet, whosever it is, or an unknown one about which an operator decides.

        False when it has ended.
        """
        return self._change(_END_ANY, _end(id, Mark(id, "", state, reference, reason))) == 1

    def references(self, ids: Collection[str]) -> dict[str, str]:
        """What the platform calls these messages; those that have not been sent have no name."""
        if not ids:
            return {}
        rows = self._all(_references(self._dialect), these=listed(self._dialect, ids))
        return {row["id"]: row["reference"] for row in rows}

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

    def _lift(self, behind: Sequence[RowMapping], channel: str, tenant: str) -> None:
        """What an urgent message has to wait for is as urgent."""
        if behind:
            lane = {"to_channel": channel, "to_tenant": tenant}
            self._connection.execute(_LIFT, [{**lane, "to_place": row["place"]} for row in behind])

    def _taken(self, rows: Sequence[RowMapping], until: datetime, token: str, more: int) -> list[OutboxRow]:
        if not rows:
            return []
        these = listed(self._dialect, [row["id"] for row in rows])
        self._change(_take(self._dialect), {"these": these, "until": until, "by": token, "more": more})
        taken = {"state": OutboxState.SENDING, "lease": until, "token": token}
        return [self._row({**row, **taken, "attempts": row["attempts"] + more}) for row in rows]

    def _rows(self, rows: Sequence[RowMapping]) -> list[OutboxRow]:
        return [self._row(row) for row in rows]

    def _row(self, row: RowMapping | Mapping[str, Any]) -> OutboxRow:
        values = dict(row)
        sealed = values.pop("payload")
        payload = "" if sealed is None else self._keys.show(HOUSE, "outbox", "payload", values["id"], sealed)
        to = AddressRow(values.pop("channel"), values.pop("tenant"), values.pop("place"))
        state = OutboxState(values.pop("state"))
        return OutboxRow(to=to, payload=payload, state=state, **values)


def _end(id: str, mark: Mark) -> Mapping[str, Any]:
    if mark.state in (OutboxState.PENDING, OutboxState.SENDING):
        raise ValueError(f"{mark.state} is no end: say when the message goes again.")
    return {"this": id, "end": mark.state, "with_reference": mark.reference, "with_reason": mark.reason}
