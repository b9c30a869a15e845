from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres import drop, fresh_database

KINDS = ("sqlite", "postgresql")


@pytest.fixture(params=KINDS)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/one.db"
        return
    address = fresh_database()
    yield address
    drop(address)


@pytest.fixture(params=KINDS)
def other(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of another."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/other.db"
        return
    address = fresh_database()
    yield address
    drop(address)


@pytest.fixture
def postgres() -> Iterator[str]:
    """The address of an empty database on PostgreSQL."""
    address = fresh_database()
    yield address
    drop(address)
