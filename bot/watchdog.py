"""Notices when the event loop stands still: from a thread of its own, for nothing else runs then."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
import threading
from collections.abc import Callable
from time import monotonic

import structlog

from bot.logs import stack

log = structlog.get_logger()

LIMIT = 5.0
"""Seconds that the event loop may stand still before it is said."""

BEAT = 0.5
"""Seconds between two signs of life."""


class Watchdog:
    """A beat on the event loop, and a thread that listens for it. `lag` is told how late each beat came, in seconds."""

    def __init__(self, lag: Callable[[float], None], limit: float = LIMIT, beat: float = BEAT) -> None:
        self._lag = lag
        self._limit = limit
        self._beat = beat
        self._last = monotonic()
        self._owner = 0
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None
        self._next: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begins, on the running loop and its thread."""
        self._owner = threading.get_ident()
        self._last = monotonic()
        self._again(asyncio.get_running_loop())
        self._thread = threading.Thread(target=self._listen, name="watchdog", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Listens no more."""
        self._ended.set()
        if self._next is not None:
            self._next.cancel()
        if self._thread is not None:
            self._thread.join()

    def _again(self, loop: asyncio.AbstractEventLoop) -> None:
        due = loop.time() + self._beat
        self._next = loop.call_at(due, self._beats, loop, due)

    def _beats(self, loop: asyncio.AbstractEventLoop, due: float) -> None:
        self._last = monotonic()
        self._lag(max(loop.time() - due, 0.0))
        notify("WATCHDOG=1")
        self._again(loop)

    def _listen(self) -> None:
        told = 0.0
        while not self._ended.wait(self._beat):
            last = self._last
            silent = monotonic() - last
            if silent >= self._limit + self._beat and told != last:
                told = last  # once, however long it stands
                at = stack(sys._current_frames().get(self._owner))
                log.error("loop_blocked", seconds=round(silent, 1), at=at)


def notify(state: str) -> None:
    """Tells systemd, where it started us and asked to be told: READY=1, WATCHDOG=1, STOPPING=1."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as there:
            there.setblocking(False)
            there.sendto(state.encode(), f"\0{address[1:]}" if address.startswith("@") else address)
    except OSError:
        log.warning("systemd_not_told")
