from dataclasses import replace
from datetime import time

import pytest

from storage.records import AddressRow, Organisation, PersonRow
from storage.store import Conflict, NotFound, Store, Work
from tests.storage.samples import HERE, NOW, SECOND, THERE, people


def test_an_organisation_comes_back_as_it_was(store: Store) -> None:
    norway = Organisation("no", "Byen", "NO", "Europe/Oslo", "nb")
    store.run_now(lambda work: work.people.add_organisation(norway))
    assert store.run_now(lambda work: work.people.organisation("no")) == norway
    assert store.run_now(lambda work: work.people.organisations()) == [norway]
    with pytest.raises(NotFound):
        store.run_now(lambda work: work.people.organisation("nobody"))


def test_a_person_comes_back_as_they_were_and_as_they_are_now(store: Store) -> None:
    store.run_now(people)
    full = PersonRow(
        id="ole",
        organisation="org",
        name="Ole Ærø",
        unit="Havnen",
        email="ole@example.org",
        language="nb",
        zone="Europe/Oslo",
        country="NO",
        working_days=(1, 3),
        starts=time(7, 30),
        ends=time(14, 45),
        hr=True,
        told=frozenset({"welcome", "safe.confidential"}),
    )
    store.run_now(lambda work: work.people.add(full))
    assert store.run_now(lambda work: work.people.get("ole")) == full
    changed = replace(full, name="Ole", hr=False, told=frozenset(), working_days=(), active=False)
    store.run_now(lambda work: work.people.update(changed))
    assert store.run_now(lambda work: work.people.find("ole")) == changed


def test_nobody_is_not_found(store: Store) -> None:
    assert store.run_now(lambda work: work.people.find("nobody")) is None
    with pytest.raises(NotFound):
        store.run_now(lambda work: work.people.get("nobody"))
    with pytest.raises(NotFound):
        store.run_now(lambda work: work.people.update(PersonRow("nobody", "org", "N")))


def test_everybody_is_listed_by_name_and_hr_apart(store: Store) -> None:
    def grant(work: Work) -> None:
        people(work)
        work.people.add_organisation(Organisation("other", "Andre", "NO", "Europe/Oslo", "nb"))
        work.people.add(PersonRow("x", "other", "Aase", hr=True))
        work.people.update(replace(work.people.get("eva"), hr=True, name="Abel"))

    store.run_now(grant)
    assert [row.name for row in store.run_now(lambda work: work.people.all("org"))] == ["Abel", "Ada", "Bo"]
    assert [row.id for row in store.run_now(lambda work: work.people.hr("org"))] == ["eva"]


def test_a_person_belongs_to_an_organisation_that_exists(store: Store) -> None:
    with pytest.raises(Conflict):
        store.run_now(lambda work: work.people.add(PersonRow("x", "nowhere", "X")))


def at(store: Store, where: AddressRow) -> str | None:
    person = store.run_now(lambda work: work.people.at(where))
    return person.id if person else None


def test_a_person_is_found_at_each_address(store: Store) -> None:
    def link(work: Work) -> list[AddressRow]:
        people(work)
        for where in (THERE, HERE, THERE):
            work.people.link("ada", where)
        return work.people.addresses("ada")

    assert store.run_now(link) == [THERE, HERE]
    assert [at(store, where) for where in (HERE, THERE)] == ["ada", "ada"]
    for elsewhere in (replace(HERE, tenant="T2"), replace(HERE, channel="teams"), replace(HERE, place="D2")):
        assert at(store, elsewhere) is None


def test_an_address_is_never_taken_from_somebody(store: Store) -> None:
    store.run_now(people)
    store.run_now(lambda work: work.people.link("ada", HERE))
    with pytest.raises(Conflict, match="somebody else"):
        store.run_now(lambda work: work.people.link("bo", HERE))
    assert store.run_now(lambda work: work.people.addresses("bo")) == []


def test_a_lock_is_harmless_for_whoever_holds_it(store: Store) -> None:
    store.run_now(people)
    before = store.run_now(lambda work: work.people.get("ada"))

    def twice(work: Work) -> None:
        work.people.lock("ada")
        work.people.lock("ada")

    store.run_now(twice)
    assert store.run_now(lambda work: work.people.get("ada")) == before


def test_a_code_is_spent_once(store: Store) -> None:
    store.run_now(lambda work: work.people.add_code("hash", NOW + SECOND))
    assert not store.run_now(lambda work: work.people.spend_code("guess", NOW))
    assert store.run_now(lambda work: work.people.spend_code("hash", NOW))
    assert not store.run_now(lambda work: work.people.spend_code("hash", NOW))


def test_a_code_expires(store: Store) -> None:
    store.run_now(lambda work: work.people.add_code("hash", NOW))
    assert not store.run_now(lambda work: work.people.spend_code("hash", NOW))
