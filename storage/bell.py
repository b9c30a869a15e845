"""The bell: one process tells the others at once that something to send was written. SQLite needs none."""

from __future__ import annotations

import asyncio
import os
import selectors
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from storage.engine import until

if TYPE_CHECKING:
    import psycopg

_CHANNEL = "vidsyn"
_GAP = 0.05
"""Seconds between two rings of one process: who is woken looks for everything."""
_AGAIN = 1.0
"""Seconds to wait before connecting anew."""
_LONGEST = 5.0
"""Seconds to wait for the server: whoever closes waits for us."""


class Bell:
    """Rings and listens on one connection of its own, in one thread, from the first use until `close`.

    What fails here only makes others notice later, for everybody looks now and then; so it is tried again, unsaid.
    """

    def __init__(self, connect: Callable[[], psycopg.Connection]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ears: list[Callable[[], None]] = []
        self._rung = self._closing = False
        self._read, self._write = -1, -1

    def ring(self) -> None:
        """Tell the other processes, soon. Never raises, never waits."""
        self._rung = True
        self._wake()

    def listen(self, on_ring: Callable[[], None], loop: asyncio.AbstractEventLoop) -> None:
        """Call `on_ring` on `loop` when another process rings, and when rings may have been lost."""

        def heard() -> None:
            with suppress(RuntimeError):  # the loop is closed: nobody is left to hear
                loop.call_soon_threadsafe(on_ring)

        self._ears.append(heard)
        self._wake()

    def close(self) -> None:
        """Let go of the connection; twice is harmless."""
        with self._lock:
            self._closing = True
            thread = self._thread
        if thread is not None:
            os.write(self._write, b".")
            thread.join()
            with self._lock:
                if self._thread is not None:
                    self._thread = None
                    os.close(self._read)
                    os.close(self._write)

    def _wake(self) -> None:
        with self._lock:
            if self._closing:
                return
            if self._thread is None:
                self._read, self._write = os.pipe()
                os.set_blocking(self._write, False)
                self._thread = threading.Thread(target=self._live, name="bell", daemon=True)
                self._thread.start()
            with suppress(BlockingIOError):  # it is full of wakings already
                os.write(self._write, b".")

    def _live(self) -> None:
        import psycopg  # noqa: PLC0415 - 9 MB that SQLite does without

        while not self._closing:
            with suppress(psycopg.Error, OSError), self._connect() as connection:
                self._serve(connection)
            if not self._closing:
                self._sleep(_AGAIN)

    def _serve(self, connection: psycopg.Connection) -> None:
        connection.autocommit = True
        with until(time.monotonic() + _LONGEST):
            connection.execute(f"LISTEN {_CHANNEL}")
        self._hear()  # what was rung while nobody listened
        while True:
            if self._rung:
                self._tell(connection)
                self._sleep(_GAP)
            elif self._closing:
                return
            else:
                self._wait(None, connection)
            mine = connection.info.backend_pid
            if any(notice.pid != mine for notice in connection.notifies(timeout=0)):
                self._hear()

    def _tell(self, connection: psycopg.Connection) -> None:
        self._rung, told = False, False
        try:
            with until(time.monotonic() + _LONGEST):
                connection.execute(f"NOTIFY {_CHANNEL}")
            told = True
        finally:
            self._rung |= not told

    def _hear(self) -> None:
        for ear in self._ears:
            ear()

    def _sleep(self, seconds: float) -> None:
        """Wait, but not when closing."""
        end = time.monotonic() + seconds
        while not self._closing and (left := end - time.monotonic()) > 0:
            self._wait(left)

    def _wait(self, seconds: float | None, *others: Any) -> None:
        """Until we are woken, or one of `others` can be read."""
        with selectors.DefaultSelector() as selector:
            for file in (self._read, *others):
                selector.register(file, selectors.EVENT_READ)
            if self._read in {key.fileobj for key, _ in selector.select(seconds)}:
                os.read(self._read, 4096)
