"""Outgoing things to the platform. Every one ends in a named state: sent, refused, cancelled, expired or unknown."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from bot.channel import MESSAGE, Address, Channel, End, Outcome, Outgoing
from bot.clock import Clock
from storage.records import OutboxRow, OutboxState
from storage.store import Store, Work

log = structlog.get_logger()

AT_ONCE = 50
"""Messages in flight."""

LEASE = 30.0
"""Seconds that a claimed message is ours."""

MOST_TRIES = 6
"""Tries of a message that the platform puts off."""

ENDS = {End.SENT: OutboxState.SENT, End.REFUSED: OutboxState.REFUSED, End.UNKNOWN: OutboxState.UNKNOWN}


class Delivery:
    """Sends what is written down, in order for each address."""

    def __init__(self, store: Store, clock: Clock, channels: Mapping[str, Channel]) -> None:
        self._store = store
        self._clock = clock
        self._channels = channels
        self._running: asyncio.Task[int] | None = None
        self._again = False

    def kick(self) -> None:
        """Something new is written down: send it soon, without waiting for the next tick."""
        self._again = True
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().create_task(self.deliver())

    async def deliver(self) -> int:
        """Sends until nothing is left that may go now. Returns how many were sent or put off."""
        handled = 0
        while True:
            self._again = False
            now = self._clock.now()
            rows = await self._store.run(lambda work, now=now: work.outbox.claim(now, AT_ONCE, LEASE))  # type: ignore[misc]
            await asyncio.gather(*(self._deliver_one(row, now) for row in rows))
            handled += len(rows)
            if not rows and not self._again:
                return handled

    async def recover(self) -> int:
        """Looks after what was on its way when a process died. Returns how many are unknown."""
        late = self._clock.now() + timedelta(seconds=LEASE + 1)
        rows = await self._store.run(lambda work: work.outbox.stuck(late))
        unknown = 0
        for row in rows:
            outcome = await self._find(row)
            unknown += outcome.end is End.UNKNOWN
            await self._end(row, outcome, self._clock.now())
        return unknown

    async def idle(self) -> None:
        """Waits until what was kicked off is done."""
        if self._running is not None:
            await self._running

    async def _find(self, row: OutboxRow) -> Outcome:
        channel = self._channels.get(row.to.channel)
        found = await channel.find(await self._outgoing(row)) if channel else None
        if found is None:
            return Outcome(End.UNKNOWN, reason="the process ended while this was on its way")
        return Outcome(End.LATER) if found.end is End.REFUSED else found

    async def _deliver_one(self, row: OutboxRow, now: datetime) -> None:
        channel = self._channels.get(row.to.channel)
        if channel is None:
            await self._end(row, Outcome(End.REFUSED, reason="no such channel here"), now)
            return
        try:
            outcome = await channel.send(await self._outgoing(row), now)
        except Exception as failure:
            log.error("send_failed", outgoing=row.id, error=type(failure).__name__)
            outcome = Outcome(End.UNKNOWN, reason=type(failure).__name__)
        await self._end(row, outcome, now)

    async def _outgoing(self, row: OutboxRow) -> Outgoing:
        """The message with the platform's own names for what it replaces and answers."""

        def names(work: Work) -> tuple[str, str]:
            replaced = work.outbox.reference(row.replaces) if row.replaces else ""
            return replaced, work.outbox.reference(row.thread) if row.thread else ""

        replaces, thread = await self._store.run(names) if row.replaces or row.thread else ("", "")
        to = Address(row.to.channel, row.to.tenant, row.to.place)
        return Outgoing(row.id, to, MESSAGE.validate_json(row.payload), replaces, thread)

    async def _end(self, row: OutboxRow, outcome: Outcome, now: datetime) -> None:
        lease = row.lease
        if outcome.end is End.LATER and row.attempts < MOST_TRIES and lease is not None:
            at = now + timedelta(seconds=outcome.after)
            await self._store.run(lambda work: work.outbox.later(row.id, at, lease))
            return
        end = ENDS.get(outcome.end, OutboxState.REFUSED)
        await self._store.run(lambda work: work.outbox.finish(row.id, end, outcome.reference, outcome.reason, lease))
