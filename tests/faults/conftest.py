from collections.abc import Iterator

import pytest

from tests.faults.nursery import Nursery, nursery


@pytest.fixture(scope="session", name="nursery")
def a_nursery() -> Iterator[Nursery]:
    """Who starts processes of the product."""
    with nursery() as it:
        yield it
