from dataclasses import replace
from datetime import date, time

import pytest

from storage.records import JournalRow, Stop
from storage.store import NotFound, Store, Work
from tests.storage.samples import an_exchange, people, world


def test_an_exchange_comes_back_as_it_was_and_as_it_is_now(store: Store) -> None:
    store.run_now(world)
    assert store.run_now(lambda work: work.exchanges.get("exchange")) == an_exchange()
    changed = an_exchange(host="bo", host_unit="Øen", why="", days=(), state="finished", end=date(2026, 5, 8))
    store.run_now(lambda work: work.exchanges.update(changed))
    assert store.run_now(lambda work: work.exchanges.find("exchange")) == changed


def test_the_places_of_a_split_stay_and_the_exchange_the_other_way_come_back(store: Store) -> None:
    store.run_now(world)
    places = (
        Stop("bo", "Øen", date(2026, 5, 4), date(2026, 5, 5)),
        Stop("", "Ådalen", date(2026, 5, 6), date(2026, 5, 8)),
    )
    split = an_exchange(stops=places, linked="other")
    store.run_now(lambda work: work.exchanges.update(split))
    assert store.run_now(lambda work: work.exchanges.get("exchange")) == split
    store.run_now(lambda work: work.exchanges.update(replace(split, stops=(), linked="")))
    assert store.run_now(lambda work: work.exchanges.get("exchange")) == an_exchange()


def test_what_is_not_there_is_not_found(store: Store) -> None:
    assert store.run_now(lambda work: work.exchanges.find("x")) is None
    with pytest.raises(NotFound):
        store.run_now(lambda work: work.exchanges.get("x"))
    store.run_now(people)
    with pytest.raises(NotFound):
        store.run_now(lambda work: work.exchanges.update(an_exchange("x")))


def test_each_person_has_their_exchanges_by_role(store: Store) -> None:
    def add(work: Work) -> None:
        world(work)
        work.exchanges.add(an_exchange("b", employee="bo", leader="eva", host="ada", round="other"))

    store.run_now(add)

    def ids(work: Work) -> list[list[str]]:
        listed = (
            work.exchanges.of_employee("ada"),
            work.exchanges.of_leader("eva"),
            work.exchanges.of_host("eva"),
            work.exchanges.of_round("round"),
            work.exchanges.of_round("none"),
        )
        return [[row.id for row in rows] for rows in listed]

    assert store.run_now(ids) == [["exchange"], ["b"], ["exchange"], ["exchange"], []]


def saved(store: Store, row: JournalRow) -> JournalRow:
    store.run_now(lambda work: work.exchanges.save_journal(row))
    return store.run_now(lambda work: work.exchanges.journal(row.exchange))


def test_a_round_knows_its_exchanges_and_who_leads_in_them_without_opening_them(store: Store) -> None:
    store.run_now(world)
    store.run_now(lambda work: work.exchanges.add(an_exchange("later", leader="eva")))
    store.run_now(lambda work: work.exchanges.add(an_exchange("led by nobody", leader="")))
    store.run_now(lambda work: work.exchanges.add(an_exchange("elsewhere", round="other", leader="ada")))
    assert store.run_now(lambda work: work.exchanges.ids_in("round")) == ["exchange", "later", "led by nobody"]
    assert store.run_now(lambda work: work.exchanges.leaders_in("round")) == {"bo", "eva"}


def test_a_journal_is_the_default_until_it_is_saved(store: Store) -> None:
    store.run_now(world)
    assert store.run_now(lambda work: work.exchanges.journal("exchange")) == JournalRow("exchange")
    wish = JournalRow("exchange", time(15, 30), "weekly", "free", "open", date(2026, 5, 9), True)
    for row in (wish, replace(wish, finish=None, paused_until=None)):
        assert saved(store, row) == row


def test_every_host_of_a_split_stay_finds_it(store: Store) -> None:
    def add(work: Work) -> None:
        world(work)
        stops = (
            Stop("eva", "Here", date(2026, 5, 5), date(2026, 5, 6)),
            Stop("bo", "There", date(2026, 5, 7), date(2026, 5, 8)),
        )
        work.exchanges.add(an_exchange("split", employee="ada", leader="ada", host="eva", stops=stops))
        work.exchanges.update(replace(work.exchanges.get("split"), state="approved"))

    store.run_now(add)
    hosts = store.run_now(lambda work: [[row.id for row in work.exchanges.of_host(who)] for who in ("eva", "bo")])
    assert hosts == [["exchange", "split"], ["split"]]
    led = store.run_now(lambda work: work.exchanges.of_leader("bo"))
    assert [row.id for row in led] == ["exchange"]
