from collections.abc import Iterator

import pytest

from tests.faults.nursery import Nursery, nursery
from tests.postgres import drop, fresh_database


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
