"""Lanes: all that goes to one tenant of one channel. One process at a time holds a lane, and sends what is in it.

So the platform's pace, its "wait" and the order within a conversation are known where they are needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Insert, ScalarSelect, and_, bindparam, delete, func, or_, select, update

from storage.column_types import Moment, Text
from storage.part import FAR, Part, insert_or
from storage.tables import holds, is_one_of, lanes, outbox

Asked = Mapping[str, float]
"""Seconds for which a platform still wants to be left alone, by what that is about."""

_head = outbox.alias("head")
_next = outbox.alias("next")


_PLACE = ("channel", "tenant", "rank")


def _first(*conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    """The pending row that comes first along the index."""
    in_order = [_next.c[name] for name in (*_PLACE, "not_before", "order")]
    pending = select(_next.c.order).where(is_one_of(_next.c.state, "pending"), *conditions)
    return pending.order_by(*in_order).limit(1).correlate(_head).scalar_subquery()


def _after(shared: int) -> ScalarSelect[int]:
    """The first row behind the head's lane and rank that has so many columns of its place in common with the head."""
    same = [_next.c[name] == _head.c[name] for name in _PLACE[:shared]]
    return _first(*same, _next.c[_PLACE[shared]] > _head.c[_PLACE[shared]])


# From the first pending row of a lane and rank to that of the next, along the index: as many steps as there are lanes.
# Compared column by column, for SQLite looks up the first column only when it compares all at once.
_following = func.coalesce(_after(2), _after(1), _after(0)).label("following")
_row = select(*(_head.c[name] for name in (*_PLACE, "not_before")), _following)
_heads = _row.where(_head.c.order == _first()).cte("heads", recursive=True)
_heads = _heads.union_all(_row.join(_heads, _head.c.order == _heads.c.following))
_holder = bindparam("me", type_=Text)
_steady, _far = bindparam("steady", type_=Moment), bindparam("far", type_=Moment)
_IS_FREE = or_(lanes.c.holder == _holder, lanes.c.until < _steady, lanes.c.until > _far)
_DUE = (
    select(_heads.c.channel, _heads.c.tenant, _heads.c.rank, lanes.c.holder, lanes.c.until)
    .outerjoin_from(_heads, lanes, and_(lanes.c.channel == _heads.c.channel, lanes.c.tenant == _heads.c.tenant))
    .where(_heads.c.not_before <= bindparam("now", type_=Moment), or_(lanes.c.holder.is_(None), _IS_FREE))
)
_KEEP = (
    update(lanes)
    .where(
        lanes.c.channel == bindparam("of_channel"),
        lanes.c.tenant == bindparam("of_tenant"),
        lanes.c.holder == _holder,
    )
    .values(until=bindparam("from_now"))
)
_OVER = delete(holds).where(holds.c.until <= _steady)
_ASKED = select(holds.c.what, holds.c.since, holds.c.until).where(
    holds.c.channel == bindparam("of_channel"), holds.c.tenant == bindparam("of_tenant")
)
_RELEASE = delete(lanes).where(lanes.c.holder == _holder)
_FORGET = delete(lanes)


@cache
def _hold(dialect: str) -> Insert:
    new = insert_or(dialect, lanes)
    values = {"holder": new.excluded.holder, "until": new.excluded.until}
    return new.on_conflict_do_update(index_elements=["channel", "tenant"], set_=values, where=_IS_FREE)


@cache
def _ask(dialect: str) -> Insert:
    new = insert_or(dialect, holds)
    values = {"since": new.excluded.since, "until": new.excluded.until}
    # The longest holds, but for one that is from a time still to come.
    counts = or_(holds.c.until < new.excluded.until, holds.c.since > new.excluded.since)
    return new.on_conflict_do_update(index_elements=["channel", "tenant", "what"], set_=values, where=counts)


@dataclass(frozen=True)
class Due:
    """A lane with messages of this rank that may go now. `until` is how long we hold it; None when we do not."""

    channel: str
    tenant: str
    rank: int
    until: datetime | None


class Lanes(Part):
    """Who sends what goes to a tenant. Times are by the steady clock, but for when a message may go."""

    def due(self, now: datetime, steady: datetime, holder: str) -> list[Due]:
        """The lanes that have a message which may go at `now`, and that nobody but `holder` holds."""
        rows = self._all(_DUE, now=now, steady=steady, far=steady + FAR, me=holder)
        return [
            Due(row["channel"], row["tenant"], row["rank"], row["until"] if row["holder"] == holder else None)
            for row in rows
        ]

    def hold(self, channel: str, tenant: str, holder: str, steady: datetime, until: datetime) -> bool:
        """Take the lane, or keep it, until then. False when somebody else holds it."""
        values = {"channel": channel, "tenant": tenant, "holder": holder, "until": until}
        times = {"me": holder, "steady": steady, "far": steady + FAR}
        return self._change(_hold(self._dialect), {**values, **times}) == 1

    def keep(self, keys: Iterable[tuple[str, str]], holder: str, until: datetime) -> None:
        """Keep these lanes until then, those of them that are the holder's."""
        ours = {"me": holder, "from_now": until}
        self._connection.execute(_KEEP, [{"of_channel": name, "of_tenant": tenant, **ours} for name, tenant in keys])

    def ask(self, asked: Mapping[tuple[str, str, str], tuple[datetime, datetime]]) -> None:
        """Note what platforms ask for, by channel, tenant and what it is about: since when, and until when."""
        values = [
            {"channel": channel, "tenant": tenant, "what": what, "since": since, "until": until}
            for (channel, tenant, what), (since, until) in sorted(asked.items())
        ]
        self._connection.execute(_ask(self._dialect), values)

    def sweep(self, steady: datetime) -> int:
        """Forget what platforms asked for that is over; how many."""
        return self._change(_OVER, {"steady": steady})

    def asked(self, channel: str, tenant: str, steady: datetime) -> Asked:
        """What the platform has asked for about a tenant, whoever it asked, and never for longer than it did."""
        rows = self._all(_ASKED, of_channel=channel, of_tenant=tenant)
        left = {row["what"]: row["until"] - max(steady, row["since"]) for row in rows}
        return {what: seconds.total_seconds() for what, seconds in left.items() if seconds > timedelta()}

    def release(self, holder: str) -> int:
        """Let go of all lanes of one holder; how many."""
        return self._change(_RELEASE, {"me": holder})

    def forget(self) -> int:
        """Nobody holds any lane; how many were held."""
        return self._change(_FORGET, {})
