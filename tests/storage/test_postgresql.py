"""What only PostgreSQL does: units beside each other, sessions that end in the middle, a server that comes and goes."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.engine import WIDTH
from storage.errors import Locked
from storage.store import Conflict, Store, StoreError, StoreUnavailable, Work
from tests.postgres import Server, execute, owner
from tests.storage.samples import NOW, a_vault, people
from tests.storage.test_sealed import COLUMNS, named, typed, write

Open = Callable[..., Store]


@pytest.fixture
def open_one(postgres: str, opened: list[Store]) -> Open:
    """Opens the test's one database again and again, as so many processes would; `more` ends the address."""

    def again(patience: float = 5.0, more: str = "") -> Store:
        store = Store.open(postgres + more, a_vault(), patience)
        opened.append(store)
        store.migrate()
        return store

    return again


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of the test's own, that keeps what it says it keeps."""
    with tempfile.TemporaryDirectory(prefix="vidsyn-pg-", ignore_cleanup_errors=True) as folder:
        server = Server(Path(folder))
        server.start()
        yield server
        server.stop(signal.SIGQUIT)


def sql(work: Work, statement: str) -> object:
    """The first thing that `statement` says, in the unit's transaction."""
    result = work.meta._connection.execute(text(statement))
    return result.scalar() if result.returns_rows else None


def count_on(work: Work) -> None:
    work.meta.set("count", str(int(work.meta.get("count") or "0") + 1))


def counted(store: Store) -> str | None:
    return store.run_now(lambda work: work.meta.get("count"))


# How it is set up


def test_the_session_is_set_up_as_promised(open_one: Open) -> None:
    store = open_one(patience=2.0)
    names = ("timezone", "client_encoding", "lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    kept = store.run_now(lambda work: [sql(work, f"SHOW {name}") for name in names])
    assert kept == ["UTC", "UTF8", "2s", "30s", "10s"]


def test_a_unit_is_serializable_unless_it_need_not_be(open_one: Open) -> None:
    store = open_one()
    for serial, level in ((True, "serializable"), (False, "read committed"), (True, "serializable")):
        assert store.run_now(lambda work: sql(work, "SHOW transaction_isolation"), serial=serial) == level


def test_what_the_address_asks_for_is_given(open_one: Open) -> None:
    store = open_one(more="&application_name=kommunen&options=-c%20work_mem%3D9MB")
    # But for its name, by which a restore sees that somebody is there.
    assert store.run_now(lambda work: sql(work, "SHOW application_name")) == "vidsyn"
    assert store.run_now(lambda work: sql(work, "SHOW work_mem")) == "9MB"
    assert store.run_now(lambda work: sql(work, "SHOW timezone")) == "UTC"


def test_a_store_is_shared(open_one: Open, opened: list[Store]) -> None:
    memory = Store.open("sqlite://", a_vault())
    opened.append(memory)
    assert (open_one().is_shared, memory.is_shared) == (True, False)


def test_units_run_beside_each_other(open_one: Open) -> None:
    store = open_one()
    together = threading.Barrier(WIDTH, timeout=30)
    threads = [threading.Thread(target=lambda: store.run_now(lambda _work: together.wait())) for _ in range(WIDTH)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not together.broken


def test_a_person_is_locked(open_one: Open) -> None:
    first, second = open_one(), open_one(patience=0.05)
    first.run_now(people)

    def both(work: Work) -> None:
        work.people.lock("ada")
        second.run_now(lambda other: other.people.lock("bo"))
        with pytest.raises(Locked, match="lock timeout"):
            second.run_now(lambda other: other.people.lock("ada"))

    first.run_now(both)
    second.run_now(lambda other: other.people.lock("ada"))


# F12: somebody else was in the way


def test_f12_a_unit_that_read_what_another_changed_runs_again(open_one: Open) -> None:
    first, second = open_one(), open_one()
    seen: list[str | None] = []

    def unit(work: Work) -> None:
        seen.append(work.meta.get("count"))
        if len(seen) == 1:
            second.run_now(count_on)
        count_on(work)

    first.run_now(unit)
    assert seen == [None, "1"]
    assert counted(first) == "2"


def test_f12_two_units_that_each_read_what_the_other_writes_do_not_both_pass(open_one: Open) -> None:
    # Each writes another row, so that nothing but being serializable sees it.
    first, second = open_one(), open_one()
    runs: list[bool] = []

    def only_if_free(work: Work, mine: str, other: str) -> bool:
        free = work.meta.get(other) is None
        if free:
            work.meta.set(mine, "taken")
        return free

    def unit(work: Work) -> bool:
        runs.append(only_if_free(work, "left", "right"))
        if len(runs) == 1:
            assert second.run_now(lambda other: only_if_free(other, "right", "left"))
        return runs[-1]

    assert not first.run_now(unit)
    assert runs == [True, False]


def test_f12_of_two_that_wait_for_each_other_both_pass(open_one: Open) -> None:
    store = open_one()
    store.run_now(people)
    met = threading.Barrier(2)
    runs: list[str] = []

    def cross(one: str, other: str) -> None:
        def unit(work: Work) -> None:
            runs.append(one)
            work.people.lock(one)
            if runs.count(one) == 1:
                met.wait(30)
            work.people.lock(other)
            work.audit.add(NOW, one, "crossed", other)

        store.run_now(unit, serial=False)

    threads = [threading.Thread(target=cross, args=pair) for pair in (("ada", "bo"), ("bo", "ada"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(runs) == 3
    assert len(store.run_now(lambda work: work.audit.all(9))) == 2


def test_f12_it_is_not_tried_for_ever(open_one: Open) -> None:
    first, second = open_one(), open_one()
    runs = []

    def unit(work: Work) -> None:
        runs.append(work.meta.get("count"))
        second.run_now(count_on)
        count_on(work)

    with pytest.raises(StoreUnavailable, match="could not serialize access"):
        first.run_now(unit)
    assert counted(second) == str(len(runs))


def test_f12_of_two_that_make_the_same_row_the_second_looks_again(open_one: Open) -> None:
    first, second = open_one(), open_one()
    runs: list[str] = []

    def unit(work: Work) -> str | None:
        runs.append("run")
        work.keys.check()  # it looks whether the house has a key
        if len(runs) == 1:  # the other is faster, and makes it
            second.run_now(lambda other: other.inbox.add("theirs", "slack", "Ev1", "hej"), serial=False)
        return work.inbox.add("ours", "slack", "Ev2", "hej")

    assert first.run_now(unit, serial=False) == "ours"
    assert len(runs) == 2
    assert [row.id for row in second.run_now(lambda work: work.inbox.pending(9))] == ["theirs", "ours"]


def test_what_clashes_again_is_a_conflict(open_one: Open) -> None:
    store = open_one()
    store.run_now(people)
    runs = []

    def unit(work: Work) -> None:
        runs.append("run")
        work.people.add(work.people.get("ada"))

    with pytest.raises(Conflict, match="exists already"):
        store.run_now(unit)
    assert len(runs) == 2


def test_a_unit_that_need_not_be_serial_sees_what_others_commit(open_one: Open) -> None:
    first, second = open_one(), open_one()

    def unit(work: Work) -> list[str | None]:
        before = work.meta.get("door")
        second.run_now(lambda other: other.meta.set("door", "open"))
        return [before, work.meta.get("door")]

    assert first.run_now(unit, serial=False) == [None, "open"]


def test_f16_a_process_that_is_paused_in_the_middle_holds_nobody_up(open_one: Open) -> None:
    paused = open_one(more="&options=-c%20idle_in_transaction_session_timeout%3D50ms")
    other = open_one(patience=30)
    paused.run_now(people)
    runs = []

    def pass_by(work: Work) -> None:
        work.people.lock("ada")
        count_on(work)

    def unit(work: Work) -> None:
        work.people.lock("ada")
        runs.append(work.meta.get("count"))
        if len(runs) == 1:
            other.run_now(pass_by)
        count_on(work)

    paused.run_now(unit)
    assert runs == [None, "1"]
    assert counted(other) == "2"


# F11: the session or the server ends


def end_sessions(url: str) -> None:
    """As a restart would, for this database alone."""
    execute(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                 "AND pid <> pg_backend_pid()")  # fmt: skip


def test_f11_a_unit_whose_session_ends_in_the_middle_runs_again_as_a_whole(open_one: Open, postgres: str) -> None:
    store = open_one()
    runs = []

    def unit(work: Work) -> None:
        runs.append(work.meta.get("count"))
        count_on(work)
        if len(runs) == 1:
            end_sessions(postgres)
        count_on(work)

    store.run_now(unit)
    assert runs == [None, None]
    assert counted(store) == "2"


def test_f11_sessions_that_ended_meanwhile_are_not_noticed(open_one: Open, postgres: str) -> None:
    store = open_one()
    together = threading.Barrier(WIDTH, timeout=30)
    threads = [threading.Thread(target=lambda: store.run_now(lambda _work: together.wait())) for _ in range(WIDTH)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    end_sessions(postgres)
    for _ in range(WIDTH + 1):
        store.run_now(count_on)
    assert counted(store) == str(WIDTH + 1)


_DIE = """
CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql
AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END'
"""
_AT_COMMIT = """
CREATE CONSTRAINT TRIGGER die AFTER INSERT ON meta DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.key = 'die') EXECUTE FUNCTION die()
"""


def test_f11_a_unit_whose_session_ends_in_its_commit_is_not_run_twice(open_one: Open, postgres: str) -> None:
    store = open_one()
    execute(postgres, _DIE)
    execute(postgres, _AT_COMMIT)
    runs = []

    def unit(work: Work) -> None:
        runs.append(work.meta.get("die"))
        work.meta.set("die", "yes")

    with pytest.raises(StoreUnavailable, match="terminating connection"):
        store.run_now(unit)
    assert runs == [None]
    store.run_now(count_on)


def test_f11_a_server_that_crashes_loses_nothing_that_was_kept_and_comes_back(
    server: Server, opened: list[Store]
) -> None:
    store = Store.open(server.url(), a_vault())
    opened.append(store)
    store.migrate()
    kept: list[int] = []
    refused: list[StoreError] = []
    enough, stop = threading.Event(), threading.Event()

    def both(work: Work, number: int) -> None:
        work.meta.set(f"one {number}", "here")
        work.meta.set(f"two {number}", "here")

    def keep_on() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            try:
                store.run_now(partial(both, number=number))
            except StoreUnavailable as exc:
                refused.append(exc)
            else:
                kept.append(number)
                enough.set()

    thread = threading.Thread(target=keep_on)
    thread.start()
    for _ in range(2):
        enough.clear()
        assert enough.wait(30)
        server.stop(signal.SIGQUIT)
        server.start()
    enough.clear()
    assert enough.wait(30)
    stop.set()
    thread.join()
    assert refused

    def keys(work: Work) -> set[str]:
        return set(work.meta._connection.execute(text("SELECT key FROM meta")).scalars())

    there = store.run_now(keys)
    ones = {int(key.partition(" ")[2]) for key in there if key.startswith("one ")}
    twos = {int(key.partition(" ")[2]) for key in there if key.startswith("two ")}
    assert ones == twos
    assert set(kept) <= ones


def test_f11_a_server_that_is_not_there_is_said_so(tmp_path: Path, opened: list[Store]) -> None:
    store = Store.open(f"postgresql://vidsyn:hemmelig@/vidsyn?host={tmp_path}", a_vault())
    opened.append(store)
    with pytest.raises(StoreUnavailable, match="Nobody answers for the database at") as caught:
        store.migrate()
    assert "hemmelig" not in str(caught.value)


async def kept_again(store: Store) -> None:
    """Waits until a unit is kept once more: whoever was connecting gives up first."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await store.run(count_on)
            except StoreUnavailable:
                await asyncio.sleep(0.05)


async def test_f11_a_server_that_stands_still_holds_nobody_up(server: Server, opened: list[Store]) -> None:
    store = Store.open(server.url(), a_vault(), longest=2.0)
    opened.append(store)
    store.migrate()
    store.listen(lambda: None)
    await store.run(count_on)
    server.stand_still()
    for _ in range(3):
        async with asyncio.timeout(30):
            ends = await asyncio.gather(*(store.run(count_on) for _ in range(3 * WIDTH)), return_exceptions=True)
        assert all(isinstance(end, StoreUnavailable) for end in ends), ends
    server.go_on()
    await kept_again(store)
    assert counted(store) == "2"


async def test_f11_what_was_not_said_to_be_kept_is_not_kept_twice(server: Server, opened: list[Store]) -> None:
    store = Store.open(server.url(), a_vault(), longest=2.0)
    opened.append(store)
    store.migrate()
    runs: list[str] = []

    def unit(work: Work) -> None:
        runs.append("once")
        count_on(work)
        server.stand_still()

    with pytest.raises(StoreUnavailable):
        await store.run(unit)
    server.go_on()
    await kept_again(store)
    assert runs == ["once"]
    assert counted(store) == "2"  # it stood still with the commit before it: this one was kept


async def test_f11_a_store_is_closed_though_the_server_stands_still(server: Server) -> None:
    store = Store.open(server.url(), a_vault(), longest=2.0)
    store.migrate()
    store.listen(lambda: None)
    store.ring()
    await store.run(count_on)
    server.stand_still()
    with pytest.raises(StoreUnavailable):
        await store.run(count_on)
    store.ring()
    async with asyncio.timeout(20):
        await store.close()
    server.go_on()
    again = Store.open(server.url(), a_vault())
    assert counted(again) == "1"
    await again.close()


# F13: no room


def test_f13_a_full_disk_leaves_nothing_half_done_and_recovers(open_one: Open, postgres: str) -> None:
    store = open_one()
    store.run_now(people)

    def fill(work: Work) -> None:
        for place in range(200):
            work.mail.put(f"{place}", "ada", "", "x" * 100_000, NOW)

    def room(size: int | str) -> None:
        # The server meets the end of its files instead of the end of its disk. Its log, of 16 MB a file, still fits.
        found = execute(postgres, "SELECT pid FROM pg_stat_activity WHERE application_name = 'vidsyn' "
                                  "AND datname = current_database()")  # fmt: skip
        assert found
        for (pid,) in found:
            subprocess.run(["prlimit", f"--pid={pid}", f"--fsize={size}:unlimited"], check=True, **owner())

    room(17 * 2**20)
    with pytest.raises(StoreUnavailable, match="File too large"):
        store.run_now(fill)
    assert store.run_now(lambda work: work.mail.list("ada")) == []
    room("unlimited")
    store.run_now(fill)
    assert len(store.run_now(lambda work: work.mail.list("ada"))) == 200


# What is typed


def test_domain_t29_nothing_typed_is_readable_in_any_file(server: Server, opened: list[Store]) -> None:
    store = Store.open(server.url(), a_vault())
    opened.append(store)
    store.migrate()
    store.run_now(named)
    store.run_now(write)
    store.run_now(lambda work: work.meta.set("plain", "Her står noget åbent"))
    execute(server.url(), "CHECKPOINT")
    raw = b"".join(path.read_bytes() for path in server.data.rglob("*") if path.is_file())
    assert "Her står noget åbent".encode() in raw
    for column in COLUMNS:
        assert typed(column).encode() not in raw
        assert column.replace(".", "ø").encode() not in raw
