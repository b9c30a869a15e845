"""What holds for every unit of work: all or nothing, one after the other, errors that are sentences."""

import asyncio
import sqlite3
import stat
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.records import Chat, PlaceRow, Takeaway, Workspace
from storage.store import NaiveDatetime, NotFound, Store, StoreError, StoreUnavailable, Work
from storage.tables import metadata
from tests.storage.conftest import Opener
from tests.storage.samples import (
    HERE,
    NOW,
    TODAY,
    a_card,
    a_conversation,
    a_prompt,
    a_sign_up,
    a_vault,
    an_answer,
    an_installation,
    an_offer,
    in_folder,
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
    work.links.put("ada", "secret", NOW)
    work.takeaways.put("secret", Takeaway("ada", "mine.txt", "text/plain", "hej"), "out", 0, NOW)
    work.installations.put(an_installation())
    work.oauth.add_state("hash", NOW)


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


async def test_units_of_two_processes_run_one_after_the_other(open_file: Opener) -> None:
    stores = [open_file(), open_file()]
    await asyncio.gather(*(store.run(count_up) for store in stores * 5))
    assert await stores[0].run(lambda work: work.meta.get("count")) == "10"


async def test_what_one_process_commits_another_reads(open_file: Opener) -> None:
    first, second = open_file(), open_file()
    await first.run(lambda work: work.meta.set("door", "open"))
    assert await second.run(lambda work: work.meta.get("door")) == "open"


NAIVE = datetime(2026, 5, 4, 12)  # noqa: DTZ001 - it is what the store refuses
TIMED: dict[str, Callable[[Work, datetime], Any]] = {
    "code": lambda work, at: work.people.add_code("hash", at),
    "spend": lambda work, at: work.people.spend_code("hash", at),
    "outbox": lambda work, at: queue(work, not_before=at),
    "claim": lambda work, at: work.outbox.claim(at, 1),
    "stuck": lambda work, at: work.outbox.stuck(at),
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


def test_an_error_never_quotes_a_value(store: Store) -> None:
    store.run_now(world)
    with pytest.raises(StoreError) as caught:
        store.run_now(lambda work: work.people.add(work.people.get("ada")))
    error: BaseException | None = caught.value
    while error is not None:
        assert "Ada" not in str(error)
        error = error.__cause__


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


def test_f13_a_full_disk_leaves_nothing_half_done_and_recovers(store: Store) -> None:
    store.run_now(world)

    def pages(work: Work, most: int) -> None:
        work.meta._connection.exec_driver_sql(f"PRAGMA max_page_count = {most}")

    def fill(work: Work) -> None:
        for place in range(100):
            work.mail.put(f"{place}", "ada", "", "x" * 10_000, NOW)

    store.run_now(lambda work: pages(work, 1))
    with pytest.raises(StoreUnavailable, match="full"):
        store.run_now(fill)
    assert store.run_now(lambda work: work.mail.list("ada")) == []
    store.run_now(lambda work: pages(work, 1_000_000))
    store.run_now(fill)
    assert len(store.run_now(lambda work: work.mail.list("ada"))) == 100


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


@pytest.mark.parametrize(("url", "said"), [("nonsense", "no address"), ("mysql://x/y", "not built in: mysql")])
def test_an_address_we_do_not_know_is_said_so(url: str, said: str) -> None:
    with pytest.raises(StoreUnavailable, match=said):
        Store.open(url, a_vault())


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
