"""APScheduler ticks, and nothing else. What is due stands in the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

TICK = 5.0
"""Seconds between looks at what is due."""


class Ticking:
    """Calls each of `ticks` every few seconds, none twice at once; what it misses it makes up for with one call."""

    def __init__(self, *ticks: Callable[[], Awaitable[object]], seconds: float = TICK) -> None:
        self._scheduler = AsyncIOScheduler(timezone="UTC")
        trigger = IntervalTrigger(seconds=seconds, timezone="UTC")
        for tick in ticks:
            self._scheduler.add_job(tick, trigger, max_instances=1, coalesce=True, misfire_grace_time=None)

    def start(self) -> None:
        """Begins to tick, on the running loop."""
        self._scheduler.start()

    def pause(self) -> None:
        """Begins no further tick. What is under way goes on to its end."""
        if self._scheduler.running:
            self._scheduler.pause()

    def stop(self) -> None:
        """Ticks no more, and breaks off what is under way: pause first, and wait for it."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
