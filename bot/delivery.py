"""Outgoing things to the platform. Every one ends in a named state: sent, refused, cancelled, expired or unknown."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from bot.carrier import Carrier
from bot.channel import Channel, End, Outcome
from bot.clock import Clock
from storage.records import OutboxRow, OutboxState
from storage.store import Store, Work

log = structlog.get_logger()

AT_ONCE = 200
"""Messages in flight: more than one workspace that hangs or waits in line can have, so that others go on."""

CLAIM = 50
"""Messages taken at a time."""

ROOM = 10
"""Messages must have gone before more are taken, or all of them."""

LEASE = 30.0
"""Seconds that a claimed message is ours."""

PATIENCE = 20.0
"""Seconds until a platform that stays silent is given up; less than the lease, so that nobody else has begun."""

MOST_TRIES = 6
"""Tries of a message that the platform puts off."""

LONGEST_WAIT = 86400.0
"""Seconds; a platform that asks for more is asked again after a day."""

LOOK = 8.0
"""Seconds for looking up at once what broke; with PATIENCE less than the lease."""

LOOKS = 20
"""Messages looked up at a time."""

ASK_AGAIN = timedelta(days=1)
"""For so long a platform is asked that does not say what became of a message."""

LOOK_BACK = timedelta(days=6)
"""What broke longer ago is not looked up: a platform need not remember it, and would seem never to have had it."""

ENDS = {End.SENT: OutboxState.SENT, End.REFUSED: OutboxState.REFUSED, End.UNKNOWN: OutboxState.UNKNOWN}


class Delivery:
    """Sends what is written down, in order for each address."""

    def __init__(self, store: Store, clock: Clock, channels: Mapping[str, Channel], patience: float = PATIENCE) -> None:
        self._store = store
        self._clock = clock
        self._carrier = Carrier(store, clock, channels, patience)
        self._running: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._stopping = False
        self._in_hand: set[str] = set()
        self._taking = asyncio.Lock()

    def kick(self) -> None:
        """Something new is written down: send it soon, without waiting for the next tick."""
        self._news.set()
        if self._running is None or self._running.done():
            self._running = asyncio.get_running_loop().create_task(self._deliver_soon())

    async def deliver(self) -> int:
        """Sends until nothing is left that may go now. Returns how many were sent or put off."""
        handled = 0
        on_their_way: set[asyncio.Task[None]] = set()
        try:
            while not self._stopping:
                self._news.clear()
                rows = await self._claim(AT_ONCE - len(on_their_way))
                handled += len(rows)
                on_their_way.update([asyncio.create_task(self._deliver_one(row)) for row in rows])
                if not rows and on_their_way:
                    on_their_way -= await self._some_done(on_their_way)
                elif not rows and not self._news.is_set():
                    break
            await asyncio.gather(*on_their_way)
        except asyncio.CancelledError:
            for task in on_their_way:
                task.cancel()
            raise
        finally:
            # One that fails breaks none of the others off.
            await asyncio.gather(*on_their_way, return_exceptions=True)
        return handled

    async def recover(self, *, starting: bool = True) -> int:
        """Looks after what was on its way when a process died, or whose end could not be noted.

        `starting`: nobody else sends, so every lease is over. Returns how many are unknown.
        """
        now = self._clock.now()
        over = now + timedelta(seconds=LEASE + 1 if starting else 0)
        rows = await self._take(lambda work: work.outbox.stuck(over))
        a_few = asyncio.Semaphore(LOOKS)
        ends = await asyncio.gather(*(self._settle(row, now, a_few) for row in rows), return_exceptions=True)
        for failure in ends:
            if isinstance(failure, BaseException):
                raise failure
        return ends.count(End.UNKNOWN)

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

    async def _claim(self, room: int) -> list[OutboxRow]:
        """What may go now, the oldest first; nothing before there is room for more than a few."""
        if room < ROOM:
            return []
        now = self._clock.now()
        return await self._take(lambda work: work.outbox.claim(now, min(CLAIM, room), LEASE))

    async def _some_done(self, on_their_way: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
        """Those that are done, once there is one or something new to send. Raises what one of them raised."""
        news = asyncio.create_task(self._news.wait())
        try:
            await asyncio.wait({news, *on_their_way}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            news.cancel()
        done = {task for task in on_their_way if task.done()}
        for task in done:
            task.result()
        return done

    async def _take(self, rows: Callable[[Work], list[OutboxRow]]) -> list[OutboxRow]:
        """Rows that are now ours alone: nobody here takes one that somebody here has in hand."""
        async with self._taking:
            taken = [row for row in await self._store.run(rows) if row.id not in self._in_hand]
            self._in_hand.update(row.id for row in taken)
            return taken

    async def _settle(self, row: OutboxRow, now: datetime, a_few: asyncio.Semaphore) -> End | None:
        """Ends a message that nobody has in hand any more; None when it has to wait."""
        try:
            async with a_few:
                outcome = await self._became(row, now)
            if outcome is not None:
                await self._end(row, outcome)
            return outcome.end if outcome else None
        finally:
            self._in_hand.discard(row.id)

    async def _became(self, row: OutboxRow, now: datetime) -> Outcome | None:
        """What became of a message. None: the platform does not say now, and is asked again."""
        age = now - (row.lease or now)
        found = await self._carrier.find(row, PATIENCE) if age < LOOK_BACK else None
        if found is not None and found.end is End.LATER and age < ASK_AGAIN:
            return None
        if found is None or found.end is End.LATER:
            return Outcome(End.UNKNOWN, reason="nobody can tell whether this arrived")
        return found if found.end is End.SENT else Outcome(End.LATER)

    async def _deliver_one(self, row: OutboxRow) -> None:
        try:
            outcome: Outcome | None = await self._carrier.send(row)
            if outcome is not None and outcome.end is End.UNKNOWN:
                outcome = await self._look(row, outcome)
            if outcome is not None:
                await self._end(row, outcome)
        finally:
            self._in_hand.discard(row.id)

    async def _look(self, row: OutboxRow, lost: Outcome) -> Outcome | None:
        """Whether it arrived after all. None: not yet, so it is looked up again when its lease is over."""
        found = await self._carrier.find(row, LOOK)
        if found is None:
            return lost
        return found if found.end is End.SENT else None

    async def _end(self, row: OutboxRow, outcome: Outcome) -> None:
        lease, counts = row.lease, outcome.counts
        if outcome.end is End.LATER and lease is not None and (row.attempts < MOST_TRIES or not counts):
            at = self._clock.now() + timedelta(seconds=min(max(outcome.after, 0.0), LONGEST_WAIT))
            await self._store.run(lambda work: work.outbox.later(row.id, at, lease, counts=counts))
            return
        end = ENDS.get(outcome.end, OutboxState.REFUSED)
        await self._store.run(lambda work: work.outbox.finish(row.id, end, outcome.reference, outcome.reason, lease))
