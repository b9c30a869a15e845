"""What goes wrong on the way: each fault befalls one call of one method."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Http:
    """Answers with a bare status, for example 500 or 503, and does nothing."""

    status: int = 503


@dataclass(frozen=True)
class Limited:
    """Answers 429. `retry_after` is the header as it is written; None leaves it out."""

    retry_after: str | None = "30"


@dataclass(frozen=True)
class Refusal:
    """Answers ok=false with this error, and does nothing."""

    error: str


@dataclass(frozen=True)
class Drop:
    """Closes the connection without an answer. `accepted`: after having done what was asked."""

    accepted: bool


@dataclass(frozen=True)
class AcceptThen:
    """Does what was asked and then answers with a bare status."""

    status: int = 500


@dataclass(frozen=True)
class Garbage:
    """Does what was asked and answers 200 with what is no JSON."""

    body: str = "<html>oops</html>"


@dataclass
class Hang:
    """Stays silent until `release()`; `reached` is set when a call waits. `accepted`: does it first, else after."""

    accepted: bool = True
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    released: asyncio.Event = field(default_factory=asyncio.Event)

    def release(self) -> None:
        """Lets the call go on."""
        self.released.set()


@dataclass(frozen=True)
class Slow:
    """Does what was asked at once and answers after so many real seconds."""

    seconds: float


@dataclass(frozen=True)
class Fine:
    """Nothing goes wrong this time."""


FINE = Fine()
DROP_BEFORE = Drop(accepted=False)
DROP_AFTER = Drop(accepted=True)

Fault = Fine | Http | Limited | Refusal | Drop | AcceptThen | Garbage | Hang | Slow


@dataclass
class Faults:
    """Faults in waiting, by method; "*" befalls any."""

    waiting: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    hangs: list[Hang] = field(default_factory=list)

    def add(self, method: str, *faults: Fault) -> None:
        """The next calls of this method meet these, one each."""
        self.waiting[method].extend(faults)
        self.hangs += [fault for fault in faults if isinstance(fault, Hang)]

    def next(self, method: str) -> Fault | None:
        """What befalls this call."""
        for key in (method, "*"):
            if self.waiting[key]:
                return self.waiting[key].popleft()
        return None

    def release_all(self) -> None:
        """Nothing hangs any more."""
        for hang in self.hangs:
            hang.release()
