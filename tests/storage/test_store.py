"""What holds for every unit of work: all or nothing, one after the other, errors that are sentences."""

import asyncio
import sqlite3
import stat
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, text

from storage.records import AddressRow, Chat, PlaceRow, Stop, Takeaway, Workspace
from storage.store import NaiveDatetime, NotFound, Store, StoreError, StoreUnavailable, Work
from storage.tables import metadata
from tests.storage.conftest import Opener
from tests.storage.samples import (
    HERE,
    NOW,
    SECOND,
    TODAY,
    a_card,
    a_conversation,
    a_prompt,
    a_sign_up,
    a_vault,
    an_answer,
    an_exchange,
    an_installation,
    an_offer,
    in_folder,
    people,
    queue,
    world,
)


class Interrupted(Exception):
    """Something of the caller's own went wrong."""


def everything(work: Work) -> None:
    """Something in every table."""
    world(work)
    work.people.link("ada", HERE)
    work.people.add_code("hash", NOW)
    work.rounds.add_sign_up(a_sign_up("sign"))
    work.rounds.add_offer(an_offer("offer"))
    work.exchanges.save_journal(work.exchanges.journal("exchange"))
    work.answers.put(an_answer())
    work.conversations.put(a_conversation())
    work.conversations.add_card(a_card())
    work.inbox.add("in", "slack", "Ev1", "{}")
    queue(work)
    work.prompts.add(a_prompt())
    work.audit.add(NOW, "ada", "did", "exchange")
    work.mail.put("mail", "ada", "", "hej", NOW)
    work.meta.set("door", "open")
    work.workspaces.put(Workspace("slack", "T1", "Kommunen", "org"))
    work.workspaces.put_place(PlaceRow("slack", "T1", "C1", "#jobbytte"))
    work.chats.put(Chat("teams", "T2", "ada", touched=NOW))
    work.links.put("ada", "secret", NOW + SECOND)
    work.links.mail("ada", "by mail", NOW + SECOND, NOW, NOW + SECOND)
    work.exchanges.add(an_exchange("split", stops=(Stop("ada", "Øen", TODAY, TODAY), Stop("bo", "Åen", TODAY, TODAY))))
    work.choices.put("org", "", "track", "full")
    work.wordings.put("org", "", "da", "prep.done", "Klar.")
    work.takeaways.put("secret", Takeaway("ada", "mine.txt", "text/plain", "hej"), "out", 0, NOW)
    work.installations.put(an_installation())
    work.oauth.add_state("hash", NOW)
    lane = {"channel": "slack", "tenant": "T1", "holder": "one", "until": NOW}
    work.meta._connection.execute(insert(metadata.tables["lanes"]), lane)
    work.lanes.ask({("slack", "T1", "chat.update"): (NOW, NOW)})


def rows(store: Store) -> dict[str, int]:
    """How many rows each table has."""
    return store.run_now(
        lambda work: {
            table.name: len(work.meta._connection.execute(select(table)).all()) for table in metadata.sorted_tables
        }
    )


def test_a_unit_that_returns_has_happened(store: Store) -> None:
    store.run_now(everything)
    assert min(rows(store).values()) >= 1


def test_a_unit_that_raises_has_not_happened(store: Store) -> None:
    def interrupted(work: Work) -> None:
        everything(work)
        raise Interrupted

    with pytest.raises(Interrupted):
        store.run_now(interrupted)
    assert set(rows(store).values()) == {0}


def test_a_key_that_was_rolled_back_is_not_used_again(store: Store) -> None:
    def interrupted(work: Work) -> None:
        work.mail.put("1", "ada", "", "før", NOW)
        raise Interrupted

    with pytest.raises(Interrupted):
        store.run_now(interrupted)
    store.run_now(lambda work: work.mail.put("1", "ada", "", "efter", NOW))
    assert store.run_now(lambda work: work.mail.get("1")).payload == "efter"


async def test_run_gives_back_what_the_unit_returns_or_raises(store: Store) -> None:
    assert await store.run(lambda work: work.meta.get("x")) is None
    with pytest.raises(NotFound):
        await store.run(lambda work: work.people.get("x"))


async def test_the_loop_goes_on_while_a_unit_runs(store: Store) -> None:
    running = asyncio.ensure_future(store.run(lambda _work: time.sleep(0.2)))
    await asyncio.sleep(0.01)
    assert not running.done()
    await running


def count_up(work: Work) -> None:
    """Read, think, write: whoever reads meanwhile must not."""
    seen = int(work.meta.get("count") or "0")
    time.sleep(0.01)
    work.meta.set("count", str(seen + 1))


async def test_units_of_one_store_run_one_after_the_other(store: Store) -> None:
    await asyncio.gather(*(store.run(count_up) for _ in range(10)))
    assert await store.run(lambda work: work.meta.get("count")) == "10"


async def test_units_of_two_processes_run_one_after_the_other(open_again: Opener) -> None:
    stores = [open_again(), open_again()]
    await asyncio.gather(*(store.run(count_up) for store in stores * 5))
    assert await stores[0].run(lambda work: work.meta.get("count")) == "10"


async def test_what_one_process_commits_another_reads(open_again: Opener) -> None:
    first, second = open_again(), open_again()
    await first.run(lambda work: work.meta.set("door", "open"))
    assert await second.run(lambda work: work.meta.get("door")) == "open"


NAIVE = datetime(2026, 5, 4, 12)  # noqa: DTZ001 - it is what the store refuses
TIMED: dict[str, Callable[[Work, datetime], Any]] = {
    "code": lambda work, at: work.people.add_code("hash", at),
    "spend": lambda work, at: work.people.spend_code("hash", at),
    "outbox": lambda work, at: queue(work, not_before=at),
    "claim": lambda work, at: work.outbox.claim("slack", "T1", 1, at, 1, at, "token"),
    "stuck": lambda work, at: work.outbox.rescue(at, at, "token", (), 1),
    "lanes": lambda work, at: work.lanes.due(at, at, "me"),
    "prompt": lambda work, at: work.prompts.add(a_prompt(at=at)),
    "due": lambda work, at: work.prompts.due(at, 1),
    "audit": lambda work, at: work.audit.add(at, "ada", "did", "x"),
    "mail": lambda work, at: work.mail.put("1", "ada", "", "", at),
    "conversation": lambda work, at: work.conversations.put(a_conversation(touched=at)),
}


@pytest.mark.parametrize("act", TIMED.values(), ids=TIMED)
def test_a_naive_time_is_refused(store: Store, act: Callable[[Work, datetime], Any]) -> None:
    with pytest.raises(NaiveDatetime, match="without a zone"):
        store.run_now(lambda work: act(work, NAIVE))


def test_a_time_comes_back_in_utc(store: Store) -> None:
    row = a_prompt(at=NOW.astimezone(timezone(timedelta(hours=-9, minutes=-30))))
    store.run_now(lambda work: work.prompts.add(row))
    kept = store.run_now(lambda work: work.prompts.get(row.id)).at
    assert kept == NOW
    assert kept.utcoffset() == timedelta(0)
    # Texts are compared in the file: the same moment in another zone is due at the same time.
    assert store.run_now(lambda work: work.prompts.due(NOW, 1)) != []


def test_a_value_of_another_type_is_refused_with_a_sentence(store: Store) -> None:
    with pytest.raises(StoreError, match="cannot be kept"):
        store.run_now(lambda work: work.prompts.add(a_prompt(TODAY, at="tomorrow")))


SECRET = "Kære dagbog"
QUOTED: dict[str, Callable[[Work], Any]] = {
    "twice": lambda work: work.meta._connection.execute(insert(metadata.tables["meta"]), {"key": SECRET, "value": ""}),
    "nobody's": lambda work: work.people.link(SECRET, HERE),
    "no number": lambda work: work.meta._connection.execute(
        text("SELECT CAST(:typed AS INTEGER) FROM no_such_table"), {"typed": SECRET}
    ),
    "no time": lambda work: work.prompts.add(a_prompt(at=SECRET)),
}


@pytest.mark.parametrize("broken", QUOTED)
def test_an_error_never_quotes_a_value(store: Store, broken: str) -> None:
    store.run_now(world)
    store.run_now(lambda work: work.meta.set(SECRET, SECRET))
    with pytest.raises(StoreError) as caught:
        store.run_now(QUOTED[broken])
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    error: BaseException | None = caught.value
    while error is not None:
        assert SECRET not in repr(error)
        error = error.__context__


def test_f12_a_store_that_stays_locked_is_unavailable_and_recovers(open_file: Opener, file: Path) -> None:
    store = open_file(patience=0.01)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="locked"):
        store.run_now(lambda work: work.meta.set("door", "open"))
    other.execute("ROLLBACK")
    other.close()
    store.run_now(lambda work: work.meta.set("door", "open"))
    assert store.run_now(lambda work: work.meta.get("door")) == "open"


def test_f12_a_busy_store_is_tried_again_as_a_whole(open_file: Opener) -> None:
    store, runs = open_file(), []

    def busy_once(work: Work) -> str | None:
        runs.append(work.meta.get("count"))
        work.meta.set("count", "1")
        if len(runs) == 1:
            busy = sqlite3.OperationalError("database is locked")
            busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
            raise busy
        return work.meta.get("count")

    assert store.run_now(busy_once) == "1"
    assert runs == [None, None]


def fill(work: Work) -> None:
    """More than there is room for."""
    for place in range(100):
        work.mail.put(f"{place}", "ada", "", "x" * 10_000, NOW)


def test_f13_a_full_disk_leaves_nothing_half_done_and_recovers(open_file: Opener) -> None:
    store = open_file()
    store.run_now(world)

    def pages(work: Work, most: int) -> None:
        work.meta._connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")

    store.run_now(lambda work: pages(work, 1))
    with pytest.raises(StoreUnavailable, match="full"):
        store.run_now(fill)
    assert store.run_now(lambda work: work.mail.list("ada")) == []
    store.run_now(lambda work: pages(work, 1_000_000))
    store.run_now(fill)
    assert len(store.run_now(lambda work: work.mail.list("ada"))) == 100


def test_f13_a_file_that_can_only_be_read_is_said_so_and_recovers(open_file: Opener) -> None:
    # As root, who may write any file, this comes nearest: SQLite's code for it is the same.
    store = open_file()

    def query_only(word: str) -> None:
        (connection,) = store._connections
        driver = connection.connection.dbapi_connection
        assert driver is not None
        driver.cursor().execute(f"PRAGMA query_only = {word}")

    query_only("ON")
    with pytest.raises(StoreUnavailable, match="readonly"):
        store.run_now(world)
    query_only("OFF")
    assert store.run_now(lambda work: work.people.find("ada")) is None
    store.run_now(world)


def test_what_a_database_cannot_hold_is_replaced_in_every_text(store: Store) -> None:
    store.run_now(people)
    typed, kept = "A\0d\ud800a", "A\N{REPLACEMENT CHARACTER}d\N{REPLACEMENT CHARACTER}a"

    def write(work: Work) -> None:
        work.people.update(replace(work.people.get("ada"), name=typed, email=typed))
        work.people.link("ada", AddressRow("slack", typed, "D\0"))
        work.meta.set(typed, typed)
        work.mail.put("mail", "ada", "", typed, NOW)

    store.run_now(write)
    ada = store.run_now(lambda work: work.people.at(AddressRow("slack", typed, "D\0")))
    assert ada is not None
    assert (ada.name, ada.email) == (kept, kept)
    assert store.run_now(lambda work: work.meta.get(typed)) == kept
    # What is sealed is bytes, and keeps all.
    assert store.run_now(lambda work: work.mail.get("mail")).payload == typed
    assert store.run_now(lambda work: work.inbox.add("1", "slack", typed, typed)) == "1"
    assert store.run_now(lambda work: work.inbox.add("2", "slack", typed, typed)) is None


def test_what_lies_in_a_list_is_kept_as_it_was_typed(store: Store) -> None:
    card = a_card(actions={"yes": ["take", "A\0d\ud800a"]})
    store.run_now(lambda work: work.conversations.add_card(card))
    assert store.run_now(lambda work: work.conversations.card(card.id)) == card


def test_a_file_that_is_no_database_is_said_so(tmp_path: Path, opened: list[Store]) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "vidsyn.db").write_text("Kære dagbog" * 1000)
    store = Store.open(in_folder(tmp_path), a_vault())
    opened.append(store)
    with pytest.raises(StoreUnavailable, match="not a database"):
        store.migrate()


def test_a_folder_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        Store.open(in_folder(tmp_path), a_vault())


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "no address"),
        ("postgresql://ada:hemmelig@host:hemmelig/name", "no address"),
        ("mysql://ada:hemmelig@x/y", "not built in: mysql"),
        ("postgresql://ada:hem@melig@x/y", "an @ too many"),
        ("postgresql://ada:hem/m@elig@x/y", "an @ too many"),
        ("postgres://ada:hemmelig@x/y", "not built in: postgres"),
        ("postgresql+asyncpg://ada:hemmelig@x/y", r"not built in: postgresql\+asyncpg"),
        ("sqlite+pysqlcipher://:hemmelig@/y", r"not built in: sqlite\+pysqlcipher"),
    ],
)
def test_an_address_we_do_not_know_is_said_so(url: str, said: str) -> None:
    with pytest.raises(StoreUnavailable, match=f"{said}.*postgresql://user@host/name") as caught:
        Store.open(url, a_vault())
    assert "hemmelig" not in "".join(traceback.format_exception(caught.value))


async def test_only_the_owner_may_read_the_files(open_file: Opener, file: Path) -> None:
    store = open_file()
    await store.run(everything)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}
    assert modes == {"vidsyn.db": 0o600, "vidsyn.db-wal": 0o600, "vidsyn.db-shm": 0o600}


def test_the_database_is_set_up_as_promised(open_file: Opener) -> None:
    store = open_file()

    def pragma(work: Work, name: str) -> Any:
        return work.meta._connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()

    names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
    kept = store.run_now(lambda work: {name: pragma(work, name) for name in names})
    full = 2
    assert kept == {
        "journal_mode": "wal",
        "synchronous": full,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 5000,
    }


async def test_nobody_waits_longer_than_that_and_what_had_not_begun_never_does() -> None:
    store, begun, gate = Store.open("sqlite://", a_vault(), longest=1.0), threading.Event(), threading.Event()
    runs: list[str] = []
    store.migrate()

    def stands_still(work: Work) -> None:
        begun.set()
        gate.wait(30)

    with pytest.raises(StoreUnavailable):
        await store.run(stands_still)
    assert begun.is_set()
    with pytest.raises(StoreUnavailable):
        await store.run(lambda _work: runs.append("too late"))
    gate.set()
    store.run_now(lambda work: work.meta.set("a", "b"))
    assert runs == []
    await store.close()
