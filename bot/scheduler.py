"""APScheduler ticks, and nothing else. What is due stands in the database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

TICK = 5
"""Seconds between looks at what is due."""


def scheduler(tick: Callable[[], Awaitable[object]]) -> AsyncIOScheduler:
    """A scheduler that calls `tick` every few seconds, never two at once, and forgets what it missed."""
    ticking = AsyncIOScheduler(timezone="UTC")
    ticking.add_job(tick, IntervalTrigger(seconds=TICK), max_instances=1, coalesce=True, misfire_grace_time=None)
    return ticking
