"""What is due, and when: at most one prompt of a kind per recipient, subject and local day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Insert,
    Update,
    and_,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from storage.part import FAR, Part, among, insert_or, listed
from storage.records import PromptRow
from storage.tables import is_one_of, prompts

_IS_PENDING = is_one_of(prompts.c.state, "pending")
_NOBODYS = {"lease": None, "token": ""}
_due_at: ColumnElement[datetime] = func.coalesce(prompts.c.lease, prompts.c.at)
_ONE = select(prompts).where(prompts.c.id == bindparam("this"))
_PLANNED = select(prompts).where(
    prompts.c.recipient == bindparam("recipient"),
    prompts.c.subject == bindparam("subject"),
    prompts.c.kind.in_(bindparam("kinds", expanding=True)),
)
_MOVE = (
    update(prompts)
    .where(prompts.c.id == bindparam("this"))
    .values(at=bindparam("to_at"), data=bindparam("to_data"), **_NOBODYS)
)
_PUT_OFF = (
    update(prompts).where(prompts.c.id == bindparam("this"), _IS_PENDING).values(at=bindparam("to_at"), **_NOBODYS)
)
_PUT_OFF_TO_DAY = _PUT_OFF.values(day=bindparam("to_day"))
_DROP = delete(prompts).where(prompts.c.id == bindparam("this"))
_DUE = (
    select(prompts)
    .where(_IS_PENDING, prompts.c.at <= bindparam("now"))
    .order_by(prompts.c.at, prompts.c.id)
    .limit(bindparam("limit"))
)
# All but the lease and the token, which come last.
_AS_TAKEN = [prompts.c[field.name] for field in fields(PromptRow)][:-2]
_FREE = (
    select(*_AS_TAKEN)
    .where(_IS_PENDING, prompts.c.lease.is_(None), prompts.c.at <= bindparam("now"))
    .order_by(prompts.c.at, prompts.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_DUE_TO = (
    select(prompts)
    .where(_IS_PENDING, prompts.c.recipient == bindparam("recipient"), prompts.c.at <= bindparam("now"))
    .order_by(prompts.c.at, prompts.c.id)
)
_IS_TAKEN = and_(_IS_PENDING, prompts.c.lease.is_not(None))
_LEFT = (
    select(prompts.c.id)
    .where(_IS_TAKEN, or_(prompts.c.lease <= bindparam("steady"), prompts.c.lease > bindparam("far")))
    .with_for_update(skip_locked=True)
)
_FREED = update(prompts).where(_IS_TAKEN, prompts.c.id.in_(_LEFT.scalar_subquery())).values(**_NOBODYS)
_PUT_BACK = update(prompts).where(_IS_TAKEN, prompts.c.token == bindparam("by")).values(**_NOBODYS)
_RELEASE = update(prompts).where(_IS_TAKEN).values(**_NOBODYS)
_NEXT = select(_due_at.label("at")).where(_IS_PENDING).order_by(_due_at, prompts.c.id).limit(1)
_MARK = update(prompts).where(prompts.c.id == bindparam("this")).values(**_NOBODYS)
_NOTE = update(prompts).where(prompts.c.id == bindparam("this")).values(data=bindparam("to_data"))
_CANCEL = (
    update(prompts)
    .where(_IS_PENDING, prompts.c.subject == bindparam("of_subject"))
    .values(state="cancelled", **_NOBODYS)
)
_FIND = select(prompts).where(
    prompts.c.recipient == bindparam("recipient"),
    prompts.c.subject == bindparam("subject"),
    prompts.c.kind == bindparam("kind"),
    prompts.c.day == bindparam("day"),
)
_OF = (
    select(prompts).where(prompts.c.subject == bindparam("subject")).order_by(prompts.c.day, prompts.c.at, prompts.c.id)
)
_OF_KIND = _OF.where(prompts.c.kind == bindparam("kind"))
_SINCE = (
    select(prompts)
    .where(prompts.c.recipient == bindparam("recipient"), prompts.c.day >= bindparam("since"))
    .order_by(prompts.c.day, prompts.c.at, prompts.c.id)
)


@cache
def _lease(dialect: str) -> Update:
    return (
        update(prompts)
        .where(among(dialect, prompts.c.id, "these"))
        .values(lease=bindparam("until"), token=bindparam("by"))
    )


@cache
def _add(dialect: str) -> Insert:
    return insert_or(dialect, prompts).on_conflict_do_nothing(index_elements=["recipient", "subject", "kind", "day"])


class Prompts(Part):
    """Prompts: pending, then said, answered, skipped, missed or cancelled."""

    def plan(
        self, recipient: str, subject: str, rows: Sequence[PromptRow], kinds: Collection[str], now: datetime
    ) -> None:
        """Make the pending prompts of these kinds equal `rows`; what is no longer pending stays as it is.

        Raises ValueError for a row of somebody else's, about something else or of another kind. `now` decides
        nothing: a row whose time has passed is planned too, and whoever asks what is due finds it missed.
        """
        wanted = {(row.kind, row.day): row for row in rows}
        for row in rows:
            if (row.recipient, row.subject) != (recipient, subject) or row.kind not in kinds:
                raise ValueError(f"The {row.kind} prompt of {row.day} does not belong to this plan.")
        kept = self._all(_PLANNED, recipient=recipient, subject=subject, kinds=sorted(kinds))
        drop, move = [], []
        for old in kept:
            new = wanted.pop((old["kind"], old["day"]), None)
            if old["state"] != "pending":
                continue
            if new is None:
                drop.append({"this": old["id"]})
            elif (old["at"], old["data"]) != (new.at, new.data):
                move.append({"this": old["id"], "to_at": new.at, "to_data": dict(new.data)})
        add = [_values(row) for row in wanted.values()]
        for statement, values in ((_DROP, drop), (_MOVE, move), (insert(prompts), add)):
            if values:
                self._connection.execute(statement, values)

    def add(self, row: PromptRow) -> bool:
        """Add one prompt; False when its recipient, subject, kind and day had one."""
        return self._change(_add(self._dialect), _values(row)) == 1

    def due(self, now: datetime, limit: int) -> list[PromptRow]:
        """Pending prompts whose time has come, the earliest first, whoever says them."""
        return [PromptRow(**row) for row in self._all(_DUE, now=now, limit=limit)]

    def free(self, steady: datetime) -> int:
        """What somebody took and let lie is nobody's again: those whose lease is over; how many.

        Leases are by the steady clock, so that none ends early or late where somebody sets the other.
        """
        return self._change(_FREED, {"steady": steady, "far": steady + FAR})

    def put_back(self, token: str) -> int:
        """Let go of what was taken with this token and is not said; how many."""
        return self._change(_PUT_BACK, {"by": token})

    def take(self, now: datetime, limit: int, until: datetime, token: str) -> list[PromptRow]:
        """What is due and nobody's to say, the earliest first: it is `token`'s until then."""
        free = self._connection.execute(_FREE, {"now": now, "limit": limit})
        rows = [PromptRow(*(*row, until, token)) for row in free]
        if rows:
            these = listed(self._dialect, (row.id for row in rows))
            self._change(_lease(self._dialect), {"these": these, "until": until, "by": token})
        return rows

    def due_to(self, recipient: str, now: datetime) -> list[PromptRow]:
        """What is due to one recipient, the earliest first, whosever it is to say."""
        return [PromptRow(**row) for row in self._all(_DUE_TO, recipient=recipient, now=now)]

    def release(self) -> int:
        """Nobody says anything just now: every lease is over. How many were not."""
        return self._change(_RELEASE, {})

    def mark(self, id: str, state: str, data: Mapping[str, Any] | None = None) -> None:
        """Set the state, and the data when given; it is nobody's to say any more. Raises NotFound."""
        more = {} if data is None else {"data": dict(data)}
        self._change_one(_MARK, {"this": id, "state": state, **more})

    def note(self, id: str, data: Mapping[str, Any]) -> None:
        """Keep other data with it; whoever says it still does. Raises NotFound."""
        self._change_one(_NOTE, {"this": id, "to_data": dict(data)})

    def move(self, id: str, at: datetime, day: date | None = None) -> None:
        """Put a pending prompt off until `at`; it is nobody's to say before. With `day` it is that day's from now on.

        Raises NotFound.
        """
        if day is None:
            self._change_one(_PUT_OFF, {"this": id, "to_at": at})
        else:
            self._change_one(_PUT_OFF_TO_DAY, {"this": id, "to_at": at, "to_day": day})

    def get(self, id: str) -> PromptRow:
        """The prompt called `id`. Raises NotFound."""
        return PromptRow(**self._the(_ONE, this=id))

    def find(self, recipient: str, subject: str, kind: str, day: date) -> PromptRow | None:
        """The one prompt of this recipient, subject, kind and day, if there is one."""
        row = self._first(_FIND, recipient=recipient, subject=subject, kind=kind, day=day)
        return PromptRow(**row) if row else None

    def of(self, subject: str, kind: str | None = None) -> list[PromptRow]:
        """Everybody's prompts about a subject, by day."""
        rows = self._all(_OF, subject=subject) if kind is None else self._all(_OF_KIND, subject=subject, kind=kind)
        return [PromptRow(**row) for row in rows]

    def since(self, recipient: str, day: date) -> list[PromptRow]:
        """One recipient's prompts of this local day and those after it, by day."""
        return [PromptRow(**row) for row in self._all(_SINCE, recipient=recipient, since=day)]

    def next_at(self) -> datetime | None:
        """When the next pending prompt may be taken, if there is one."""
        row = self._first(_NEXT)
        return row["at"] if row else None

    def cancel(self, subject: str) -> int:
        """Cancel what is pending about `subject`; how many."""
        return self._change(_CANCEL, {"of_subject": subject})


def _values(row: PromptRow) -> dict[str, Any]:
    return {**vars(row), "data": dict(row.data)}
