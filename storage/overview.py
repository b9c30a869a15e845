"""How much waits, and for how long: counts and times only, read from what the partial indexes hold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, delete, func, select, text, update

from storage.part import Part
from storage.records import OutboxState
from storage.tables import addresses, codes, inbox, installations, is_one_of, lanes, oauth_states, outbox, prompts

HELD, PENDING, SENDING, UNKNOWN = "held", "pending", "sending", "unknown"

_due = func.coalesce(prompts.c.lease, prompts.c.at)
_PENDING_INBOX = select(func.count(), func.min(inbox.c.since)).where(is_one_of(inbox.c.state, "pending"))
_POISON = select(func.count()).select_from(inbox).where(is_one_of(inbox.c.state, "poison"))
_DUE = (
    select(func.count(), func.min(prompts.c.at))
    .select_from(prompts)
    .where(is_one_of(prompts.c.state, "pending"), _due <= bindparam("now"))
)
# A statement for each state, so that each reads its own partial index and nothing else.
_OUTBOX = {
    state: select(outbox.c.channel, func.count(), func.min(outbox.c.not_before))
    .where(is_one_of(outbox.c.state, state))
    .group_by(outbox.c.channel)
    for state in (HELD, PENDING, SENDING, UNKNOWN)
}
_IS_UNKNOWN = is_one_of(outbox.c.state, UNKNOWN)
_UNDECIDED = (
    select(outbox.c.id, outbox.c.channel, outbox.c.kind, outbox.c.not_before, outbox.c.reason)
    .add_columns(outbox.c.payload.is_not(None).label("whole"), outbox.c.not_after)
    .where(_IS_UNKNOWN)
    .order_by(outbox.c.order)
)
_UNDECIDED_ONE = _UNDECIDED.where(outbox.c.id == bindparam("this"))
_RESEND = (
    update(outbox)
    .where(outbox.c.id == bindparam("this"), _IS_UNKNOWN, outbox.c.payload.is_not(None))
    .values(state=OutboxState.PENDING, not_before=bindparam("now"), attempts=0, reason="", lease=None, token="")
)
_FORGET = (
    update(outbox)
    .where(_IS_UNKNOWN, outbox.c.payload.is_not(None), outbox.c.not_before < bindparam("before"))
    .values(payload=None)
)
_HUSH = (
    update(outbox)
    .where(is_one_of(outbox.c.state, PENDING, SENDING))
    .values(state=OutboxState.UNKNOWN, reason=bindparam("why"), lease=None, token="")
)
_SET_ASIDE = update(inbox).where(is_one_of(inbox.c.state, "pending")).values(state="poison", lease=None)
_DROP_RECEIVED = (
    update(inbox)
    .where(inbox.c.id == bindparam("this"), is_one_of(inbox.c.state, "poison"))
    .values(state="done", payload=None, since=None, lease=None)
)
_FORGET_RECEIVED = (
    update(inbox)
    .where(is_one_of(inbox.c.state, "poison"), inbox.c.since < bindparam("before"))
    .values(state="done", payload=None, since=None, lease=None)
)
_OWED = (
    update(prompts)
    .where(
        prompts.c.kind == "held",
        prompts.c.state != "pending",
        prompts.c.subject.in_(select(outbox.c.id).where(is_one_of(outbox.c.state, HELD))),
    )
    .values(state="pending", lease=None, token="")
)
_SERVER = text("SELECT current_setting('server_version_num')")
_CROWD = select(addresses.c.channel, func.count()).group_by(addresses.c.channel, addresses.c.tenant)
_OVERDUE = select(func.count()).where(
    is_one_of(prompts.c.state, "pending"),
    prompts.c.kind.in_(bindparam("kinds", expanding=True)),
    prompts.c.day < bindparam("before"),
)
_REVISION = text("select max(version_num) from alembic_version")


@dataclass(frozen=True)
class Queues:
    """What waits. `outbox` counts by state and channel; `held_up` is how long the oldest pending message could have
    gone; ages are zero where nothing waits.
    """

    received: int
    received_age: timedelta
    set_aside: int
    outbox: dict[tuple[str, str], int]
    held_up: dict[str, timedelta]
    due: int
    due_age: timedelta

    def waiting(self, state: str) -> int:
        """How many outgoing messages are in this state, on all channels."""
        return sum(count for (of, _), count in self.outbox.items() if of == state)


@dataclass(frozen=True)
class Undecided:
    """A message of which nobody knows whether it arrived. `whole`: its text is still there, sealed."""

    id: str
    channel: str
    kind: str
    not_before: datetime
    reason: str
    whole: bool
    not_after: datetime | None


class Overview(Part):
    """Looks at the whole store."""

    def queues(self, now: datetime) -> Queues:
        """What waits at `now`."""
        received, since = self._connection.execute(_PENDING_INBOX).one()
        set_aside = self._connection.execute(_POISON).scalar_one()
        due, at = self._connection.execute(_DUE, {"now": now}).one()
        counts: dict[tuple[str, str], int] = {}
        held_up: dict[str, timedelta] = {}
        for state, statement in _OUTBOX.items():
            for channel, count, oldest in self._connection.execute(statement):
                counts[state, channel] = count
                if state == PENDING:
                    held_up[channel] = _age(oldest, now)
        return Queues(received, _age(since, now), set_aside, counts, held_up, due, _age(at, now))

    def undecided(self) -> list[Undecided]:
        """Every message that an operator may decide about, the oldest first. Nobody's text is opened."""
        return [Undecided(**row) for row in self._all(_UNDECIDED)]

    def undecided_one(self, id: str) -> Undecided | None:
        """The one of them called `id`, if it is one."""
        row = self._first(_UNDECIDED_ONE, this=id)
        return Undecided(**row) if row else None

    def resend(self, id: str, now: datetime) -> bool:
        """Let an unknown message go once more. False when it is none, or its text is gone."""
        return self._change(_RESEND, {"this": id, "now": now}) == 1

    def forget(self, before: datetime) -> int:
        """Empty what nobody decided about that could have gone, or was received, before then; how many."""
        return sum(self._change(statement, {"before": before}) for statement in (_FORGET, _FORGET_RECEIVED))

    def owe(self) -> int:
        """What is still held is due again, where its prompt was given up: an older version knows neither; how many."""
        return self._change(_OWED, {})

    def drop_received(self, id: str) -> bool:
        """Give up something received that was set aside. False when it is none."""
        return self._change(_DROP_RECEIVED, {"this": id}) == 1

    def hush(self, reason: str) -> int:
        """Whatever waits to be sent or is on its way is unknown now, its text kept; how many."""
        return self._change(_HUSH, {"why": reason})

    def set_aside(self) -> int:
        """Whatever was received and not answered is set aside, to be looked at; how many."""
        return self._change(_SET_ASIDE, {})

    def let_go(self) -> None:
        """Nobody holds anything any more, and what works once may have done so: codes, and installs under way."""
        for one_time in (lanes, codes, oauth_states):
            self._connection.execute(delete(one_time))
        self._connection.execute(update(installations).values(lease=None))
        self._connection.execute(update(prompts).where(prompts.c.lease.is_not(None)).values(lease=None, token=""))

    def server(self) -> int:
        """PostgreSQL's number of its version, as 150004; 0 on SQLite."""
        return int(self._connection.execute(_SERVER).scalar_one()) if self._dialect == "postgresql" else 0

    def crowd(self) -> dict[str, int]:
        """How many people can be reached in the largest workspace or tenant of each channel."""
        rows = self._connection.execute(_CROWD).all()
        return {channel: max(count for of, count in rows if of == channel) for channel, _ in rows}

    def overdue(self, kinds: Collection[str], before: date) -> int:
        """How many prompts of these kinds were to be done on a day before, and are not."""
        return int(self._connection.execute(_OVERDUE, {"kinds": sorted(kinds), "before": before}).scalar_one())

    def revision(self) -> str:
        """How far the tables are; steps are numbered upwards."""
        return str(self._connection.execute(_REVISION).scalar_one())


def _age(since: datetime | None, now: datetime) -> timedelta:
    return max(now - since, timedelta()) if since else timedelta()
