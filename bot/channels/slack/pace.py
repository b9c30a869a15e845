"""How fast we go: below Slack's limits, in the order of coming, and not at all while Slack says wait.

Slack allows one message a second in a channel, some hundreds a minute in a workspace, and about fifty changes of
messages a minute in a workspace; after a 429 it wants its Retry-After respected for the method and the workspace.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count

from bot.channel import Hold

PATIENCE, GRACE = 8.0, 1.5
"""Seconds that a message waits in a line, and at most when it takes longer than it seemed.

With ten for the call it stays within delivery's twenty.
"""

LATE = 120.0
"""Seconds after which a message that was to come back has lost its place: it was cancelled, or went elsewhere."""

AHEAD = 10**12
"""Places that an urgent message is ahead: more than there ever are."""

CHANNEL_GAP = 1.0
"""Seconds between two messages in a channel: Slack's own number."""

SOON = 0.000_01
"""Seconds that clocks round away."""

SHORTEST_TROUBLE, LONGEST_TROUBLE = 5.0, 300.0
"""Seconds to leave a workspace alone after a failure, and at most after many in a row."""

Now = Callable[[], float]
Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Limit:
    """`gap` seconds for each call on average, and `burst` calls that may go without a gap."""

    gap: float
    burst: int = 1


POST, UPDATE = "chat.postMessage", "chat.update"
LIMITS = {
    # 240 a minute: below the "several hundred" that Slack names, so that replies still fit beside what is due.
    POST: Limit(gap=0.25),
    # 40 a minute and ten more at once: never over the fifty that Slack names.
    UPDATE: Limit(gap=1.5, burst=10),
}
ABREAST = 24
"""Messages of a workspace on their way at once: fewer than go while one waits in line."""

OTHERS = Limit(gap=0.0)
"""What is looked up waits for nobody; it is only held after a 429."""


@dataclass
class Ticket:
    """A place in the line. `until` is when it is given up; `going`: its call is under way."""

    number: int
    until: float
    going: bool = False


@dataclass
class Line:
    """Those who want to call one method in one workspace."""

    limit: Limit
    full_at: float = float("-inf")
    held_until: float = float("-inf")
    troubles: int = 0
    tickets: dict[str, Ticket] = field(default_factory=dict)
    waiting: dict[int, asyncio.Event] = field(default_factory=dict)

    def free_at(self, now: float, ahead: int = 0) -> float:
        """When one may go that has so many before it."""
        start = max(self.full_at, self.held_until, now)
        return max(start + (ahead + 1 - self.limit.burst) * self.limit.gap, self.held_until, now)

    def ahead(self, number: int) -> int:
        """How many come before this number, those among them that wait elsewhere."""
        return sum(ticket.number < number and not ticket.going for ticket in self.tickets.values())

    def take(self, now: float) -> None:
        """Somebody goes now."""
        self.full_at = max(self.full_at, now) + self.limit.gap

    def wake(self) -> None:
        """The first of those who wait looks again."""
        if self.waiting:
            self.waiting[min(self.waiting)].set()

    def hold(self, until: float) -> None:
        """Nobody goes before then. All who wait look again: those who need not stay come back in their order."""
        self.held_until = max(self.held_until, until)
        for bell in self.waiting.values():
            bell.set()


class Pace:
    """The lines of one process. `now` counts seconds, and `pause` waits for some."""

    def __init__(self, now: Now, pause: Pause, patience: float = PATIENCE) -> None:
        self._now = now
        self._pause = pause
        self._patience = patience
        self._numbers = count()
        self._lines: dict[tuple[str, str], Line] = {}
        self._channels: dict[tuple[str, str], float] = {}
        self._asked: set[tuple[str, str]] = set()

    def queue(self, tenant: str, method: str, id: str, *, urgent: bool = False) -> Ticket:
        """Gives `id` the next place in the line, an `urgent` one before the others; one that has a place keeps it."""
        line, now = self._line(tenant, method), self._now()
        ticket = line.tickets.get(id)
        if ticket is None:
            line.tickets = {key: ticket for key, ticket in line.tickets.items() if ticket.until >= now}
            ticket = Ticket(next(self._numbers) - (AHEAD if urgent else 0), now)
        line.tickets[id] = ticket
        ticket.until, ticket.going = now + self._patience + LATE, False
        return ticket

    def leave(self, tenant: str, method: str, id: str) -> None:
        """`id` has gone, or never will."""
        self._line(tenant, method).tickets.pop(id, None)

    async def turn(self, tenant: str, method: str, id: str, place: str, until: float) -> float:
        """Waits for the turn of `id`, which then is over: 0. Seconds to come back after when it is not by `until`."""
        line, ticket = self._line(tenant, method), self.queue(tenant, method, id)
        if method == POST and (free := self._channels.get((tenant, place), 0.0)) > self._now():
            await self._pause(free - self._now())
        wait = await self._stand(line, ticket.number, until)
        now = self._now()
        ticket.until = now + wait + LATE
        if wait:
            return wait
        ticket.going = True
        line.take(now)
        if method == POST:
            self.posted(tenant, place)
        return 0.0

    def posted(self, tenant: str, place: str) -> None:
        """A message has just come there: the next one leaves it a while. Slack counts from when it took the last."""
        now = self._now()
        if len(self._channels) > 10_000:
            self._channels = {key: free for key, free in self._channels.items() if free > now}
        self._channels[tenant, place] = now + CHANNEL_GAP

    def held(self, tenant: str, method: str) -> float:
        """Seconds until anybody may call the method there."""
        return max(self._line(tenant, method).held_until - self._now(), 0.0)

    def hold(self, tenant: str, method: str, seconds: float) -> None:
        """Nobody goes before so many seconds are over: Slack said so."""
        self._asked.add((tenant, method))
        self.obey(Hold(tenant, method, seconds))

    def obey(self, hold: Hold) -> None:
        """Nobody goes before: Slack said so to another process."""
        self._line(hold.tenant, hold.what).hold(self._now() + hold.seconds)

    def heard(self) -> list[Hold]:
        """What holds by now that did not the last time."""
        asked, self._asked = sorted(self._asked), set()
        return [Hold(tenant, method, self.held(tenant, method)) for tenant, method in asked]

    def trouble(self, tenant: str, method: str) -> None:
        """Slack cannot be reached, or is ill: leaves it alone for a while, longer each time."""
        line = self._line(tenant, method)
        if self._now() >= line.held_until:  # calls that were on their way together fail together
            line.troubles += 1
            self.hold(tenant, method, min(SHORTEST_TROUBLE * 2 ** (line.troubles - 1), LONGEST_TROUBLE))

    def well(self, tenant: str, method: str) -> None:
        """Slack answered."""
        self._line(tenant, method).troubles = 0

    def now(self) -> float:
        """The present, in seconds of no particular beginning."""
        return self._now()

    def _line(self, tenant: str, method: str) -> Line:
        return self._lines.setdefault((tenant, method), Line(LIMITS.get(method, OTHERS)))

    async def _stand(self, line: Line, number: int, until: float) -> float:
        """0 once it is this number's turn; else the seconds that it would take beyond `until`."""
        if wait := self._too_long(line, number, until):
            return wait
        bell = line.waiting[number] = asyncio.Event()
        try:
            while True:
                if number != min(line.waiting):
                    await bell.wait()
                    bell.clear()
                if wait := self._too_long(line, number, until + GRACE):
                    return wait
                if number == min(line.waiting):
                    if (free := line.free_at(self._now()) - self._now()) < SOON:
                        return 0.0
                    await self._pause(free)
        finally:
            del line.waiting[number]
            line.wake()

    def _too_long(self, line: Line, number: int, until: float) -> float:
        """Seconds until this number is close to its turn, if its turn comes after `until`; else 0."""
        now = self._now()
        turn = line.free_at(now, line.ahead(number))
        return max(turn - self._patience / 2, line.held_until) - now if turn > max(until, now) else 0.0
