"""Tells open pages that something changed. In this process only: the playground runs in one."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

MOST_WAITING = 500
"""A page that is further behind than this is cut off; it comes back and catches up from the store."""


@dataclass(frozen=True)
class Ring:
    """What changed: a message in a box, or with an empty `box` the house (people, the clock)."""

    box: str = ""
    id: str = ""
    order: int = 0
    version: int = 0


Rings = asyncio.Queue[Ring | None]
"""What one page has yet to hear. None is the end."""


class Bell:
    """Rings at every open page."""

    def __init__(self) -> None:
        self._listeners: set[Rings] = set()
        self._closed = False

    @contextmanager
    def listen(self) -> Iterator[Rings]:
        """Everything that rings from now on."""
        rings: Rings = asyncio.Queue()
        self._listeners.add(rings)
        if self._closed:
            rings.put_nowait(None)
        try:
            yield rings
        finally:
            self._listeners.discard(rings)

    def ring(self, ring: Ring) -> None:
        """Tells every page. Never waits: a slow page is cut off instead."""
        for rings in list(self._listeners):
            if rings.qsize() < MOST_WAITING:
                rings.put_nowait(ring)
            else:
                self._listeners.discard(rings)
                rings.put_nowait(None)

    def close(self) -> None:
        """Lets every page go, now and later: the process is stopping."""
        self._closed = True
        for rings in list(self._listeners):
            rings.put_nowait(None)
