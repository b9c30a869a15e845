"""Nothing typed is readable in the files, and one damaged entry leaves the others alone."""

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, select, update

from storage.keys import UNREADABLE
from storage.records import JournalRow, OutboxState, Stop, Takeaway
from storage.store import Store, Work
from storage.tables import metadata
from storage.vault import Sealed, Vault
from tests.conftest import ROOT
from tests.storage.claims import claim
from tests.storage.conftest import Opener
from tests.storage.samples import (
    HERE,
    NOW,
    SECOND,
    THERE,
    a_conversation,
    a_round,
    an_answer,
    an_exchange,
    an_installation,
    an_offer,
    in_folder,
    people,
    queue,
)

COLUMNS = [
    "answers.value",
    "answers.question",
    "conversations.state",
    "inbox.payload",
    "outbox.payload",
    "mail.payload",
    "rounds.name",
    "exchanges.home_unit",
    "exchanges.host_unit",
    "exchanges.why",
    "exchanges.stops",
    "journals.habit",
    "offers.unit",
    "installations.token",
    "installations.refresh_token",
    "takeaways.name",
    "takeaways.text",
]
PLAIN = "Ada Lovelace-Sørensen"


def typed(column: str) -> str:
    """What somebody typed into a column, with a word that stands nowhere else."""
    return f"Jeg tør godt sige {column.replace('.', 'ø')} højt på en dårlig dag"


def write(work: Work, suffix: str = "") -> None:
    """A typed sentence in every sealed column."""
    said = {column: typed(column) + suffix for column in COLUMNS}
    work.rounds.add(a_round(f"round{suffix}", name=said["rounds.name"]))
    work.rounds.add_offer(an_offer(f"offer{suffix}", unit=said["offers.unit"]))
    work.exchanges.add(
        an_exchange(
            f"exchange{suffix}",
            home_unit=said["exchanges.home_unit"],
            host_unit=said["exchanges.host_unit"],
            why=said["exchanges.why"],
            stops=(Stop("", said["exchanges.stops"], date(2026, 5, 4), date(2026, 5, 4)),),
        )
    )
    work.exchanges.save_journal(JournalRow(f"exchange{suffix}", habit=said["journals.habit"]))
    key = f"key{suffix}"
    work.answers.put(an_answer(key, id=key, value=said["answers.value"], question=said["answers.question"]))
    state = {"said": said["conversations.state"]}
    work.conversations.put(a_conversation(f"talk{suffix}", occasion=suffix, state=state))
    work.inbox.add(f"in{suffix}", "slack", f"Ev{suffix}", said["inbox.payload"])
    queue(work, said["outbox.payload"], replace(HERE, place=f"D{suffix}"), id=f"out{suffix}")
    work.mail.put(f"mail{suffix}", "ada", "", said["mail.payload"], NOW)
    tokens = {name: said[f"installations.{name}"] for name in ("token", "refresh_token")}
    work.installations.put(an_installation(f"install{suffix}", tenant=f"T{suffix}", **tokens))
    file = Takeaway("ada", said["takeaways.name"], "text/plain", said["takeaways.text"])
    work.takeaways.put(f"secret{suffix}", file, f"out{suffix}", 0, NOW + SECOND)


def named(work: Work) -> None:
    people(work)
    work.people.update(replace(work.people.get("ada"), name=PLAIN))


def found(folder: Path) -> set[str]:
    """The columns whose typed words stand readable in any file of the folder, and "plain" for the name."""
    raw = b"\0".join(path.read_bytes() for path in folder.iterdir())
    assert len(raw) > 10_000
    seen = {"plain"} if PLAIN.encode() in raw else set()
    for column in COLUMNS:
        word = column.replace(".", "ø")
        spellings = (word.encode(), word.encode("utf-16-le"), word.encode("latin-1"))
        if any(spelling in raw for spelling in (*spellings, word.replace("ø", "\\u00f8").encode())):
            seen.add(column)
    return seen


def test_every_column_that_holds_bytes_is_in_this_list() -> None:
    binary = {
        f"{table.name}.{column.name}"
        for table in metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert binary - {"keys.wrapped"} == set(COLUMNS)


async def test_domain_t29_nothing_typed_is_readable_in_any_file(open_file: Opener, file: Path) -> None:
    store = open_file()
    await store.run(named)
    await store.run(write)
    assert file.with_name("vidsyn.db-wal").stat().st_size > 10_000
    assert found(file.parent) == {"plain"}
    await store.run(lambda work: work.rounds.update(a_round("round", name=typed("rounds.name") + "!")))
    await store.run(lambda work: work.inbox.done("in"))
    assert found(file.parent) == {"plain"}
    await store.close()
    assert [path.name for path in file.parent.iterdir()] == ["vidsyn.db"]
    assert found(file.parent) == {"plain"}


KILLED = """
import sys, time
from storage.store import Store
from tests.storage.samples import NOW, a_vault
from tests.storage.test_sealed import named, write, typed

def half(work):
    write(work, "-half")
    for place in range(400):
        # More than the cache holds, so that SQLite writes pages before the commit.
        work.mail.put(f"{place}", "bo", "", typed("mail.payload") * 200, NOW)
    print("ready", flush=True)
    time.sleep(60)

store = Store.open(sys.argv[1], a_vault())
store.migrate()
store.run_now(named)
store.run_now(write)
store.run_now(half)
"""


def test_nothing_typed_is_readable_after_a_kill_in_the_middle(tmp_path: Path, open_file: Opener, file: Path) -> None:
    start = [sys.executable, "-c", KILLED, in_folder(tmp_path)]
    with subprocess.Popen(start, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.kill()
        assert process.wait(timeout=30) == -signal.SIGKILL
    assert file.with_name("vidsyn.db-wal").stat().st_size > 2_000_000
    assert found(file.parent) == {"plain"}
    store = open_file()
    assert store.run_now(lambda work: work.mail.get("mail")).payload == typed("mail.payload")
    assert store.run_now(lambda work: work.mail.list("bo")) == []
    assert store.run_now(lambda work: work.rounds.find("round-half")) is None


DAMAGE: dict[str, Callable[[bytes, bytes], bytes]] = {
    # Five bytes, for one may happen to be zero already.
    "flipped": lambda bad, _good: bad[:40] + bytes(5) + bad[45:],
    "swapped": lambda _bad, good: good,
    "emptied": lambda _bad, _good: b"",
}


def damage(store: Store, column: str, how: Callable[[bytes, bytes], bytes]) -> None:
    """Two rows in every table, then one column of the second is damaged."""
    table = metadata.tables[column.partition(".")[0]]
    place = table.c[column.partition(".")[2]]
    second = table.c[{"journals": "exchange", "takeaways": "outgoing"}.get(table.name, "id")].like("%-bad")

    def both(work: Work) -> None:
        people(work)
        write(work)
        write(work, "-bad")
        connection = work.meta._connection
        good, bad = (connection.execute(select(place).where(which)).scalar_one() for which in (~second, second))
        harmed = how(bad, good)
        assert harmed != bad
        changed = connection.execute(update(table).where(second).values({place: harmed}))
        assert changed.rowcount == 1

    store.run_now(both)


def taken(work: Work) -> Iterator[Takeaway]:
    """What can still be taken along."""
    return filter(None, (work.takeaways.find(secret, NOW) for secret in ("secret", "secret-bad")))


READERS: dict[str, Callable[[Work], Iterator[object]]] = {
    "answers.value": lambda work: (row.value for row in work.answers.by("ada")),
    "answers.question": lambda work: (row.question for row in work.answers.by("ada")),
    "conversations.state": lambda work: (row.state.get("said") for row in work.conversations.open("ada")),
    "inbox.payload": lambda work: (row.payload for row in work.inbox.pending(9)),
    "outbox.payload": lambda work: (row.payload for row in claim(work, NOW)),
    "mail.payload": lambda work: (row.payload for row in work.mail.list("ada")),
    "rounds.name": lambda work: (row.name for row in work.rounds.all("org")),
    "exchanges.home_unit": lambda work: (row.home_unit for row in work.exchanges.of_employee("ada")),
    "exchanges.host_unit": lambda work: (row.host_unit for row in work.exchanges.of_employee("ada")),
    "exchanges.why": lambda work: (row.why for row in work.exchanges.of_employee("ada")),
    "exchanges.stops": lambda work: (stop.unit for row in work.exchanges.of_employee("ada") for stop in row.stops),
    "journals.habit": lambda work: (work.exchanges.journal(row.id).habit for row in work.exchanges.of_employee("ada")),
    "offers.unit": lambda work: (row.unit for row in work.rounds.offers("round")),
    "installations.token": lambda work: (row.token for row in work.installations.all()),
    "installations.refresh_token": lambda work: (row.refresh_token for row in work.installations.all()),
    "takeaways.name": lambda work: (file.name for file in taken(work)),
    "takeaways.text": lambda work: (file.text for file in taken(work)),
}
# What a list shows in the place of the damaged one; those that would act on it leave it out.
INSTEAD: dict[str, list[object]] = {
    "answers.value": [None],
    "conversations.state": [],
    "inbox.payload": [],
    "outbox.payload": [],
    "exchanges.stops": [],
    "journals.habit": ["item"],
    "takeaways.name": [],
    "takeaways.text": [],
}


@pytest.mark.parametrize("how", DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("column", COLUMNS)
def test_f22_a_damaged_entry_says_so_and_the_rest_works(
    store: Store, column: str, how: Callable[[bytes, bytes], bytes]
) -> None:
    damage(store, column, how)
    instead = INSTEAD.get(column, [UNREADABLE])
    shown = store.run_now(lambda work: list(READERS[column](work)))
    assert shown == [typed(column), *instead]


def test_f22_what_cannot_be_read_is_set_aside(store: Store) -> None:
    damage(store, "inbox.payload", DAMAGE["flipped"])
    store.run_now(lambda work: work.inbox.pending(9))
    assert store.run_now(lambda work: work.inbox.get("in-bad")).state == "poison"
    assert store.run_now(lambda work: work.inbox.get("in")).state == "pending"


def test_f22_what_cannot_be_read_is_not_sent(store: Store) -> None:
    damage(store, "outbox.payload", DAMAGE["flipped"])
    store.run_now(lambda work: claim(work, NOW))
    row = store.run_now(lambda work: work.outbox.get("out-bad"))
    assert (row.state, row.reason, row.payload) == (OutboxState.REFUSED, "unreadable", "")


def test_f22_a_talk_that_cannot_be_read_can_be_begun_again(store: Store) -> None:
    damage(store, "conversations.state", DAMAGE["flipped"])
    row = store.run_now(lambda work: work.conversations.find("ada", "prep", "exchange", "-bad"))
    assert row is not None
    assert (row.status, row.state) == ("stopped", {})
    fresh = replace(row, status="open", state={"said": "igen"})
    store.run_now(lambda work: work.conversations.put(fresh))
    assert store.run_now(lambda work: work.conversations.get("talk-bad")) == fresh


def test_what_cannot_be_read_now_is_not_overwritten(store: Store, opened: list[Store]) -> None:
    store.run_now(people)
    store.run_now(write)
    keyless = Store(store._engine, Vault({"other": bytes(32)}, "other"))
    opened.append(keyless)

    def touch(work: Work) -> None:
        work.rounds.update(replace(work.rounds.get("round"), state="open"))
        work.exchanges.update(replace(work.exchanges.get("exchange"), state="finished"))
        work.rounds.update_offer(replace(work.rounds.offer("offer"), state="taken"))
        (answer,) = work.answers.by("ada")
        work.answers.update(replace(answer, sent=True))

    keyless.run_now(touch)
    assert store.run_now(lambda work: work.rounds.get("round")) == a_round(name=typed("rounds.name"), state="open")
    exchange = store.run_now(lambda work: work.exchanges.get("exchange"))
    assert (exchange.why, exchange.state) == (typed("exchanges.why"), "finished")
    offer = store.run_now(lambda work: work.rounds.offer("offer"))
    assert (offer.unit, offer.state) == (typed("offers.unit"), "taken")
    (answer,) = store.run_now(lambda work: work.answers.by("ada"))
    assert (answer.value, answer.sent) == (typed("answers.value"), True)


@pytest.mark.parametrize("take", [lambda work: work.inbox.pending(9), lambda work: claim(work, NOW)])
def test_f22_without_the_key_nothing_is_given_up(
    store: Store, opened: list[Store], take: Callable[[Work], object]
) -> None:
    store.run_now(people)
    store.run_now(write)
    keyless = Store(store._engine, Vault({"other": bytes(32)}, "other"))
    opened.append(keyless)
    with pytest.raises(Sealed, match="missing"):
        keyless.run_now(take)
    assert store.run_now(lambda work: work.inbox.get("in")).payload == typed("inbox.payload")
    assert store.run_now(lambda work: work.outbox.get("out")).payload == typed("outbox.payload")


def test_a27_a_forgotten_person_leaves_the_others_readable(store: Store) -> None:
    def leave(work: Work) -> None:
        people(work)
        write(work)
        work.answers.put(an_answer(person="bo", value="Bos eget"))
        work.outbox.add(THERE, "til alle", "post", "round", NOW)
        work.keys.forget("ada")

    store.run_now(leave)
    about = store.run_now(lambda work: work.answers.about("exchange"))
    assert [row.value for row in about] == [None, "Bos eget"]
    assert store.run_now(lambda work: work.exchanges.get("exchange")).why == UNREADABLE
    assert store.run_now(lambda work: work.mail.list("ada"))[0].payload == UNREADABLE
    assert store.run_now(lambda work: work.conversations.open("ada")) == []
    assert store.run_now(lambda work: list(taken(work))) == []
    assert store.run_now(lambda work: work.rounds.get("round")).name == typed("rounds.name")


@pytest.mark.parametrize("column", COLUMNS)
def test_the_sealed_sentences_come_back(store: Store, column: str) -> None:
    store.run_now(people)
    store.run_now(write)
    assert store.run_now(lambda work: list(READERS[column](work))) == [typed(column)]


def test_a_key_that_was_never_kept_is_not_remembered(open_again: Opener) -> None:
    ours, theirs = open_again(), open_again()

    def in_vain(work: Work) -> None:
        queue(work, "aldrig gemt")
        raise LookupError

    with pytest.raises(LookupError):
        ours.run_now(in_vain)
    first = theirs.run_now(lambda work: queue(work, "fra den anden"))  # makes the key that counts
    second = ours.run_now(lambda work: queue(work, "fra den første"))
    for store in (ours, theirs):
        said = store.run_now(lambda work: [work.outbox.get(row.id).payload for row in (first, second)])
        assert said == ["fra den anden", "fra den første"]
