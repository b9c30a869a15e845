from dataclasses import replace
from datetime import date

import pytest

from storage.records import AddressRow, Organisation
from storage.store import NotFound, Store, Work
from tests.storage.samples import a_round, a_sign_up, an_offer, people


def test_a_round_comes_back_as_it_was_and_as_it_is_now(store: Store) -> None:
    row = a_round()
    store.run_now(people)
    store.run_now(lambda work: work.rounds.add(row))
    assert store.run_now(lambda work: work.rounds.get("round")) == row
    changed = replace(
        row,
        name="Efterår",
        state="open",
        post="out",
        forms=(),
        opens=date(2026, 9, 1),
        post_to=AddressRow("teams", "t", "19:x"),
    )
    store.run_now(lambda work: work.rounds.update(changed))
    assert store.run_now(lambda work: work.rounds.find("round")) == changed


def test_what_is_not_there_is_not_found(store: Store) -> None:
    store.run_now(people)
    assert store.run_now(lambda work: work.rounds.find("x")) is None
    for missing in (
        lambda work: work.rounds.get("x"),
        lambda work: work.rounds.update(a_round("x")),
        lambda work: work.rounds.sign_up("x"),
        lambda work: work.rounds.update_sign_up(a_sign_up("x")),
        lambda work: work.rounds.offer("x"),
        lambda work: work.rounds.update_offer(an_offer("x")),
    ):
        with pytest.raises(NotFound):
            store.run_now(missing)


def test_rounds_are_listed_by_organisation_in_the_order_they_were_added(store: Store) -> None:
    def add(work: Work) -> None:
        people(work)
        work.people.add_organisation(Organisation("other", "Andre", "NO", "Europe/Oslo", "nb"))
        for id, state in (("z", "open"), ("a", "draft"), ("m", "closed"), ("b", "open")):
            work.rounds.add(a_round(id, state=state))
        work.rounds.add(a_round("foreign", organisation="other", state="open"))

    store.run_now(add)
    assert [row.id for row in store.run_now(lambda work: work.rounds.all("org"))] == ["z", "a", "m", "b"]


def test_a_sign_up_comes_back_as_it_was_and_as_it_is_now(store: Store) -> None:
    row = a_sign_up("s", mode="swap", leader_told=True, support="yes", track="it")

    def add(work: Work) -> None:
        people(work)
        work.rounds.add(a_round())
        work.rounds.add_sign_up(row)

    store.run_now(add)
    assert store.run_now(lambda work: work.rounds.sign_up("s")) == row
    changed = replace(row, state="placed", leader_told=False, leader="eva")
    store.run_now(lambda work: work.rounds.update_sign_up(changed))
    assert store.run_now(lambda work: work.rounds.sign_ups("round")) == [changed]


def test_the_latest_sign_up_that_is_not_withdrawn_counts(store: Store) -> None:
    def add(work: Work) -> None:
        people(work)
        work.rounds.add(a_round())
        for id, state in (("1", "signed"), ("2", "signed"), ("3", "withdrawn")):
            work.rounds.add_sign_up(a_sign_up(id, state=state))

    store.run_now(add)
    found = store.run_now(lambda work: work.rounds.sign_up_of("round", "ada"))
    assert found is not None
    assert found.id == "2"
    assert store.run_now(lambda work: work.rounds.sign_up_of("round", "bo")) is None
    assert [row.id for row in store.run_now(lambda work: work.rounds.sign_ups("round"))] == ["1", "2", "3"]


def test_an_offer_comes_back_as_it_was_and_as_it_is_now(store: Store) -> None:
    rows = [an_offer("z"), an_offer("a", person="bo")]

    def add(work: Work) -> None:
        people(work)
        work.rounds.add(a_round())
        for row in rows:
            work.rounds.add_offer(row)

    store.run_now(add)
    assert store.run_now(lambda work: work.rounds.offers("round")) == rows
    changed = replace(rows[0], unit="Tårnet", state="taken")
    store.run_now(lambda work: work.rounds.update_offer(changed))
    assert store.run_now(lambda work: work.rounds.offer("z")) == changed
