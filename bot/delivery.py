"""Outgoing things to the platform. Every one ends in a named state: sent, refused, cancelled, expired or unknown."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

import structlog

from bot.carrier import LOOK, Carrier
from bot.channel import Channel, End, Outcome
from bot.claims import ME, Claims, NoDoubt, Taken, Watch
from bot.clock import Clock
from bot.marks import Ended, Marks
from storage.claiming import Mark
from storage.records import OutboxRow, OutboxState
from storage.store import Store, StoreUnavailable

log = structlog.get_logger()

PATIENCE = 20.0
"""Seconds until a platform that stays silent is given up; less than the lease, so that nobody else has begun."""

POLL = 1.0
"""Seconds between two looks at what is due; what is new is heard of at once."""

MOST_TRIES = 6
"""Tries of a message that the platform puts off."""

LONGEST_BACKOFF = 3600.0
"""Seconds that a wait grows to, twice as long after each try."""

JITTER = 0.2
"""Up to this part more of them, by chance: so that not all come back at once."""

LONGEST_WAIT = 86400.0
"""Seconds; a platform that asks for more is asked again after a day."""

LOOKS = 20
"""Messages looked up at a time."""

ASK_AGAIN = timedelta(days=1)
"""For so long a platform is asked that does not say what became of a message."""

LOOK_BACK = timedelta(days=6)
"""What broke longer ago is not looked up: a platform need not remember it, and would seem never to have had it."""

ENDS = {End.SENT: OutboxState.SENT, End.REFUSED: OutboxState.REFUSED, End.UNKNOWN: OutboxState.UNKNOWN}


def _nobody(row: OutboxRow, state: OutboxState) -> None:
    """Nobody wants to hear of an end."""


class Delivery:
    """Sends what is written down, in order for each address, beside any number of others that do the same.

    `ended` is told of each message that has come to its end. `random` is between 0 and 1. `holder` is the process, as
    others see it.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        channels: Mapping[str, Channel],
        patience: float = PATIENCE,
        *,
        ended: Ended = _nobody,
        watch: Watch | None = None,
        random: Callable[[], float] = random.random,
        holder: str = ME,
    ) -> None:
        self._store = store
        self._clock = clock
        self._ended = ended
        self._random = random
        self._carrier = Carrier(clock, channels, patience)
        self._claims = Claims(store, clock, channels, watch or NoDoubt(), holder)
        self._marks = Marks(store, ended)
        self._running: asyncio.Task[None] | None = None
        self._polling: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._alone = asyncio.Lock()
        self._stopping = False

    @property
    def alive(self) -> bool:
        """Whether it looks by itself for what is due."""
        return self._polling is not None and not self._polling.done()

    def start(self) -> None:
        """From now on looks every second for what is due, and at once when another process rings."""
        self._store.listen(self._look_soon)
        self._polling = asyncio.get_running_loop().create_task(self._poll())

    def kick(self) -> None:
        """Something new is written down: send it soon, whoever's turn it is."""
        self._look_soon()
        self._store.ring()

    async def deliver(self) -> int:
        """Sends until nothing is left that may go now. Returns how many were sent or put off."""
        async with self._alone:
            return await self._deliver()

    async def recover(self, *, starting: bool = True) -> int:
        """Looks after what was on its way when a process died, or whose end could not be noted.

        `starting`: this process has just begun; where there can be no other, every lease is over. Returns how many are
        unknown.
        """
        await self._note_again()
        rows = await self._claims.rescue(self._marks.kept, alone=starting and not self._store.is_shared)
        now, a_few = self._clock.now(), asyncio.Semaphore(LOOKS)
        ends = await asyncio.gather(*(self._settle(taken, now, a_few) for taken in rows), return_exceptions=True)
        for failure in ends:
            if isinstance(failure, BaseException):
                raise failure
        return ends.count(End.UNKNOWN)

    async def idle(self) -> None:
        """Waits until what was kicked off is done."""
        if self._running is not None:
            await self._running

    async def stop(self) -> None:
        """Takes nothing new, waits for what is on its way, and leaves the rest to others."""
        self._stopping = True
        self._news.set()
        if self._polling is not None:
            self._polling.cancel()
        await self.idle()
        try:
            await self._marks.again()
            await self._claims.release()
        except Exception as failure:  # leases end by themselves
            log.error("release_failed", error=type(failure).__name__)

    # Inside

    def _look_soon(self) -> None:
        self._news.set()
        if not self._stopping and (self._running is None or self._running.done()):
            self._running = asyncio.get_running_loop().create_task(self._deliver_soon())

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL)
            self._look_soon()

    async def _note_again(self) -> None:
        """Notes the ends that were kept in mind. Raises StoreUnavailable."""
        try:
            await self._marks.again()
        except StoreUnavailable:
            self._claims.was_away()
            raise

    async def _deliver_soon(self) -> None:
        try:
            await self._note_again()
            await self.deliver()
        except Exception as failure:  # the next look tries again
            log.error("delivery_failed", error=type(failure).__name__)

    async def _deliver(self) -> int:
        handled = 0
        going: set[asyncio.Task[None]] = set()
        failed: list[BaseException] = []

        def done(task: asyncio.Task[None]) -> None:
            going.discard(task)
            if not task.cancelled() and (failure := task.exception()):
                failed.append(failure)
                log.error("end_failed", error=type(failure).__name__)
            # After a failure the next look is the poll's.
            if not going or _is_over(failed) or (self._claims.waits and not failed):
                self._news.set()

        try:
            while not (self._stopping or _is_over(failed) or (failed and not going)):
                self._news.clear()
                try:
                    taken, expired = await self._take(failed)
                except Exception as failure:  # what is on its way goes on, and so do we
                    failed.append(failure)
                    if going:
                        log.error("take_failed", error=type(failure).__name__)
                    taken, expired = [], []
                handled += len(taken)
                for one in taken:
                    task = asyncio.create_task(self._deliver_one(one))
                    going.add(task)
                    task.add_done_callback(done)
                for row in expired:
                    self._ended(row, OutboxState.EXPIRED)
                if self._claims.waits and not failed:
                    continue
                if not going and (failed or not self._news.is_set()):
                    break
                await self._news.wait()
        except asyncio.CancelledError:
            for task in going:
                task.cancel()
            raise
        finally:
            # One that fails breaks none of the others off.
            await asyncio.gather(*going, return_exceptions=True)
        if failed:
            raise failed[0]
        return handled

    async def _take(self, failed: list[BaseException]) -> tuple[list[Taken], Sequence[OutboxRow]]:
        """What may go now, and what has expired. After a failure first notes the ends that could not be noted."""
        if failed:
            failed.clear()
            await self._note_again()
        return await self._claims.take()

    async def _deliver_one(self, taken: Taken) -> None:
        try:
            said = await self._carrier.send(taken)
            self._claims.learn(taken.row, said)
            outcome = await self._look(taken, said) if said.end is End.UNKNOWN else said
            if outcome is not None:
                await self._end(taken.row, outcome)
        finally:
            self._claims.gone(taken.row)

    async def _look(self, taken: Taken, lost: Outcome) -> Outcome | None:
        """Whether it arrived after all. None: not yet, so it is looked up again when its lease is over."""
        found = await self._carrier.find(taken, LOOK)
        if found is None:
            return lost
        return found if found.end is End.SENT else None

    async def _settle(self, taken: Taken, now: datetime, a_few: asyncio.Semaphore) -> End | None:
        """Ends a message that nobody has in hand any more; None when it has to wait."""
        try:
            async with a_few:
                outcome = await self._became(taken, now)
            if outcome is not None:
                await self._end(taken.row, outcome)
            return outcome.end if outcome else None
        finally:
            self._claims.put_down(taken.row)

    async def _became(self, taken: Taken, now: datetime) -> Outcome | None:
        """What became of a message. None: the platform does not say now, and is asked again."""
        age = now - taken.row.not_before
        found = await self._carrier.find(taken, PATIENCE) if age < LOOK_BACK else None
        if found is not None and found.end is End.LATER and age < ASK_AGAIN:
            return None
        if found is None or found.end is End.LATER:
            return Outcome(End.UNKNOWN, reason="nobody can tell whether this arrived")
        return found if found.end is End.SENT else Outcome(End.LATER)

    async def _end(self, row: OutboxRow, outcome: Outcome) -> None:
        if outcome.end is End.LATER and (row.attempts < MOST_TRIES or not outcome.counts):
            at = self._clock.now() + timedelta(seconds=self._wait(row, outcome))
            mark = Mark(row.id, row.token, OutboxState.PENDING, not_before=at, counts=outcome.counts)
        else:
            end = ENDS.get(outcome.end, OutboxState.REFUSED)
            mark = Mark(row.id, row.token, end, outcome.reference, outcome.reason)
        await self._marks.note(row, mark)

    def _wait(self, row: OutboxRow, outcome: Outcome) -> float:
        """Seconds: as the platform asks, and longer after each try that failed."""
        asked = min(max(outcome.after, 0.0), LONGEST_WAIT)
        if not outcome.counts:
            return asked
        grown = min(asked * 2.0 ** (row.attempts - 1), max(asked, LONGEST_BACKOFF))
        return min(grown * (1 + JITTER * self._random()), LONGEST_WAIT)


def _is_over(failed: Sequence[BaseException]) -> bool:
    """Whether the process ends."""
    return any(not isinstance(failure, Exception) for failure in failed)
