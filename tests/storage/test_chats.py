from dataclasses import replace

import pytest

from storage.records import AddressRow, Chat, OutboxState
from storage.store import Store, Work
from tests.storage.claims import claim
from tests.storage.samples import NOW, SECOND, people, queue

ADA = Chat("teams", "t1", "aad-ada", "a:1", "29:ada", "https://smba.example/emea/", touched=NOW)


def test_t9_a_place_has_one_chat_and_the_latest_counts(store: Store) -> None:
    moved = replace(ADA, chat="a:2", service="https://smba.example/amer/", state="gone", touched=NOW + SECOND)
    for chat in (ADA, moved):
        store.run_now(lambda work, chat=chat: work.chats.put(chat))  # type: ignore[misc]
        assert store.run_now(lambda work: work.chats.find("teams", "t1", "aad-ada")) == chat
    assert store.run_now(lambda work: work.chats.all("teams", "t1")) == [moved]
    assert store.run_now(lambda work: work.chats.find("teams", "t2", "aad-ada")) is None


def test_a_chat_that_is_forgotten_is_gone(store: Store) -> None:
    def unit(work: Work) -> list[Chat]:
        work.chats.put(ADA)
        for _ in range(2):
            work.chats.remove("teams", "t1", "aad-ada")
        return work.chats.all("teams", "t1")

    assert store.run_now(unit) == []


@pytest.mark.parametrize(
    ("state", "elsewhere", "reached"),
    [
        ("", False, True),
        ("live", False, True),
        ("absent", False, False),
        ("gone", False, False),
        ("blocked", False, False),
        ("absent", True, True),
    ],
)
def test_who_is_not_reached(store: Store, state: str, elsewhere: bool, reached: bool) -> None:
    def unit(work: Work) -> list[str]:
        people(work)
        for person in ("ada", "bo"):
            work.people.link(person, AddressRow("slack", "T1", person))
        before = {person.id for person in work.people.unreached("org")}
        work.people.link("eva", AddressRow("teams", "t1", "aad-ada"))
        if elsewhere:
            work.people.link("eva", AddressRow("slack", "T1", "U9"))
        if state:
            work.chats.put(replace(ADA, state=state))
        assert "eva" in before
        return [person.id for person in work.people.unreached("org")]

    unreached = store.run_now(unit)
    assert ("eva" not in unreached) is reached


def test_what_waits_for_a_place_goes_when_it_can_be_reached(store: Store) -> None:
    here, there = AddressRow("teams", "t1", "aad-ada"), AddressRow("teams", "t1", "aad-bo")

    def unit(work: Work) -> tuple[int, list[str]]:
        waiting = queue(work, to=here, not_before=NOW + 999 * SECOND)
        done = queue(work, to=here)
        work.outbox.finish(done.id, OutboxState.SENT)
        queue(work, to=there, not_before=NOW + 999 * SECOND)
        woken = work.outbox.wake("teams", "t1", "aad-ada", NOW)
        claimed = [row.id for row in claim(work, NOW)]
        assert claimed == [waiting.id]
        return woken, claimed

    assert store.run_now(unit)[0] == 1
