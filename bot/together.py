"""What arrives together is written down together: one commit for many, and each is told only after it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from storage.store import NoAnswer, Store, StoreUnavailable, Work

T = TypeVar("T")

MOST = 50
"""Units of work in one transaction: nobody waits long for the others."""

SOON = 2.5
"""Seconds after which it is not written down: Slack waits for three."""

Waiting = tuple[Callable[[Work], Any], "asyncio.Future[Any]"]


class Together:
    """Runs units of work that have nothing to do with each other; those that come while some run, run next.

    Only for what may run again and sees what others commit meanwhile, such as writing down what came.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[Waiting] = []
        self._running: asyncio.Task[None] | None = None

    async def run(self, unit: Callable[[Work], T]) -> T:
        """What `unit` returns, once it is committed. Raises what it raises alone, and StoreUnavailable."""
        told: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append((unit, told))
        if self._running is None:
            self._running = asyncio.create_task(self._run_all())
        limit = asyncio.timeout(SOON)
        try:
            async with limit:
                return await told
        except TimeoutError:
            if not limit.expired():
                raise
            raise NoAnswer from None

    async def _run_all(self) -> None:
        try:
            while self._waiting:
                some, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                if still := [waiting for waiting in some if not waiting[1].cancelled()]:
                    await self._run(still)
        finally:
            self._running = None

    async def _run(self, some: list[Waiting]) -> None:
        try:
            ends = await self._store.run(lambda work: [unit(work) for unit, _ in some], serial=False)
        except Exception as failure:
            if len(some) > 1 and not isinstance(failure, StoreUnavailable):
                for waiting in some:  # nothing of them is kept: one by one, so that only one of them fails
                    await self._run([waiting])
                return
            for _, told in some:
                if not told.done():
                    told.set_exception(failure)
            return
        except BaseException as broken:  # this task is broken off: nobody waits for ever for what it does no more
            for _, told in some:
                if not told.done():
                    told.set_exception(broken)
            raise
        for (_, told), end in zip(some, ends, strict=True):
            if not told.done():
                told.set_result(end)
