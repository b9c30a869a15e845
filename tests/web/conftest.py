from collections.abc import AsyncIterator

import pytest

from storage.store import Store
from storage.vault import Vault
from tests.web.fakes import Client, Playhouse


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    """A real store in memory, with its tables."""
    store = Store.open("sqlite://", Vault({"test": bytes(32)}, "test"))
    store.migrate()
    yield store
    await store.close()


@pytest.fixture
async def house(store: Store) -> Playhouse:
    """A house with Sara in it, who is person1 in seat1."""
    return await Playhouse.build(store)


@pytest.fixture
async def client(house: Playhouse) -> AsyncIterator[Client]:
    """A browser on the same machine."""
    client = await house.client()
    yield client
    await client.close()
