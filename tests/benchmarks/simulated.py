"""Simulated time over several real processes.

Time runs as it really does while any of them has something to do, and jumps to the next thing that any of them waits
for when none has. So all that takes the machine time takes as long as it really does, and no wait takes any.
Each process runs on a loop of asyncio whose time is the common one: sleeping and timeouts follow by themselves.
"""

from __future__ import annotations

import asyncio
import mmap
import selectors
import tempfile
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import inf
from pathlib import Path
from selectors import SelectorKey
from time import perf_counter, sleep
from types import TracebackType
from typing import Any

MOST = 16
"""Processes."""

FIRST = 3
"""Where the numbers of the processes begin."""

_BUSY, _GONE = -1.0, -2.0
_BEAT = 0.0005
"""Real seconds between two looks at whether anybody is busy."""


class Common:
    """What the processes share: the seconds so far and the number of the last question, whether really nobody has
    anything to do. And for each: until when it waits, how often it has begun something, and what it answered last.
    """

    def __init__(self, path: str) -> None:
        with Path(path).open("r+b") as file:
            self._map = mmap.mmap(file.fileno(), 0)
        self._values = memoryview(self._map).cast("d")

    @property
    def seconds(self) -> float:
        """So far."""
        return self._values[0]

    @property
    def start(self) -> datetime:
        """When the seconds began."""
        return datetime.fromtimestamp(self._values[1], UTC)

    @property
    def question(self) -> float:
        """The number of the last question."""
        return self._values[2]

    def begin(self, start: datetime) -> None:
        """Nobody takes part yet."""
        self._values[1] = start.timestamp()
        for slot in range(MOST):
            self.leave(slot)

    def move(self, seconds: float) -> None:
        """It is so late now."""
        self._values[0] = max(seconds, self._values[0])

    def ask(self) -> None:
        """Whoever has nothing to do looks once more."""
        self._values[2] += 1

    def answer(self, slot: int, question: float) -> None:
        """This process has looked since the question, and nothing had come."""
        self._values[FIRST + 2 * MOST + slot] = question

    def waits(self, slot: int, until: float) -> None:
        """This process has nothing to do until then."""
        self._values[FIRST + slot] = until

    def works(self, slot: int) -> None:
        """This process has something to do."""
        self._values[FIRST + slot] = _BUSY
        self._values[FIRST + MOST + slot] += 1

    def leave(self, slot: int) -> None:
        """This process takes no part any more."""
        self._values[FIRST + slot] = _GONE

    def state(self) -> tuple[list[float], list[float]]:
        """Until when each waits, and how often it has begun."""
        return list(self._values[FIRST : FIRST + MOST]), list(self._values[FIRST + MOST : FIRST + 2 * MOST])

    def answers(self) -> set[float]:
        """What those that take part have answered last."""
        there = [slot for slot, until in enumerate(self.state()[0]) if until != _GONE]
        return {self._values[FIRST + 2 * MOST + slot] for slot in there}


class Time:
    """Moves the common time on, from a thread of the process that has begun it all."""

    def __init__(self, start: datetime) -> None:
        with tempfile.NamedTemporaryFile(prefix="vidsyn-time-", delete=False) as file:
            file.write(bytes(8 * (FIRST + 3 * MOST)))
        self.path = file.name
        self.common = Common(self.path)
        self.common.begin(start)
        self._jumps = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Time:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        Path(self.path).unlink()

    def jumps(self) -> None:
        """Everybody is there: from now on it need not go as it really does."""
        self._jumps.set()

    def _run(self) -> None:
        common, last = self.common, perf_counter()
        asked: tuple[list[float], list[float]] | None = None
        while not self._ended.is_set():
            sleep(_BEAT)
            now, state = perf_counter(), common.state()
            if _BUSY in state[0] or not self._jumps.is_set():
                common.move(common.seconds + now - last)
                asked = None
            elif asked != state:
                common.ask()
                asked = state
            # What one has sent to another is there at once, so when all have looked, nothing is on its way.
            elif common.answers() == {common.question} and common.state() == state:
                waits = [until for until in state[0] if until != _GONE]
                common.move(min(waits) if min(waits) < inf else common.seconds)
                asked = None
            last = now


class Clock:
    """The common time of day."""

    def __init__(self, common: Common) -> None:
        self._common = common

    def now(self) -> datetime:
        """The present moment."""
        return self._common.start + timedelta(seconds=self._common.seconds)

    def steady(self) -> datetime:
        """The same: it is never put back."""
        return self.now()


class _Selector(selectors.EpollSelector):
    """Waits for what really comes, but for time only as the common one goes."""

    def __init__(self, common: Common, slot: int) -> None:
        super().__init__()
        self.elsewhere = 0
        self._common = common
        self._slot = slot

    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        common, slot = self._common, self._slot
        found = super().select(0)
        if found or (timeout is not None and timeout <= 0):
            return found
        until = inf if timeout is None else common.seconds + timeout
        if not self.elsewhere:
            common.waits(slot, until)
        while True:
            question = common.question
            found = super().select(0.001)
            if found or common.seconds >= until:
                common.works(slot)
                return found
            common.answer(slot, question)


class Loop(asyncio.SelectorEventLoop):
    """A loop on the common time. What runs in a thread is work of its process too."""

    def __init__(self, common: Common, slot: int) -> None:
        self._common = common
        self._waiting = _Selector(common, slot)
        super().__init__(self._waiting)
        common.works(slot)

    def time(self) -> float:
        """The common seconds."""
        return self._common.seconds

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        """As always; the process is not idle meanwhile."""
        self._waiting.elsewhere += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._back)
        return future

    def _back(self, future: asyncio.Future[Any]) -> None:
        self._waiting.elsewhere -= 1
