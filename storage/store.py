"""The store: runs units of work, each in one transaction."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from storage.engine import is_busy, open_engine, translate
from storage.errors import Conflict as Conflict
from storage.errors import NaiveDatetime as NaiveDatetime
from storage.errors import NotFound as NotFound
from storage.errors import Sealed as Sealed
from storage.errors import StoreError as StoreError
from storage.errors import StoreUnavailable as StoreUnavailable
from storage.migrate import upgrade
from storage.vault import Vault
from storage.work import Work as Work

T = TypeVar("T")

_TRIES = 3


class Store:
    """What is kept. All that touches the database runs in one thread of the store's own."""

    def __init__(self, engine: Engine, vault: Vault) -> None:
        self._engine = engine
        self._vault = vault
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")

    @classmethod
    def open(cls, url: str, vault: Vault, patience: float = 5.0) -> Store:
        """A store on `sqlite:///path`, or `sqlite://` in memory.

        `patience` is how many seconds to wait for another writer.
        """
        return cls(open_engine(url, patience), vault)

    def migrate(self) -> None:
        """Bring the tables up to date; harmless when they are. Raises Sealed when the keys do not fit."""
        self._thread.submit(self._transact, upgrade).result()
        self.run_now(lambda work: work.keys.check())

    async def run(self, unit: Callable[[Work], T]) -> T:
        """What `unit` returns, once committed; an exception rolls everything back.

        When another writer is in the way it may run again, so it does nothing outside the store.
        Cancelling the wait does not stop a unit that has begun.
        """
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._work, unit)

    def run_now(self, unit: Callable[[Work], T]) -> T:
        """Like `run`, but waits on the spot; never call it inside another unit."""
        return self._thread.submit(self._work, unit).result()

    async def close(self) -> None:
        """Finish what runs, and let go of the database; twice is harmless."""
        await asyncio.to_thread(self._thread.shutdown)
        self._engine.dispose()

    def _work(self, unit: Callable[[Work], T]) -> T:
        return self._transact(lambda connection: unit(Work(connection, self._vault)))

    def _transact(self, act: Callable[[Connection], T]) -> T:
        tries = _TRIES
        while True:
            tries -= 1
            try:
                with self._engine.begin() as connection:
                    return act(connection)
            except (SQLAlchemyError, sqlite3.Error) as exc:
                if not (tries and is_busy(exc)):
                    raise translate(exc) from exc
