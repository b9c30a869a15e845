"""The store: runs units of work, each in one transaction."""

from __future__ import annotations

import asyncio
import math
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from storage.bell import Bell
from storage.engine import (
    WIDTH,
    dial,
    is_busy,
    is_clash,
    is_lost,
    is_over,
    isolate,
    open_engine,
    roll_back,
    translate,
    until,
)
from storage.errors import Conflict as Conflict
from storage.errors import NaiveDatetime as NaiveDatetime
from storage.errors import NoAnswer as NoAnswer
from storage.errors import NotFound as NotFound
from storage.errors import Sealed as Sealed
from storage.errors import StoreError as StoreError
from storage.errors import StoreUnavailable as StoreUnavailable
from storage.keys import DataKey
from storage.migrate import look, migrate
from storage.vault import Vault
from storage.work import Work as Work

T = TypeVar("T")

_TRIES = 3  # on SQLite each waits for the other writer by itself
_TRIES_SHARED = 12
_WAIT = 0.01
_WAIT_MOST = 0.3
"""Seconds before the second try, and before the last; each is a random part of it."""
LONGEST, ALONE = 8.0, 20.0
"""Seconds after which nobody waits for a unit any more: platforms wait for fifteen. On SQLite all stand in one line."""


class Store:
    """What is kept. All that touches the database runs in threads of the store's own: one on SQLite, else WIDTH."""

    is_shared = False
    """Whether other processes may work on the same database."""
    notice: Callable[[StoreUnavailable | None], None] | None = None
    """Told of each unit whether the database could be used, in whatever thread."""
    _bell: Bell | None = None

    def __init__(self, engine: Engine, vault: Vault, bell: Bell | None = None, longest: float = 0.0) -> None:
        self.is_shared = engine.dialect.name == "postgresql"
        self._engine = engine
        self._held = threading.local()
        self._connections: list[Connection] = []
        self._vault = vault
        self._lasting: dict[str, DataKey] = {}
        self._bell = bell
        self._longest = longest or (LONGEST if self.is_shared else ALONE)
        width = WIDTH if self.is_shared else 1
        self._threads = ThreadPoolExecutor(max_workers=width, thread_name_prefix="store")

    @classmethod
    def open(cls, url: str, vault: Vault, patience: float = 5.0, longest: float = 0.0) -> Store:
        """A store on `postgresql://user@host/name`, `sqlite:///path`, or `sqlite://` in memory.

        `patience` is how many seconds to wait for another writer, `longest` how many for a unit of work that is run: 0
        leaves it to the database. Raises StoreUnavailable.
        """
        engine = open_engine(url, patience)
        bell = Bell(dial(engine.url, patience)) if engine.dialect.name == "postgresql" else None
        return cls(engine, vault, bell, longest)

    def migrate(self) -> None:
        """Bring the tables up to date; harmless when they are. Raises Sealed when the keys do not fit."""
        self._threads.submit(migrate, lambda step: self._transact(step, serial=False)).result()
        self.run_now(lambda work: work.keys.check())

    def check(self) -> None:
        """Whether the tables and the keys are right; nothing is changed. Raises StoreError, each with what to do."""
        self.look()
        self.run_now(lambda work: work.keys.check())

    def look(self) -> None:
        """Whether the tables are today's; nothing is changed. Raises StoreError, with what to do."""
        self._threads.submit(self._transact, look, False).result()

    async def run(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        """What `unit` returns, once committed; an exception rolls everything back.

        Units seem to run one after the other, whoever runs them. When another was in the way one may run again, so it
        does nothing outside the store. With `serial` False a unit sees what others commit meanwhile: for those that
        name the rows they take. Cancelling the wait does not stop a unit that has begun. Raises StoreUnavailable;
        NoAnswer after some seconds, when nobody knows whether the unit is kept.
        """
        end = time.monotonic() + self._longest
        limit = asyncio.timeout(self._longest)
        try:
            async with limit:
                return await asyncio.get_running_loop().run_in_executor(self._threads, self._work, unit, serial, end)
        except TimeoutError:
            if not limit.expired():
                raise
            self._tell(silent := NoAnswer())
            raise silent from None

    def run_now(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        """Like `run`, but waits on the spot, as long as it takes; never call it inside another unit."""
        return self._threads.submit(self._work, unit, serial, math.inf).result()

    def ring(self) -> None:
        """Tell the other processes that something to send was committed. Never raises, never waits."""
        if self._bell is not None:
            self._bell.ring()

    def listen(self, on_ring: Callable[[], None]) -> None:
        """Call `on_ring` on this event loop when another process rings, until closed.

        A ring may be lost, so look by yourself too, now and then.
        """
        if self._bell is not None:
            self._bell.listen(on_ring, asyncio.get_running_loop())

    async def close(self) -> None:
        """Finish what runs, and let go of the database; twice is harmless."""
        await asyncio.to_thread(self.close_now)

    def close_now(self) -> None:
        """Like `close`, but waits on the spot."""
        self._threads.shutdown()
        if self._bell is not None:
            self._bell.close()
        for connection in self._connections:
            connection.close()
        self._engine.dispose()

    def _work(self, unit: Callable[[Work], T], serial: bool, end: float) -> T:
        try:
            with until(end):
                result = self._transact(lambda connection: unit(Work(connection, self._vault, self._lasting)), serial)
        except StoreUnavailable as away:
            self._tell(away)
            raise
        self._tell(None)
        return result

    def _tell(self, away: StoreUnavailable | None) -> None:
        if self.notice is not None:
            self.notice(away)

    def _begun(self, serial: bool) -> Connection:
        """This thread's connection, which stays open, in a transaction."""
        connection: Connection | None = getattr(self._held, "connection", None)
        if connection is None:
            connection = self._held.connection = self._engine.connect()
            self._connections.append(connection)
        try:
            isolate(connection, serial=serial)
            connection.begin()
        except BaseException:
            roll_back(connection)
            raise
        return connection

    def _transact(self, act: Callable[[Connection], T], serial: bool) -> T:
        number, tries = 1, _TRIES_SHARED if self.is_shared else _TRIES
        while True:
            committing = False
            try:
                connection = self._begun(serial)
                try:
                    result = act(connection)
                    committing = True
                    connection.commit()
                except BaseException:
                    roll_back(connection)
                    raise
                return result
            except (SQLAlchemyError, sqlite3.Error) as exc:
                # Of a commit that broke off nobody knows whether it was kept. Who clashed looks once more.
                again = is_busy(exc) or (is_lost(exc) and not committing)
                again = (again and number < tries) or (is_clash(exc) and self.is_shared and number == 1)
                refused = translate(exc).with_traceback(exc.__traceback__)
            if not again or is_over():
                # Not where it was caught: the foreign error quotes rows, and would come along.
                raise refused
            if self.is_shared:
                time.sleep(random.uniform(0, min(_WAIT * 2**number, _WAIT_MOST)))  # noqa: S311 - a wait is no secret
            number += 1
