"""Whose a workspace or a tenant is: a town with one of each is one organisation, and towns side by side are not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import permutations

import pytest

from bot.channels.organisations import meet, welcome
from storage.records import Organisation, Workspace
from storage.store import Store, Work
from tests.storage.samples import a_vault

TENANT = "5d1c9c3e-6b7f-4a51-9f0e-0c2c3f1f7a10"


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    store = Store.open("sqlite://", a_vault())
    store.migrate()
    yield store
    await store.close()


def organisations(store: Store) -> list[Organisation]:
    return store.run_now(lambda work: work.people.organisations())


@pytest.mark.parametrize("order", list(permutations(("slack", "teams", "name"))))
def test_a_town_with_slack_and_teams_is_one_organisation_whichever_is_met_first(
    store: Store, order: tuple[str, ...]
) -> None:
    def unit(work: Work, what: str) -> Workspace:
        if what == "slack":
            return welcome(work, "slack", "T1", "Sundby Kommune", alone=True)
        return welcome(work, "teams", TENANT, "Sundby" if what == "name" else "", alone=True)

    for what in (*order, *order):
        store.run_now(lambda work, what=what: unit(work, what))  # type: ignore[misc]
    (ours,) = organisations(store)
    assert ours.name == ("Sundby Kommune" if order.index("slack") < order.index("name") else "Sundby")
    rows = [store.run_now(lambda work, at=at: work.workspaces.find(*at)) for at in (("slack", "T1"), ("teams", TENANT))]  # type: ignore[misc]
    assert [row.organisation for row in rows if row] == [ours.id, ours.id]


def test_a_name_that_comes_later_takes_the_place_of_the_id_whoever_tells_it(store: Store) -> None:
    store.run_now(lambda work: meet(work, "teams", TENANT, alone=True))
    assert [row.name for row in organisations(store)] == [TENANT]
    store.run_now(lambda work: welcome(work, "slack", "T1", "Sundby Kommune", alone=True))
    assert [row.name for row in organisations(store)] == ["Sundby Kommune"]
    store.run_now(lambda work: welcome(work, "teams", TENANT, "Noget andet", alone=True))
    assert [row.name for row in organisations(store)] == ["Sundby Kommune"]


def test_towns_side_by_side_are_organisations_of_their_own(store: Store) -> None:
    for channel, tenant in (("slack", "T1"), ("slack", "T2"), ("teams", TENANT)):
        store.run_now(lambda work, at=(channel, tenant): meet(work, *at))  # type: ignore[misc]
    assert len(organisations(store)) == 3


def test_where_there_are_several_organisations_already_nobody_joins_one_of_them(store: Store) -> None:
    """As when a process that served several towns is set up for one."""
    for tenant in ("T1", "T2"):
        store.run_now(lambda work, tenant=tenant: meet(work, "slack", tenant, tenant))  # type: ignore[misc]
    store.run_now(lambda work: meet(work, "teams", TENANT, alone=True))
    assert len(organisations(store)) == 3


def test_what_is_known_stays_where_it_is(store: Store) -> None:
    own = store.run_now(lambda work: meet(work, "slack", "T1", "Nordby"))
    also = store.run_now(lambda work: meet(work, "teams", TENANT, "Sundby"))
    assert own.organisation != also.organisation
    assert store.run_now(lambda work: welcome(work, "teams", TENANT, alone=True)).organisation == also.organisation
