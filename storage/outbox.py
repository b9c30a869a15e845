"""What goes out, written down with the change that causes it; each row ends in one of five named states.

What may not be said yet is held: it stands in no queue, so that nothing waits behind it, until it is let go.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, or_, select, update

from storage.claiming import HELD_FOR_TENANT, IS_HELD, IS_PENDING, WAITS_FOR_PLACE, WAITS_FOR_TENANT, Claiming
from storage.errors import NotFound
from storage.ids import new_id
from storage.keys import HOUSE
from storage.part import among, listed
from storage.records import AddressRow, OutboxRow, OutboxState
from storage.tables import is_one_of, outbox

MOST_STEPS = 1000
"""A conversation has not so many in one place."""

MOST_EXPIRED = 500
"""Messages that expire at a time."""

_ADD = insert(outbox).returning(outbox.c.order)
_ONE = select(outbox).where(outbox.c.id == bindparam("this"))
_REFERENCE = select(outbox.c.reference).where(outbox.c.id == bindparam("this"))
_REPLACED = select(outbox.c.replaces).where(outbox.c.id == bindparam("this"))
_NEXT = select(outbox.c.not_before).where(IS_PENDING).order_by(outbox.c.not_before).limit(1)
_UNKNOWN = select(outbox).where(is_one_of(outbox.c.state, "unknown")).order_by(outbox.c.order)
_LATE = (
    select(outbox.c.id)
    .where(IS_PENDING, outbox.c.not_after < bindparam("now"))
    .order_by(outbox.c.not_after)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_EXPIRE = (
    update(outbox)
    .where(IS_PENDING, outbox.c.id.in_(_LATE.scalar_subquery()))
    .values(state=OutboxState.EXPIRED, payload=None)
    .returning(*outbox.c)
)
_CANCEL = (
    update(outbox)
    .where(IS_PENDING, outbox.c.subject == bindparam("of_subject"))
    .values(state=OutboxState.CANCELLED, payload=None)
)
_CANCEL_ABOUT_TO = (
    update(outbox)
    .where(*WAITS_FOR_PLACE, outbox.c.subject == bindparam("of_subject"))
    .values(state=OutboxState.CANCELLED, payload=None)
)
_CANCEL_TO = update(outbox).where(*WAITS_FOR_TENANT).values(state=OutboxState.CANCELLED, payload=None)
_CANCEL_TO_PLACE = _CANCEL_TO.where(outbox.c.place == bindparam("to_place"))
_ENDED = {"state": OutboxState.CANCELLED, "payload": None}
_CANCEL_HELD = update(outbox).where(IS_HELD, outbox.c.subject == bindparam("of_subject")).values(**_ENDED)
_CANCEL_HELD_TO = update(outbox).where(*HELD_FOR_TENANT).values(**_ENDED)
_CANCEL_HELD_TO_PLACE = _CANCEL_HELD_TO.where(outbox.c.place == bindparam("to_place"))
_CANCEL_HELD_ABOUT_TO = _CANCEL_HELD_TO_PLACE.where(outbox.c.subject == bindparam("of_subject"))
# A statement for each state, so that each reads its own partial index.
_KEPT = {
    state: select(outbox)
    .where(
        is_one_of(outbox.c.state, state),
        outbox.c.payload.is_not(None),
        or_(
            outbox.c.subject.in_(bindparam("subjects", expanding=True)),
            outbox.c.place.in_(bindparam("places", expanding=True)),
        ),
    )
    .order_by(outbox.c.order)
    for state in (OutboxState.PENDING, OutboxState.UNKNOWN, OutboxState.HELD)
}
"""Of each state in which a text is kept, and nobody is sending it just now."""
_UNSAY = (
    update(outbox)
    .where(outbox.c.id == bindparam("this"), is_one_of(outbox.c.state, *_KEPT))
    .values(state=OutboxState.CANCELLED, payload=None, reason="what it says was deleted")
)
_STATE = select(outbox.c.state).where(outbox.c.id == bindparam("this"))
_WITHDRAW = update(outbox).where(IS_HELD, outbox.c.id == bindparam("this")).values(**_ENDED)
_REWRITE = update(outbox).where(IS_HELD, outbox.c.id == bindparam("this")).values(payload=bindparam("with_payload"))
_TOO_LATE = (
    update(outbox)
    .where(IS_HELD, outbox.c.id == bindparam("this"), outbox.c.not_after < bindparam("now"))
    .values(state=OutboxState.EXPIRED, payload=None)
)
_LET_GO = delete(outbox).where(IS_HELD, outbox.c.id == bindparam("this")).returning(*outbox.c)
_WAKE = (
    update(outbox).where(*WAITS_FOR_PLACE, outbox.c.not_before > bindparam("now")).values(not_before=bindparam("now"))
)


@cache
def _references(dialect: str) -> Select[Any]:
    return select(outbox.c.id, outbox.c.reference).where(among(dialect, outbox.c.id, "these"))


class Outbox(Claiming):
    """Outgoing things: what waits, what is on its way, and what has ended."""

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
        held: bool = False,
    ) -> OutboxRow:
        """Queue a message. It goes after `not_before`, behind what its address is still waiting for.

        One that is `urgent` goes before all that is not, and what it must go behind is claimed as early. One that is
        `held` stands in no queue, whatever its `not_before`, until `let_go`.
        """
        state = OutboxState.HELD if held else OutboxState.PENDING
        row = OutboxRow(
            id or new_id(), to, payload, kind, subject, state, order=0, not_before=not_before, not_after=not_after,
            attempts=0, replaces=replaces, thread=thread, rank=0 if urgent else 1,
        )  # fmt: skip
        values = {**vars(row), **vars(to), **self._sealed(HOUSE, "outbox", row.id, payload=payload)}
        del values["order"], values["to"]
        added = self._the(_ADD, **values)
        return replace(row, order=added["order"])

    def let_go(self, id: str, now: datetime) -> bool:
        """Queue what was held, behind all that its address waits for now. False when it is not held, or too late."""
        self._change(_TOO_LATE, {"this": id, "now": now})
        row = self._first(_LET_GO, this=id)
        if row is None:
            return False
        values = {**row, "state": OutboxState.PENDING, "not_before": now}
        del values["order"]  # a new one: by the old one it would stand before what has been queued since
        self._the(_ADD, **values)
        return True

    def is_held(self, id: str) -> bool:
        """Whether the message is held, so that nobody has seen it."""
        row = self._first(_STATE, this=id)
        return row is not None and row["state"] == OutboxState.HELD

    def withdraw(self, id: str) -> bool:
        """Cancel the message if it is held. Whether it is cancelled now, so that nobody has seen it or will."""
        row = self._first(_STATE, this=id)
        if row is None or row["state"] not in (OutboxState.HELD, OutboxState.CANCELLED):
            return False
        self._change(_WITHDRAW, {"this": id})
        return True

    def rewrite(self, id: str, payload: str) -> bool:
        """Let a held message say something else. False when it is not held."""
        return (
            self._change(
                _REWRITE, {"this": id, "with_payload": self._keys.seal(HOUSE, "outbox", "payload", id, payload)}
            )
            == 1
        )

    def kept(
        self, subjects: Collection[str], places: Collection[AddressRow], states: Collection[OutboxState] = tuple(_KEPT)
    ) -> list[OutboxRow]:
        """Messages about `subjects`, or to `places`, that may still go out; of each state the oldest first."""
        here = sorted({it.place for it in places})
        rows = (self._rows(_KEPT[state], subjects=sorted(subjects), places=here) for state in states)
        return [row for some in rows for row in some]

    def unsay(self, id: str) -> bool:
        """Let a message that has not certainly gone out go nowhere any more. False when it is another's, or gone."""
        return self._change(_UNSAY, {"this": id}) == 1

    def expire(self, now: datetime) -> list[OutboxRow]:
        """End what would come too late: up to MOST_EXPIRED pending rows past their `not_after`."""
        return self._rows(_EXPIRE, now=now, limit=MOST_EXPIRED)

    def references(self, ids: Collection[str]) -> dict[str, str]:
        """What the platform calls these messages; those that have not been sent have no name."""
        if not ids:
            return {}
        rows = self._all(_references(self._dialect), these=listed(self._dialect, ids))
        return {row["id"]: row["reference"] for row in rows}

    def get(self, id: str) -> OutboxRow:
        """The message called `id`. Raises NotFound."""
        for row in self._rows(_ONE, this=id):
            return row
        raise NotFound

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

    def cancel(self, subject: str, to: AddressRow | None = None) -> int:
        """Cancel what is pending or held about `subject`, only what goes `to` an address if one is named; how many."""
        about = {"of_subject": subject}
        if to is None:
            return sum(self._change(statement, about) for statement in (_CANCEL, _CANCEL_HELD))
        values = {**about, "to_channel": to.channel, "to_tenant": to.tenant, "to_place": to.place}
        return sum(self._change(statement, values) for statement in (_CANCEL_ABOUT_TO, _CANCEL_HELD_ABOUT_TO))

    def cancel_to(self, channel: str, tenant: str, place: str = "") -> int:
        """Cancel what is pending or held for one place, or for every place of `tenant`; how many."""
        values = {"to_channel": channel, "to_tenant": tenant}
        if place:
            values["to_place"] = place
        statements = (_CANCEL_TO_PLACE, _CANCEL_HELD_TO_PLACE) if place else (_CANCEL_TO, _CANCEL_HELD_TO)
        return sum(self._change(statement, values) for statement in statements)

    def wake(self, channel: str, tenant: str, place: str, now: datetime) -> int:
        """Let what waits for one place go now, for it can be reached again; how many."""
        return self._change(_WAKE, {"to_channel": channel, "to_tenant": tenant, "to_place": place, "now": now})

    def next_at(self) -> datetime | None:
        """When the next pending row may go, if there is one."""
        row = self._first(_NEXT)
        return row["not_before"] if row else None

    def unknown(self) -> list[OutboxRow]:
        """Rows of which nobody knows whether they went out, the oldest first."""
        return self._rows(_UNKNOWN)
