"""Whether this process can do its work now, and if not, what is in the way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic

from bot.clock import Clock
from bot.metrics import Meters
from storage.errors import Cause
from storage.ids import new_id
from storage.overview import Queues
from storage.store import Store, StoreError, StoreUnavailable, Work

PROBE = f"probe:{new_id()}"
"""The mark that this process writes and removes."""

Check = Callable[[], str]
"""A sentence that says what is wrong and what to do; empty when nothing is."""

FRESH = 3.0
"""For so many seconds one look at the database answers everybody who asks."""

PATIENCE = 3.0
"""Seconds until a database that says nothing is not there."""

AGAIN = "Vidsyn tries again by itself."
NO_DATABASE = "It cannot be used. See that it runs, answers, and has room on its disk. " + AGAIN
BEHIND = "Its tables are older than this version. Run `vidsyn migrate`, or start this process again."


class Readiness:
    """Asks the store at most every few seconds, and each of `checks`, by name, every time."""

    def __init__(self, store: Store, clock: Clock, meters: Meters, now: Callable[[], float] = monotonic) -> None:
        self.checks: dict[str, Check] = {}
        self._store = store
        self._clock = clock
        self._meters = meters
        self._now = now
        self._revision = ""
        self._looking = asyncio.Lock()
        self._until = float("-inf")
        self._seen: Queues | None = None
        self._wrong = ""

    async def failing(self) -> dict[str, str]:
        """What is in the way: a sentence by the name of the check."""
        said = {name: check() for name, check in self.checks.items()}
        if not said.get("stopping"):  # the store may be closed by then
            await self._look()
            said["database"] = self._wrong
        return {name: sentence for name, sentence in said.items() if sentence}

    async def measured(self) -> bytes:
        """The page of /metrics."""
        failing = await self.failing()
        return self._meters.page(None if self._wrong else self._seen, ready=not failing)

    async def _look(self) -> None:
        async with self._looking:
            if self._now() < self._until:
                return
            now = self._clock.now()

            def unit(work: Work) -> tuple[str, Queues]:
                # Written, too: on a full disk one can still read. Under our own name, so that none waits for another.
                work.meta.try_out(PROBE)
                return work.overview.revision(), work.overview.queues(now)

            try:
                async with asyncio.timeout(PATIENCE):
                    revision, self._seen = await self._store.run(unit, serial=False)
            except StoreUnavailable as away:
                self._wrong = NO_DATABASE if away.cause is Cause.OTHER else f"{away} {AGAIN}"
            except (StoreError, TimeoutError):
                self._wrong = NO_DATABASE
            else:
                self._revision = self._revision or revision
                self._wrong = BEHIND if revision < self._revision else ""
            self._until = self._now() + FRESH
