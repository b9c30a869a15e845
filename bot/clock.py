"""The edge where time is read. Everything inside takes it as an argument."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time, aware and in UTC."""

    def now(self) -> datetime:
        """The present moment, as people know it."""
        ...

    def steady(self) -> datetime:
        """The time for leases and pauses: it passes evenly, also where somebody sets the clock."""
        ...


def _wall() -> datetime:
    return datetime.now(UTC)


def _boot() -> float:
    # It goes on while the machine sleeps, as the wall clock does.
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class SystemClock:
    """The machine's clock. `wall` and `boot` (seconds that nobody can set) are where it reads."""

    def __init__(self, wall: Callable[[], datetime] = _wall, boot: Callable[[], float] = _boot) -> None:
        self._wall = wall
        self._boot = boot
        self._began = wall() - timedelta(seconds=boot())

    def now(self) -> datetime:
        """The present moment, as people know it."""
        return self._wall()

    def steady(self) -> datetime:
        """The time at the start, or the one last agreed upon, and what has passed since."""
        return self._began + timedelta(seconds=self._boot())

    def agree(self, theirs: datetime) -> timedelta:
        """Takes `theirs` as the time for leases. How far `now` is ahead of it."""
        self._began = theirs - timedelta(seconds=self._boot())
        return self._wall() - theirs

    def passed(self) -> float:
        """Seconds that nobody can set."""
        return self._boot()


class StandingClock:
    """A clock that stands still until it is moved: for the playground and for tests. It never goes back."""

    def __init__(self, start: datetime) -> None:
        self._now = _aware(start)

    def now(self) -> datetime:
        """The moment it was last moved to."""
        return self._now

    def steady(self) -> datetime:
        """The same: nobody sets it but who moves it on."""
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Goes forward to `moment`; an earlier moment is ignored."""
        self._now = max(self._now, _aware(moment))


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("A time without a zone is not a moment. Give it one, for example UTC.")
    return moment.astimezone(UTC)
