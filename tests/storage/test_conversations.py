import asyncio
from dataclasses import replace

import pytest

from storage.records import ConversationRow
from storage.store import Conflict, NotFound, Store, Work
from tests.storage.conftest import Opener
from tests.storage.samples import NOW, SECOND, a_card, a_conversation, world


@pytest.fixture(autouse=True)
def _world(request: pytest.FixtureRequest) -> None:
    if "store" in request.fixturenames:
        request.getfixturevalue("store").run_now(world)


def kept(store: Store, row: ConversationRow) -> ConversationRow:
    store.run_now(lambda work: work.conversations.put(row))
    return store.run_now(lambda work: work.conversations.get(row.id))


def test_a_conversation_comes_back_as_it_was_and_as_it_is_now(store: Store) -> None:
    row = a_conversation()
    for now in (row, replace(row, state={}, status="done", card="", touched=NOW + SECOND, message="out")):
        assert kept(store, now) == now
        found = store.run_now(lambda work: work.conversations.find("ada", "prep", "exchange", "prep"))
        assert found == now


def test_what_is_not_there_is_not_found(store: Store) -> None:
    assert store.run_now(lambda work: work.conversations.find("ada", "x", "exchange", "prep")) is None
    assert store.run_now(lambda work: work.conversations.card("x")) is None
    assert not store.run_now(lambda work: work.conversations.spend("x"))
    with pytest.raises(NotFound):
        store.run_now(lambda work: work.conversations.get("x"))


def test_there_is_one_conversation_of_each_sort(store: Store) -> None:
    store.run_now(lambda work: work.conversations.put(a_conversation()))
    with pytest.raises(Conflict):
        store.run_now(lambda work: work.conversations.put(a_conversation("second")))


def test_open_and_paused_ones_are_listed_the_newest_touched_first(store: Store) -> None:
    def add(work: Work) -> None:
        for place, status in enumerate(("open", "paused", "done", "stopped", "open")):
            row = a_conversation(f"{place}", occasion=f"{place}", status=status, touched=NOW + place * SECOND)
            work.conversations.put(row)
        work.conversations.put(a_conversation("bo", person="bo"))

    store.run_now(add)
    assert [row.id for row in store.run_now(lambda work: work.conversations.open("ada"))] == ["4", "1", "0"]
    about = store.run_now(lambda work: work.conversations.of_subject("exchange"))
    assert {row.id for row in about} == {"0", "1", "2", "3", "4", "bo"}
    assert store.run_now(lambda work: work.conversations.of_subject("round")) == []


def test_a_card_comes_back_as_it_was_and_is_spent_once(store: Store) -> None:
    store.run_now(lambda work: work.conversations.add_card(a_card()))
    assert store.run_now(lambda work: work.conversations.card("card")) == a_card()
    assert [store.run_now(lambda work: work.conversations.spend("card")) for _ in range(3)] == [
        True,
        False,
        False,
    ]
    assert store.run_now(lambda work: work.conversations.card("card")) == a_card(spent=True)


def test_a_card_that_is_shown_again_is_as_it_is_now(store: Store) -> None:
    again = a_card(actions={"open": [], "pause": ["x"]}, message="out", spent=True)
    for row in (a_card(), again, a_card()):
        store.run_now(lambda work, row=row: work.conversations.put_card(row))  # type: ignore[misc]
        assert store.run_now(lambda work: work.conversations.card("card")) == row
    assert store.run_now(lambda work: work.conversations.spend("card"))


async def test_a9_a_card_is_spent_by_one_of_many_in_two_processes(open_file: Opener) -> None:
    stores = [open_file(), open_file()]
    await stores[0].run(lambda work: work.conversations.add_card(a_card()))
    spends = [store.run(lambda work: work.conversations.spend("card")) for store in stores * 10]
    assert sorted(await asyncio.gather(*spends)) == [False] * 19 + [True]
