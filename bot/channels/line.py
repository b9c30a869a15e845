"""Those who wait to go one after another, in the order of coming, each for a few seconds at most."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count

LATE = 120.0
"""Seconds after which one that was to come back has lost its place: it was cancelled, or went elsewhere."""

AHEAD = 10**12
"""Places that an urgent one is ahead: more than there ever are."""

GRACE = 1.5
"""Seconds that one may wait beyond its end, when it takes longer than it seemed."""

SOON = 0.000_01
"""Seconds that clocks round away."""

SOONEST = 0.1
"""Seconds; nobody is told to come back before."""

Now = Callable[[], float]
Pause = Callable[[float], Awaitable[None]]


@dataclass
class _Ticket:
    """A place in the line. `until` is when it is given up; `going`: it has had its turn."""

    number: int
    until: float
    going: bool = False


class Line:
    """One line. `gap` says how many seconds follow each turn, about `mean`. Who is told to come back keeps its place.

    `now` counts seconds and `pause` waits for some; `early` is how many seconds before its turn one comes back.
    """

    def __init__(self, now: Now, pause: Pause, gap: Callable[[], float], mean: float, early: float) -> None:
        self._now = now
        self._pause = pause
        self._gap = gap
        self._mean = mean
        self._early = early
        self._numbers = count()
        self._free_at = self._held_until = float("-inf")
        self._tickets: dict[str, _Ticket] = {}
        self._waiting: dict[int, asyncio.Event] = {}

    def queue(self, id: str, *, urgent: bool = False) -> None:
        """Gives `id` the next place, an `urgent` one before the others; one that has a place keeps it."""
        now = self._now()
        ticket = self._tickets.get(id)
        if ticket is None:
            self._tickets = {key: ticket for key, ticket in self._tickets.items() if ticket.until >= now}
            ticket = self._tickets[id] = _Ticket(next(self._numbers) - (AHEAD if urgent else 0), now)
        ticket.until, ticket.going = now + LATE, False

    def leave(self, id: str) -> None:
        """`id` has gone, or never will."""
        self._tickets.pop(id, None)

    async def turn(self, id: str, until: float) -> float:
        """Waits for the turn of `id`: 0 when it has come. Seconds to come back after when it does not by `until`."""
        self.queue(id)
        ticket = self._tickets[id]
        wait = await self._stand(ticket.number, until)
        now = self._now()
        ticket.until = now + wait + LATE
        if not wait:
            ticket.going = True
            self._free_at = now + self._gap()
        return wait

    def held(self) -> float:
        """Seconds until anybody may go."""
        return max(self._held_until - self._now(), 0.0)

    def hold(self, seconds: float) -> None:
        """Nobody goes before so many seconds are over. All who wait look again, and those who need not stay go."""
        self._held_until = max(self._held_until, self._now() + seconds)
        self._look_again()

    def free(self) -> None:
        """The next may go at once."""
        self._free_at = min(self._free_at, self._now())
        self._look_again()

    def _look_again(self) -> None:
        for bell in self._waiting.values():
            bell.set()

    async def _stand(self, number: int, until: float) -> float:
        if wait := self._too_long(number, until):
            return wait
        bell = self._waiting[number] = asyncio.Event()
        try:
            while True:
                if number != min(self._waiting):
                    await bell.wait()
                    bell.clear()
                if wait := self._too_long(number, until + GRACE):
                    return wait
                if number == min(self._waiting):
                    if (left := self._turn_of(0) - self._now()) < SOON:
                        return 0.0
                    await self._pause(left)
        finally:
            del self._waiting[number]
            if self._waiting:
                self._waiting[min(self._waiting)].set()

    def _turn_of(self, ahead: int) -> float:
        """When one may go that has so many before it."""
        return max(self._free_at, self._held_until, self._now()) + ahead * self._mean

    def _too_long(self, number: int, until: float) -> float:
        """Seconds until this number is close to its turn, if its turn comes after `until`; else 0."""
        now = self._now()
        turn = self._turn_of(sum(ticket.number < number and not ticket.going for ticket in self._tickets.values()))
        return max(turn - self._early - now, self._held_until - now, SOONEST) if turn > max(until, now) else 0.0
