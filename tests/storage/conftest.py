from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from storage.store import Store
from tests.postgres import drop, fresh_database
from tests.storage.samples import STORES, a_vault, in_folder

Opener = Callable[..., Store]


@pytest.fixture
async def opened() -> AsyncIterator[list[Store]]:
    """Stores put in here are closed when the test is over."""
    stores: list[Store] = []
    yield stores
    for store in stores:
        await store.close()


@pytest.fixture
def postgres() -> Iterator[str]:
    """The address of an empty database on PostgreSQL."""
    url = fresh_database()
    yield url
    drop(url)


@pytest.fixture(params=STORES)
def store(
    request: pytest.FixtureRequest, tmp_path: Path, opened: list[Store], migrated: Callable[[], str]
) -> Iterator[Store]:
    """A store with its tables and nothing in them, of each sort."""
    shared = request.param == "postgresql"
    url = fresh_database(like=migrated()) if shared else STORES[request.param](tmp_path)
    store = Store.open(url, a_vault())
    opened.append(store)
    if not shared:
        store.migrate()
    yield store
    if shared:
        drop(url)


@pytest.fixture(scope="session")
def migrated() -> Callable[[], str]:
    """The address of a database on PostgreSQL with its tables, made once: copying it is quicker than the steps."""

    @cache
    def made() -> str:
        url = fresh_database()
        store = Store.open(url, a_vault())
        store.migrate()
        store.close_now()
        return url

    return made


@pytest.fixture(params=["file", "postgresql"])
def open_again(request: pytest.FixtureRequest, tmp_path: Path, opened: list[Store]) -> Iterator[Opener]:
    """Opens the test's one database of each sort again and again, as so many processes would."""
    url = STORES[request.param](tmp_path)

    def again(patience: float = 5.0) -> Store:
        store = Store.open(url, a_vault(), patience)
        opened.append(store)
        store.migrate()
        return store

    yield again
    if url.startswith("postgresql"):
        drop(url)


@pytest.fixture
def open_file(tmp_path: Path, opened: list[Store]) -> Opener:
    """Opens the test's one file again and again, as so many processes would."""

    def again(patience: float = 5.0) -> Store:
        store = Store.open(in_folder(tmp_path), a_vault(), patience)
        opened.append(store)
        store.migrate()
        return store

    return again


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where `open_file` keeps its database."""
    return tmp_path / "data" / "vidsyn.db"
