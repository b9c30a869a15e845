"""A platform that does as it is told, and remembers what it took: strict where a real one is."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar

from bot.channel import MESSAGE, End, Hold, Outcome, Outgoing
from storage.store import Store, Work

T = TypeVar("T")

Lost = Literal["lost"]
LOST: Lost = "lost"
"""It takes the message, and its answer never comes back."""

Hang = Literal["hang"]
HANG: Hang = "hang"
"""It takes the message and stays silent."""

Answer = Outcome | Exception | Lost | Hang


class Strict(AssertionError):
    """Something that no real platform would put up with."""


@dataclass
class FakePlatform:
    """Sends as told: the next of `answers`, else sent. `ledger` is every message it took, in order.

    `holds` is what it asks for besides, and `obeyed` what it asked elsewhere.
    `cannot_look` makes `find` answer that it cannot tell, `blind` what it is, `slow` after so many seconds.
    `before` runs inside each send.
    """

    name: str = "playground"
    abreast: int = 200
    ledger: list[Outgoing] = field(default_factory=list)
    answers: deque[Answer] = field(default_factory=deque)
    asked: list[Outgoing] = field(default_factory=list)
    looked: list[Outgoing] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    obeyed: list[Hold] = field(default_factory=list)
    cannot_look: bool = False
    blind: Exception | Outcome | None = None
    slow: float = 0.0
    before: Callable[[], None] | None = None
    hung: asyncio.Event = field(default_factory=asyncio.Event)
    busy: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def send(self, outgoing: Outgoing, now: datetime) -> Outcome:
        """Takes one message, one at a time for each address."""
        self._look_closely(outgoing, now)
        self.asked.append(outgoing)
        self.busy[outgoing.to.place] += 1
        try:
            if self.busy[outgoing.to.place] > 1:
                raise Strict(f"Two messages at once to {outgoing.to.place}: their order is anybody's guess.")
            await asyncio.sleep(0)
            if self.before is not None:
                self.before()
            return await self._answer(outgoing)
        finally:
            self.busy[outgoing.to.place] -= 1

    async def find(self, outgoing: Outgoing) -> Outcome | None:
        """Looks into the ledger."""
        self.looked.append(outgoing)
        await asyncio.sleep(self.slow)
        if isinstance(self.blind, Outcome):
            return self.blind
        if self.blind is not None:
            raise self.blind
        if self.cannot_look:
            return None
        there = [taken for taken in self.ledger if taken.id == outgoing.id]
        return Outcome(End.SENT, reference=f"ref-{outgoing.id}") if there else Outcome(End.REFUSED)

    def heard(self) -> list[Hold]:
        """Says it once."""
        heard, self.holds = self.holds, []
        return heard

    def obey(self, holds: Sequence[Hold]) -> None:
        """Remembers it."""
        self.obeyed.extend(holds)

    def texts(self, place: str) -> list[str]:
        """What an address got, in order."""
        return [part.text for taken in self.ledger if taken.to.place == place for part in taken.message.parts]

    async def _answer(self, outgoing: Outgoing) -> Outcome:
        answer = self.answers.popleft() if self.answers else Outcome(End.SENT, reference=f"ref-{outgoing.id}")
        if isinstance(answer, Exception):
            raise answer
        if answer == LOST:
            self.ledger.append(outgoing)
            raise ConnectionResetError(f"lost while sending {outgoing.message}")
        if answer == HANG:
            self.ledger.append(outgoing)
            self.hung.set()
            await asyncio.Event().wait()
        assert isinstance(answer, Outcome)
        if answer.end is End.SENT:
            self.ledger.append(outgoing)
        return answer

    def _look_closely(self, outgoing: Outgoing, now: datetime) -> None:
        if now.tzinfo is None:
            raise Strict("The time has no zone.")
        if MESSAGE.validate_json(MESSAGE.dump_json(outgoing.message)) != outgoing.message:
            raise Strict("The message does not survive JSON.")
        if any(taken.id == outgoing.id for taken in self.ledger):
            raise Strict(f"{outgoing.id} has been taken already.")
        if not outgoing.message.preview:
            raise Strict("The notification says nothing.")
        if outgoing.message.buttons and not outgoing.message.card:
            raise Strict("Buttons without a card: a press would say nothing.")


class Killed(BaseException):
    """The process is gone. No handler of the product may catch it."""


class Failpoint(Store):
    """A store whose process dies around its unit of work number `at`: before it begins, or once it is committed."""

    def __init__(self, inner: Store, at: int = 0, *, committed: bool = False, die: Callable[[], None]) -> None:
        self._inner = inner
        self._at = at
        self._committed = committed
        self._die = die
        self.is_shared = inner.is_shared
        self.count = 0

    async def run(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        """As the real one, but for the one moment."""
        self.count += 1
        here = self.count == self._at
        if here and not self._committed:
            self._die()
        result = await self._inner.run(unit, serial)
        if here:
            self._die()
        return result

    def run_now(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        return self._inner.run_now(unit, serial)

    async def close(self) -> None:
        await self._inner.close()


class Waiting(Store):
    """A store that is a while about its unit of work number `at`: meanwhile something else happens."""

    def __init__(self, inner: Store, at: int, meanwhile: Callable[[], Awaitable[object]]) -> None:
        self._inner = inner
        self._at = at
        self._meanwhile = meanwhile
        self.is_shared = inner.is_shared
        self.count = 0

    async def run(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        """As the real one, but for the one unit, which begins later."""
        self.count += 1
        if self.count == self._at:
            await self._meanwhile()
        return await self._inner.run(unit, serial)

    def run_now(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        return self._inner.run_now(unit, serial)

    async def close(self) -> None:
        await self._inner.close()
