"""The bell: what one process rings another hears, also after the database was away, and nobody is disturbed."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import TupleRow

from storage.bell import Bell
from storage.store import Store
from tests.postgres import execute
from tests.storage.conftest import Opener
from tests.storage.samples import a_vault

PATIENCE = 30


class Ear:
    """Counts what it hears."""

    def __init__(self) -> None:
        self.count = 0
        self._heard = asyncio.Event()

    def __call__(self) -> None:
        self.count += 1
        self._heard.set()

    async def hears(self) -> None:
        """Until it hears something that nobody waited for yet."""
        await asyncio.wait_for(self._heard.wait(), PATIENCE)
        self._heard.clear()


@pytest.fixture
def open_shared(postgres: str, opened: list[Store]) -> Opener:
    """Opens the test's one database again and again, as so many processes would."""

    def again() -> Store:
        store = Store.open(postgres, a_vault())
        opened.append(store)
        return store

    return again


async def listening(store: Store) -> Ear:
    """An ear of `store` that hears from now on."""
    ear = Ear()
    store.listen(ear)
    await ear.hears()  # as soon as it listens, for it may have missed something
    return ear


async def test_the_others_hear_a_ring(open_shared: Opener) -> None:
    one, other, third = (open_shared() for _ in range(3))
    ears = [await listening(store) for store in (one, other, third)]
    other.ring()
    await ears[0].hears()
    await ears[2].hears()
    one.ring()
    await ears[1].hears()
    await ears[2].hears()
    assert [ear.count for ear in ears] == [2, 2, 3]  # none heard itself


async def test_a_ring_is_heard_after_the_database_was_away(open_shared: Opener, postgres: str) -> None:
    one, other = open_shared(), open_shared()
    ear = await listening(other)
    one.ring()
    await ear.hears()
    for _ in range(2):
        execute(
            postgres,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        await ear.hears()  # it listens again
        one.ring()
        await ear.hears()


async def test_a_ring_that_broke_off_is_rung_again(open_shared: Opener, postgres: str) -> None:
    ear = await listening(open_shared())
    breaks: list[object] = []

    class Breaking(psycopg.Connection[TupleRow]):
        """Is cut off in the first ring."""

        def execute(self, *args: Any, **kwargs: Any) -> psycopg.Cursor[TupleRow]:
            if args[0].startswith("NOTIFY") and not breaks:
                breaks.append(self)
                self.close()
            return super().execute(*args, **kwargs)

    bell = Bell(lambda: Breaking.connect(postgres))
    bell.ring()
    await ear.hears()
    await asyncio.to_thread(bell.close)
    assert breaks


async def test_many_rings_are_few(open_shared: Opener, postgres: str) -> None:
    store = open_shared()
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("LISTEN vidsyn")
        for _ in range(1000):
            store.ring()
        await store.close()  # the last ring goes out before
        rung = len(list(connection.notifies(timeout=1)))
    assert 1 <= rung < 100


async def test_without_a_database_nobody_is_disturbed(tmp_path: Path, opened: list[Store]) -> None:
    store = Store.open(f"postgresql://nobody@/nothing?host={tmp_path}", a_vault())
    opened.append(store)
    ear = Ear()
    store.listen(ear)
    store.ring()
    await store.close()
    store.ring()
    assert ear.count == 0


async def test_one_process_alone_has_no_bell(opened: list[Store]) -> None:
    store = Store.open("sqlite://", a_vault())
    opened.append(store)
    ear = Ear()
    store.listen(ear)
    store.ring()
    await asyncio.sleep(0)
    assert ear.count == 0


async def test_it_may_ring_when_nobody_is_left_to_hear(open_shared: Opener) -> None:
    one, other = open_shared(), open_shared()
    gone = asyncio.new_event_loop()

    async def begin() -> None:
        await listening(other)

    await asyncio.to_thread(gone.run_until_complete, begin())
    gone.close()
    ear = Ear()
    other.listen(ear)
    one.ring()
    await ear.hears()
