"""Says when the database goes away, now and then while it is, and when it is back: once, and not by each who asks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic

import structlog

from storage.errors import StoreUnavailable

log = structlog.get_logger()

AGAIN = 300.0
"""Seconds after which it is said again that the database is away."""

SAYS = frozenset({"database_away", "database_still_away", "database_back"})
"""All that is said of it."""

SETTLES = 10.0
"""Seconds without a failure after which it is back: on a full disk one can still read."""


class Presence:
    """What the log is told of the database. May be asked and told from any thread. `now` is in seconds."""

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._since: float | None = None
        self._well: float | None = None
        self._said = 0.0

    @property
    def is_away(self) -> bool:
        """Whether the log knows that the database cannot be used."""
        return self._since is not None

    def note(self, failure: StoreUnavailable | None) -> None:
        """The database has just done what it was asked, or has failed like this."""
        if failure is None and self._since is None:
            return
        with self._lock:
            if failure is None:
                self._works()
            elif failure.cause.is_whole:
                self._fails(failure)

    def back(self) -> None:
        """It is there, as who waited for it has seen."""
        with self._lock:
            if self._since is not None:
                self._ends(self._now())

    def _works(self) -> None:
        now = self._now()
        self._well = now if self._well is None else self._well
        if self._since is not None and now - self._well >= SETTLES:
            self._ends(self._well)

    def _fails(self, failure: StoreUnavailable) -> None:
        now, self._well = self._now(), None
        if self._since is None:
            self._since = self._said = now
            log.error("database_away", cause=failure.cause.value)
        elif now - self._said >= AGAIN:
            self._said = now
            log.warning("database_still_away", cause=failure.cause.value, seconds=round(now - self._since))

    def _ends(self, at: float) -> None:
        log.warning("database_back", seconds=round(at - (self._since or at), 1))
        self._since = None


PRESENCE = Presence()
"""That of this process, which has one database."""
