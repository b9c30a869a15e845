from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.nursery import Nursery, nursery
from tests.postgres import drop, fresh_database

HERE = Path(__file__).parent
LONGEST = 300
"""Seconds for a test, and several waits in it; the machine may be busy with others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(LONGEST))


@pytest.fixture(scope="session", name="nursery")
def a_nursery() -> Iterator[Nursery]:
    """Who starts processes of the product."""
    with nursery() as it:
        yield it


@pytest.fixture
def url() -> Iterator[str]:
    """An empty database on the server of this run."""
    made = fresh_database()
    yield made
    drop(made)


@pytest.fixture(params=["sqlite", "postgresql"])
def either(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where a house keeps things: its own file, then an empty database on the server of this run."""
    if request.param == "sqlite":
        yield ""
        return
    made = fresh_database()
    yield made
    drop(made)
