"""Outgoing things to the platform. Every one ends in a named state: sent, refused, cancelled, expired or unknown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog
from pydantic import ValidationError

from bot.channel import MESSAGE, Address, Channel, End, Outcome, Outgoing
from bot.clock import Clock
from storage.records import OutboxRow, OutboxState
from storage.store import Store, Work

log = structlog.get_logger()

AT_ONCE = 50
"""Messages in flight."""

LEASE = 30.0
"""Seconds that a claimed message is ours."""

PATIENCE = 20.0
"""Seconds until a platform that stays silent is given up; less than the lease, so that nobody else has begun."""

MOST_TRIES = 6
"""Tries of a message that the platform puts off."""

LONGEST_WAIT = 86400.0
"""Seconds; a platform that asks for more is asked again after a day."""

ENDS = {End.SENT: OutboxState.SENT, End.REFUSED: OutboxState.REFUSED, End.UNKNOWN: OutboxState.UNKNOWN}


class Delivery:
    """Sends what is written down, in order for each address."""

    def __init__(self, store: Store, clock: Clock, channels: Mapping[str, Channel], patience: float = PATIENCE) -> None:
        self._store = store
        self._clock = clock
        self._channels = channels
        self._patience = patience
        self._running: asyncio.Task[None] | None = None
        self._again = False
        self._stopping = False
        self._in_hand: set[str] = set()
        self._taking = asyncio.Lock()

    def kick(self) -> None:
        """Something new is written down: send it soon, without waiting for the next tick."""
        self._again = True
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().create_task(self._deliver_soon())

    async def deliver(self) -> int:
        """Sends until nothing is left that may go now. Returns how many were sent or put off."""
        handled = 0
        while not self._stopping:
            self._again = False
            now = self._clock.now()
            rows = await self._take(lambda work, now=now: work.outbox.claim(now, AT_ONCE, LEASE))  # type: ignore[misc]
            await asyncio.gather(*(self._deliver_one(row, now) for row in rows))
            handled += len(rows)
            if not rows and not self._again:
                break
        return handled

    async def recover(self, *, starting: bool = True) -> int:
        """Looks after what was on its way when a process died, or whose end could not be noted.

        `starting`: nobody else sends, so every lease is over. Returns how many are unknown.
        """
        over = self._clock.now() + timedelta(seconds=LEASE + 1 if starting else 0)
        rows = await self._take(lambda work: work.outbox.stuck(over))
        unknown = 0
        for row in rows:
            try:
                outcome = await self._find(row)
                unknown += outcome.end is End.UNKNOWN
                await self._end(row, outcome, self._clock.now())
            finally:
                self._in_hand.discard(row.id)
        return unknown

    async def idle(self) -> None:
        """Waits until what was kicked off is done."""
        if self._running is not None:
            await self._running

    async def stop(self) -> None:
        """Takes nothing new, and waits for what is on its way."""
        self._stopping = True
        await self.idle()

    async def _deliver_soon(self) -> None:
        try:
            await self.deliver()
        except Exception as failure:  # the next tick tries again
            log.error("delivery_failed", error=type(failure).__name__)

    async def _take(self, rows: Callable[[Work], list[OutboxRow]]) -> list[OutboxRow]:
        """Rows that are now ours alone: nobody here takes one that somebody here has in hand."""
        async with self._taking:
            taken = [row for row in await self._store.run(rows) if row.id not in self._in_hand]
            self._in_hand.update(row.id for row in taken)
            return taken

    async def _find(self, row: OutboxRow) -> Outcome:
        channel = self._channels.get(row.to.channel)
        found = None
        if channel is not None:
            try:
                async with asyncio.timeout(self._patience):
                    found = await channel.find(await self._outgoing(row))
            except Exception as failure:
                log.error("find_failed", outgoing=row.id, error=type(failure).__name__)
        if found is None:
            return Outcome(End.UNKNOWN, reason="the process ended while this was on its way")
        return Outcome(End.LATER) if found.end is End.REFUSED else found

    async def _deliver_one(self, row: OutboxRow, now: datetime) -> None:
        try:
            await self._end(row, await self._send(row, now), now)
        finally:
            self._in_hand.discard(row.id)

    async def _send(self, row: OutboxRow, now: datetime) -> Outcome:
        channel = self._channels.get(row.to.channel)
        if channel is None:
            return Outcome(End.REFUSED, reason="no such channel here")
        try:
            outgoing = await self._outgoing(row)
        except ValidationError:
            return Outcome(End.REFUSED, reason="no message that this version knows")
        try:
            async with asyncio.timeout(self._patience):
                return await channel.send(outgoing, now)
        except Exception as failure:
            log.error("send_failed", outgoing=row.id, error=type(failure).__name__)
            return Outcome(End.UNKNOWN, reason=type(failure).__name__)

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
            at = now + timedelta(seconds=min(max(outcome.after, 0.0), LONGEST_WAIT))
            await self._store.run(lambda work: work.outbox.later(row.id, at, lease))
            return
        end = ENDS.get(outcome.end, OutboxState.REFUSED)
        await self._store.run(lambda work: work.outbox.finish(row.id, end, outcome.reference, outcome.reason, lease))
