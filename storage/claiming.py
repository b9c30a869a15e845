"""Messages on their way: each is its claimer's until its lease, and ends in one of five named states."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Executable, Select, Update, bindparam, case, func, or_, select, update

from storage.column_types import Text
from storage.keys import HOUSE, Unreadable
from storage.part import FAR, Part, among, listed
from storage.prepared import Row
from storage.records import AddressRow, OutboxRow, OutboxState
from storage.tables import is_one_of, outbox

_elder = outbox.alias("elder")
IS_PENDING = is_one_of(outbox.c.state, "pending")
_IS_SENDING = is_one_of(outbox.c.state, "sending")
IS_HELD = is_one_of(outbox.c.state, "held")
WAITS_FOR_TENANT = (
    IS_PENDING,
    # Said too, so that SQLite sees that the queue's index will do.
    is_one_of(outbox.c.state, "pending", "sending"),
    outbox.c.channel == bindparam("to_channel"),
    outbox.c.tenant == bindparam("to_tenant"),
)
WAITS_FOR_PLACE = (*WAITS_FOR_TENANT, outbox.c.place == bindparam("to_place"))
HELD_FOR_TENANT = (IS_HELD, *WAITS_FOR_TENANT[2:])
_LIFT = update(outbox).where(*WAITS_FOR_PLACE, outbox.c.rank != 0).values(rank=0)
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
        IS_PENDING,
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
        IS_PENDING,
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
_END_ANY = _END.where(or_(IS_HELD, IS_PENDING, _IS_SENDING, is_one_of(outbox.c.state, "unknown")))
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


@dataclass(frozen=True)
class _Lease:
    """What a claim gives: to whom, until when, and how many tries it counts for."""

    until: datetime
    by: str
    more: int


class Claiming(Part):
    """What the outbox has on its way. Until its lease a claimed row is its claimer's, who has the row's token."""

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
        lane = {"of_channel": channel, "of_tenant": tenant, "of_rank": rank}
        taken = self._take(_FREE, _Lease(until, token, 1), **lane, now=now, limit=limit)
        if taken:
            # Without the house's key all of them would be given up, and the operator may still find it.
            self._keys.check()
        rows = []
        for row in taken:
            if isinstance(row.payload, Unreadable):
                self.finish(row.id, OutboxState.REFUSED, reason="unreadable")
            else:
                rows.append(row)
        return rows

    def rescue(self, now: datetime, until: datetime, token: str, but: Collection[str], limit: int) -> list[OutboxRow]:
        """Take rows that were being sent when their lease ended: they are `token`'s `until` then. None of `but`.

        Nobody knows whether they went out.
        """
        these = listed(self._dialect, but)
        lease = _Lease(until, token, 0)
        return self._take(_stuck(self._dialect), lease, now=now, far=until + FAR, these=these, limit=limit)

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

    def _lift(self, behind: Sequence[Row], channel: str, tenant: str) -> None:
        """What an urgent message has to wait for is as urgent."""
        if behind:
            lane = {"to_channel": channel, "to_tenant": tenant}
            self._connection.execute(_LIFT, [{**lane, "to_place": row["place"]} for row in behind])

    def _take(self, statement: Executable, lease: _Lease, **values: Any) -> list[OutboxRow]:
        """What `statement` finds, taken."""
        rows = self._rows(statement, lease, **values)
        if rows:
            self._change(
                _take(self._dialect), {"these": listed(self._dialect, [row.id for row in rows]), **vars(lease)}
            )
        return rows

    def _rows(self, statement: Executable, lease: _Lease | None = None, **values: Any) -> list[OutboxRow]:
        """What `statement` finds, as it is, or as it is under `lease`."""
        return [self._row(row, lease) for row in self._connection.execute(statement, values)]

    def _row(self, row: Sequence[Any], lease: _Lease | None) -> OutboxRow:
        # Unpacked, and made in one go: of what a claim takes, this is what takes Python.
        (
            order, id, channel, tenant, place, sealed, kind, subject, state, not_before, not_after, attempts,
            replaces, thread, reference, reason, until, rank, token,
        ) = row  # fmt: skip
        payload = "" if sealed is None else self._keys.show(HOUSE, "outbox", "payload", id, sealed)
        if lease is not None:
            state, until, token, attempts = OutboxState.SENDING, lease.until, lease.by, attempts + lease.more
        return OutboxRow(
            id, AddressRow(channel, tenant, place), payload, kind, subject, OutboxState(state), order, not_before,
            not_after, attempts, replaces, thread, reference, reason, until, rank, token,
        )  # fmt: skip


def _end(id: str, mark: Mark) -> Mapping[str, Any]:
    if mark.state in (OutboxState.HELD, OutboxState.PENDING, OutboxState.SENDING):
        raise ValueError(f"{mark.state} is no end: say when the message goes again.")
    return {"this": id, "end": mark.state, "with_reference": mark.reference, "with_reason": mark.reason}
