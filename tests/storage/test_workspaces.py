from dataclasses import replace

import pytest

from storage.records import PlaceRow, Workspace
from storage.store import Conflict, Store, Work
from tests.storage.samples import people

HERE = Workspace("slack", "T1", "Kommunen", "org")
PLACE = PlaceRow("slack", "T1", "C1", "#jobbytte")


@pytest.fixture(autouse=True)
def _people(store: Store) -> None:
    store.run_now(people)


def test_a_workspace_comes_back_as_it_was_and_as_it_is_now(store: Store) -> None:
    for now in (HERE, replace(HERE, name="Byen", enterprise="E1", state="gone"), HERE):
        store.run_now(lambda work, now=now: work.workspaces.put(now))  # type: ignore[misc]
        assert store.run_now(lambda work: work.workspaces.find("slack", "T1")) == now
    assert store.run_now(lambda work: work.workspaces.find("slack", "T2")) is None
    assert store.run_now(lambda work: work.workspaces.find("teams", "T1")) is None


def test_workspaces_are_listed_by_name(store: Store) -> None:
    others = [replace(HERE, tenant="T2", name="Byen"), replace(HERE, channel="teams")]

    def put(work: Work) -> list[Workspace]:
        for row in (HERE, *others):
            work.workspaces.put(row)
        return work.workspaces.all("slack")

    assert store.run_now(put) == [others[0], HERE]


def test_a_workspace_belongs_to_an_organisation_that_exists(store: Store) -> None:
    with pytest.raises(Conflict):
        store.run_now(lambda work: work.workspaces.put(replace(HERE, organisation="nowhere")))


def test_places_are_listed_by_the_name_they_have_now(store: Store) -> None:
    elsewhere = replace(PLACE, tenant="T2")
    older = replace(PLACE, name="#zebra")

    def put(work: Work) -> list[PlaceRow]:
        for row in (older, replace(PLACE, place="C2", name="#kajen"), elsewhere, PLACE):
            work.workspaces.put_place(row)
        return work.workspaces.places("slack", "T1")

    assert store.run_now(put) == [PLACE, replace(PLACE, place="C2", name="#kajen")]
    assert store.run_now(lambda work: work.workspaces.place("slack", "T1", "C1")) == PLACE


def test_a_place_that_was_left_is_forgotten(store: Store) -> None:
    elsewhere = replace(PLACE, tenant="T2")

    def leave(work: Work) -> None:
        work.workspaces.put_place(PLACE)
        work.workspaces.put_place(elsewhere)
        for _ in range(2):
            work.workspaces.remove_place("slack", "T1", "C1")

    store.run_now(leave)
    assert store.run_now(lambda work: work.workspaces.place("slack", "T1", "C1")) is None
    assert store.run_now(lambda work: work.workspaces.place("slack", "T2", "C1")) == elsewhere
