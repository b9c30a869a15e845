"""Whether the clock can be believed: what is due is said by it, and a wrong one would say days of it at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

import structlog

from bot.clock import Clock
from storage.store import Store

log = structlog.get_logger()

OFF = 10.0
"""Seconds that the clock may be off the database's, which decides."""

JUMP = 60.0
"""Seconds between two looks that are a jump."""

HOLDS = 600.0
"""Seconds after which a clock that jumped is believed."""

SLOW = 2.0
"""Seconds that asking the database may take; what it said longer ago is not its time any more."""


STEP, SETTLES = 5.0, 45.0
"""Seconds by which the database's clock must step for leases to mean nothing, and seconds until all have new ones."""

UNASKED = "The database has not said what time it is. Until it answers this process says and sends nothing."


class Settable(Clock, Protocol):
    """A clock that somebody may set, beside one that nobody can."""

    def passed(self) -> float:
        """Seconds that nobody can set."""
        ...

    def agree(self, theirs: datetime) -> timedelta:
        """Takes `theirs` as the time for leases. How far `now` is ahead of it."""
        ...


class Watch:
    """Looks at the clock. `reason` says why it is not believed; empty when it is.

    `sends`: whether this process may send at all, for it may not while the database's clock contradicts it.
    """

    def __init__(self, store: Store, clock: Settable) -> None:
        # Before the database has been asked its time, nobody knows whether this machine's is right.
        self.sends = not store.is_shared
        self.reason = "" if self.sends else UNASKED
        self._store = store
        self._clock = clock
        self._right: datetime | None = None
        self._wrong: tuple[datetime, float] | None = None
        self._agreed = False
        self._stepped = float("-inf")

    @property
    def trusted(self) -> bool:
        """Whether what is due may be said, and what is too late given up."""
        return not self.reason

    @property
    def sees_leases(self) -> bool:
        """Whether a lease that seems over is over: not for a while after the database's clock has been set."""
        return self._clock.passed() - self._stepped > SETTLES

    async def look(self) -> None:
        """Compares the clocks. Called at every tick. Raises StoreUnavailable."""
        began = self._clock.passed()
        theirs = await self._store.run(lambda work: work.meta.now(), serial=False) if self._store.is_shared else None
        now, passed = self._clock.now(), self._clock.passed()
        if theirs is not None and passed - began > SLOW:
            return
        off = self._agree(theirs) if theirs is not None else 0.0
        self.sends = abs(off) <= OFF
        jumped = self._jumped(theirs or now, passed)
        self._note(_off(off) if not self.sends else _jumped(jumped) if jumped else "")

    def _agree(self, theirs: datetime) -> float:
        """Seconds by which our clock is ahead of theirs, which is that of leases from now on."""
        before = self._clock.steady()
        off = self._clock.agree(theirs).total_seconds()
        if self._agreed and abs((self._clock.steady() - before).total_seconds()) > STEP:
            self._stepped = self._clock.passed()
        self._agreed = True
        return off

    def _jumped(self, now: datetime, passed: float) -> float:
        """Seconds by which the clock is wrong; 0 when it is right, or has kept so for long enough."""
        began = now - timedelta(seconds=passed)
        ahead = (began - (self._right or began)).total_seconds()
        if abs(ahead) <= JUMP:
            self._right, self._wrong = began, None
        elif self._wrong is None or abs((began - self._wrong[0]).total_seconds()) > JUMP:
            self._wrong = (began, passed)
        elif passed - self._wrong[1] >= HOLDS:
            self._right, self._wrong = began, None
        return ahead if self._wrong else 0.0

    def _note(self, reason: str) -> None:
        if bool(reason) != bool(self.reason):
            log.warning("clock_jumped" if self.sends and reason else "clock_off" if reason else "clock_right")
        self.reason = reason


def _off(seconds: float) -> str:
    return (
        f"The clock of this machine is {_apart(seconds)} the database's. Set it right; until then this process "
        "says and sends nothing."
    )


def _jumped(seconds: float) -> str:
    return (
        f"The clock jumped and is {_apart(seconds)} where it was. Nothing due is said until it is back, "
        "or has kept its new time for ten minutes."
    )


def _apart(seconds: float) -> str:
    return f"{abs(seconds):.0f} seconds {'ahead of' if seconds > 0 else 'behind'}"
