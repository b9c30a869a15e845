"""What goes with a deletion: messages that wait, and in the end everything that names a person (A27)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from storage.erasing import ERASED
from storage.records import AddressRow, Chat, OutboxState
from storage.store import Store, Work
from storage.tables import metadata
from tests.storage.samples import HERE, NOW, people, queue
from tests.storage.test_store import everything

USER = "UKANARIE"
PLACE = AddressRow("slack", "T1", USER)
CANARIES = (USER, "Adaline", "Kanariegade", "ada@kanarie.example")

AS_NOBODY = {
    "people.id",
    "answers.released",
    "audit.actor",
    "chats.place",
    "exchanges.employee",
    "exchanges.leader",
    "exchanges.host",
    "further_hosts.host",
    "offers.person",
    "outbox.subject",
    "prompts.recipient",
    "rounds.contact",
    "sign_ups.person",
    "sign_ups.leader",
    "choices.value",
}
"""Where an id may stand that is nobody's: it only says that the same one was meant."""


def about_ada(work: Work) -> None:
    """Something about her in every table."""
    everything(work)
    ada = replace(work.people.get("ada"), name="Adaline Kanarie", unit="Kanariegade", email="ada@kanarie.example")
    work.people.update(replace(ada, leader="bo", hr=True, told=frozenset({"hello", "led:exchange"})))
    work.people.link("ada", PLACE)
    work.chats.put(Chat("slack", "T1", USER, chat="DKANARIE", user=USER, touched=NOW))
    work.chats.put(Chat("mail", "org", "ada", touched=NOW))
    for mark in (f"slack.updated:T1:{USER}", "playground.language.ada", "role.ada", "other.adam", f"x:{USER}2"):
        work.meta.set(mark, "1")
    queue(work, "til Adaline", PLACE)
    queue(work, "et brev", AddressRow("mail", "org", "ada"), subject="ada")
    work.prompts.cancel("exchange")
    work.mail.put("typed", "bo", "ada", "skrevet af Adaline", NOW)


def named(work: Work) -> set[str]:
    """Where a table says in plain text who she is: by her names, or by her id alone."""
    found = set()
    for table in metadata.sorted_tables:
        for row in work.meta._connection.execute(select(table)).mappings():
            for column, value in row.items():
                plain = "" if isinstance(value, bytes) else str(value)
                if any(word in plain for word in CANARIES):
                    found.add(f"{table.name}.{column} names her")
                elif plain == "ada" or "'ada'" in plain or plain.endswith(".ada"):
                    found.add(f"{table.name}.{column}")
    return found


def test_a27_nothing_names_somebody_who_is_erased_and_nothing_of_theirs_can_be_read(store: Store) -> None:
    store.run_now(about_ada)
    before = store.run_now(named)
    assert {"people.name names her", "addresses.place names her", "meta.key names her"} <= before
    sealed = store.run_now(lambda work: work.answers.by("ada"))
    assert sealed

    def erased(work: Work) -> tuple[str, str, int]:
        before = work.people.get("ada").name
        work.answers.by("ada")
        work.erasing.person("ada")
        return before, work.people.get("ada").name, len(work.answers.by("ada"))

    assert store.run_now(erased) == ("Adaline Kanarie", ERASED, 0), "also in the unit that has read of her before"
    after = store.run_now(named)
    assert after <= AS_NOBODY | {"meta.key names her"}
    left = store.run_now(lambda work: {row["key"] for row in work.meta._all(select(metadata.tables["meta"]))})
    assert {mark for mark in left if "ada" in mark or USER in mark} == {"other.adam", f"x:{USER}2"}, "others stay"

    def unit(work: Work) -> tuple[Any, ...]:
        owners = {row["owner"] for row in work.meta._all(select(metadata.tables["keys"]))}
        return work.people.get("ada"), owners, work.answers.by("ada"), work.conversations.open("ada")

    ada, owners, answers, talks = store.run_now(unit)
    assert (ada.name, ada.unit, ada.email, ada.leader, ada.told) == (ERASED, "", "", "", frozenset())
    assert (ada.hr, ada.active) == (False, False)
    assert "ada" not in owners
    assert "bo" in owners, "what others wrote is theirs"
    assert answers == talks == []


def test_a27_erasing_twice_is_as_good_as_once(store: Store) -> None:
    store.run_now(about_ada)
    for _ in range(2):
        store.run_now(lambda work: work.erasing.person("ada"))
    assert store.run_now(lambda work: work.people.get("ada")).name == ERASED


def test_a27_every_table_that_names_people_is_looked_through(store: Store) -> None:
    """A column that is new and holds a person's id or words must be thought of here too."""
    store.run_now(about_ada)
    seen = {place.partition(" ")[0] for place in store.run_now(named)}
    store.run_now(lambda work: work.erasing.person("ada"))
    gone = seen - {place.partition(" ")[0] for place in store.run_now(named)}
    assert {"answers.person", "cards.person", "conversations.person", "addresses.person", "links.person"} <= gone
    assert {"mail_links.person", "takeaways.person", "mail.box", "mail.author", "keys.owner"} <= gone


def test_what_is_on_its_way_is_left_to_its_sender(store: Store) -> None:
    def unit(work: Work) -> str:
        people(work)
        work.people.link("ada", PLACE)
        row = queue(work, "hej", PLACE)
        work.meta._connection.execute(update(metadata.tables["outbox"]).values(state="sending", lease=NOW))
        work.erasing.person("ada")
        return row.id

    id = store.run_now(unit)
    assert store.run_now(lambda work: work.outbox.get(id)).state is OutboxState.SENDING


@pytest.mark.parametrize("state", ["pending", "unknown", "held"])
def test_a_message_whose_text_is_kept_can_be_cancelled_in_any_state(store: Store, state: str) -> None:
    def unit(work: Work) -> None:
        people(work)
        for n, (subject, place) in enumerate((("exchange", HERE), ("other", PLACE), ("other", HERE))):
            queue(work, f"nummer {n}", place, subject=subject)
        work.meta._connection.execute(update(metadata.tables["outbox"]).values(state=state))

    store.run_now(unit)
    kept = store.run_now(lambda work: work.outbox.kept({"exchange"}, [PLACE]))
    assert sorted(row.payload for row in kept) == ["nummer 0", "nummer 1"]
    assert all(store.run_now(lambda work, row=row: work.outbox.unsay(row.id)) for row in kept)  # type: ignore[misc]
    assert store.run_now(lambda work: work.outbox.kept({"exchange"}, [PLACE])) == []
    assert not any(store.run_now(lambda work, row=row: work.outbox.unsay(row.id)) for row in kept)  # type: ignore[misc]


def test_what_has_gone_out_is_not_cancelled(store: Store) -> None:
    def unit(work: Work) -> bool:
        people(work)
        row = queue(work)
        work.outbox.finish(row.id, OutboxState.SENT)
        return work.outbox.unsay(row.id)

    assert not store.run_now(unit)
