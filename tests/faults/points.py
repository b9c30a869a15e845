"""Failpoints between receiving and marking sent, around the units of work of a store. The product knows nothing of it.

A unit is named by what it does to the store, for example "outbox.claim": whoever renames a function moves no point.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, TypeVar, cast

from storage.store import Store, Work
from tests.faults import disk

T = TypeVar("T")

When = Literal["begun", "committed"]
How = Literal["kill", "stop", "block", "disk"]

Passed = Callable[[], timedelta]

ANY = "*"
DATABASE_CLOCK = "meta.now"
LONG = 6.5
"""Seconds for which `block` lets nothing else happen."""
BROKEN = Path("disk-is-broken")
"""After `disk` nothing can be written by the thread that came there while this file is in the process's folder."""


@dataclass(frozen=True)
class Point:
    """Where a process fails: at the `nth` unit of work that does `what`, before its commit or after it."""

    what: str
    when: When
    nth: int = 1
    how: How = "kill"

    def __str__(self) -> str:
        return f"{self.what} {self.when} {self.nth} {self.how}"

    @classmethod
    def read(cls, text: str) -> Point:
        """What `str` has written."""
        what, when, nth, how = text.split()
        return cls(what, cast(When, when), int(nth), cast(How, how))


def strike(point: Point) -> None:
    """Does to this process what the point says."""
    if point.how == "block":
        time.sleep(LONG)
        return
    if point.how == "disk":
        disk.refuse(BROKEN)
        return
    os.kill(os.getpid(), signal.SIGKILL if point.how == "kill" else signal.SIGSTOP)


class _Part:
    """A part of a unit of work that says which of its methods are called."""

    def __init__(self, name: str, part: object, note: Callable[[str], None], passed: Passed) -> None:
        self._name = name
        self._part = part
        self._note = note
        self._passed = passed

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        called = f"{self._name}.{name}"
        if callable(found):
            self._note(called)
        return self._now if called == DATABASE_CLOCK else found

    def _now(self) -> datetime | None:
        now: datetime | None = cast(Any, self._part).now()
        return now + self._passed() if now else None


class _Work:
    """A unit of work that says what is done in it."""

    def __init__(self, work: Work, note: Callable[[str], None], passed: Passed) -> None:
        self._work = work
        self._note = note
        self._passed = passed

    def __getattr__(self, name: str) -> Any:
        return _Part(name, getattr(self._work, name), self._note, self._passed)


class Watched:
    """A store that fails at its points. `done` is told what each unit did, once it is committed.

    `passed` is the time that has passed in the test, which the database's clock knows nothing of.
    """

    def __init__(
        self,
        inner: Store,
        points: Sequence[Point] = (),
        strike: Callable[[Point], None] = strike,
        done: Callable[[list[str]], None] = lambda _: None,
        passed: Passed = timedelta,
    ) -> None:
        self._inner = inner
        self._points = points
        self._strike = strike
        self._done = done
        self._passed = passed
        self._counts: Counter[tuple[str, When]] = Counter()

    async def run(self, unit: Callable[[Work], T], **how: Any) -> T:
        """As the real one, but for the points."""
        seen: list[str] = []
        self._meet([ANY], "begun")
        result: T = await self._inner.run(lambda work: self._watched(work, unit, seen), **how)
        self._meet([ANY, *seen], "committed")
        self._done(seen)
        return result

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def _watched(self, work: Work, unit: Callable[[Work], T], seen: list[str]) -> T:
        seen.clear()  # it runs again where another was in the way

        def note(what: str) -> None:
            if what not in seen:
                seen.append(what)
                self._meet([what], "begun")

        return unit(cast(Work, _Work(work, note, self._passed)))

    def _meet(self, names: Sequence[str], when: When) -> None:
        self._counts.update((name, when) for name in names)
        for point in self._points:
            if point.what in names and point.when == when and self._counts[point.what, when] == point.nth:
                self._strike(point)
