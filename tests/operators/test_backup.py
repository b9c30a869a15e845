"""A backup is whole, is made while others write, opens for its owner only, and goes back into either database."""

from __future__ import annotations

import errno
import fcntl
import gzip
import json
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from storage.as_lines import FromNewer, NoBackup
from storage.backup import NotEmpty, restore, rework, save
from storage.engine import open_engine
from storage.errors import NotOurs, OlderTables
from storage.lock import AlreadyRuns
from storage.migrate import newest, upgrade
from storage.records import new_id
from storage.store import NotFound, Sealed, Store, StoreError, StoreUnavailable, Work
from storage.vault import Vault
from tests.running.exchange import MONDAY, under_way
from tests.stage.play import KEY, Play

OTHER = Vault({"test": b"o" * 32}, "test")


def nothing(*_: object) -> None:
    """Lets the backup be as it is."""


def lines(file: Path) -> list[Any]:
    return [json.loads(line) for line in gzip.decompress(file.read_bytes()).splitlines()]


def rows(file: Path) -> list[str]:
    """Everything in a backup but when it was made, in no order, for the two databases sort differently."""
    return sorted(json.dumps(line) for line in lines(file)[1:])


def rewritten(file: Path, said: list[Any]) -> Path:
    changed = file.with_name("changed.gz")
    changed.write_bytes(gzip.compress("".join(json.dumps(line) + "\n" for line in said).encode()))
    return changed


async def lived_in(url: str) -> None:
    """A house in which something has happened."""
    play = Play(MONDAY, url)
    await play.delivery.deliver()
    await under_way(play)
    await play.until(MONDAY.replace(day=13))
    await play.close()


async def test_it_goes_back_into_either_database_row_by_row(url: str, other: str, tmp_path: Path) -> None:
    await lived_in(url)
    saved = save(url, tmp_path / "one.gz", MONDAY)
    found = restore(other, KEY, tmp_path / "one.gz", nothing, replace=False)
    save(other, tmp_path / "two.gz", MONDAY)
    assert found == saved
    assert saved.rows > 50
    assert rows(tmp_path / "two.gz") == rows(tmp_path / "one.gz")


async def test_new_rows_are_numbered_after_those_that_came_back(url: str, other: str, tmp_path: Path) -> None:
    await lived_in(url)
    save(url, tmp_path / "one.gz", MONDAY)
    restore(other, KEY, tmp_path / "one.gz", nothing, replace=False)
    store = Store.open(other, KEY)
    store.run_now(lambda work: work.audit.add(MONDAY, "operator", "audit.probe", ""))
    assert store.run_now(lambda work: work.inbox.add(new_id(), "playground", "new", "{}"))
    assert store.run_now(lambda work: work.audit.all(1))[0].action == "audit.probe"
    await store.close()


async def test_it_is_as_of_one_moment_while_others_write(url: str, tmp_path: Path) -> None:
    store = Store.open(url, KEY)
    store.migrate()
    ended = threading.Event()

    def pair(work: Work) -> None:
        one = new_id()
        work.meta.set(f"left-{one}", one)
        work.mail.put(one, "box", "", "x", MONDAY)

    def writes() -> None:
        while not ended.is_set():
            store.run_now(pair)

    store.run_now(pair)
    writer = threading.Thread(target=writes)
    writer.start()
    try:
        for n in range(5):
            save(url, tmp_path / f"{n}.gz", MONDAY)
    finally:
        ended.set()
        writer.join()
    await store.close()
    counts = []
    for n in range(5):
        said, table, found = lines(tmp_path / f"{n}.gz"), "", dict[str, int]()
        for line in said:
            table = line.get("table", "") if isinstance(line, dict) else table
            if isinstance(line, list) and (table != "meta" or line[0].startswith("left-")):
                found[table] = found.get(table, 0) + 1
        assert found["meta"] == found["mail"]
        counts.append(found["mail"])
    assert counts[-1] > counts[0] > 0, "somebody wrote meanwhile"


def test_it_is_its_owners_and_replaces_nothing(url: str, tmp_path: Path) -> None:
    a_new_one(url)
    file = tmp_path / "one.gz"
    save(url, file, MONDAY)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    with pytest.raises(StoreUnavailable, match="exists already"):
        save(url, file, MONDAY)
    assert file.read_bytes() == before
    with pytest.raises(StoreUnavailable, match="cannot be written"):
        save(url, tmp_path / "nowhere" / "one.gz", MONDAY)
    assert not list(tmp_path.glob(".*")), "no draft stays behind"


def a_new_one(url: str) -> None:
    store = Store.open(url, KEY)
    store.migrate()
    store.close_now()


def test_a_disk_without_second_names_replaces_nothing_either(url: str, tmp_path: Path) -> None:
    def refuses(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    a_new_one(url)
    file = tmp_path / "one.gz"
    save(url, file, MONDAY, link=refuses)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert restore(url, KEY, file, lambda work, found: None, replace=True).at == MONDAY
    with pytest.raises(StoreUnavailable, match="exists already"):
        save(url, file, MONDAY, link=refuses)
    assert not list(tmp_path.glob(".*"))


def test_a_draft_of_a_killed_backup_goes_and_one_that_is_being_written_stays(url: str, tmp_path: Path) -> None:
    a_new_one(url)
    left, busy = tmp_path / ".vidsyn-backup.left", tmp_path / ".vidsyn-backup.busy"
    left.write_text("personal")
    with busy.open("w") as writing:
        fcntl.flock(writing, fcntl.LOCK_EX)
        save(url, tmp_path / "one.gz", MONDAY)
    assert (left.exists(), busy.exists()) == (False, True)


def test_f23_what_a_quiet_start_finds_too_old_it_leaves_alone(url: str) -> None:
    engine = open_engine(url, 1.0)
    with engine.begin() as connection:
        upgrade(connection, "0003")
    engine.dispose()
    with pytest.raises(OlderTables, match="vidsyn migrate"):
        rework(url, KEY, nothing)


def test_without_a_database_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="There is no database at"):
        save(f"sqlite:///{tmp_path}/none.db", tmp_path / "one.gz", MONDAY)
    assert not list(tmp_path.iterdir())


async def test_it_holds_no_master_key_and_no_text(url: str, tmp_path: Path) -> None:
    store = Store.open(url, KEY)
    store.migrate()
    store.run_now(lambda work: work.inbox.add(new_id(), "playground", "event", "Kanariefugl"))
    await store.close()
    save(url, tmp_path / "one.gz", MONDAY)
    said = gzip.decompress((tmp_path / "one.gz").read_bytes())
    assert b"event" in said
    assert b"Kanariefugl" not in said
    with pytest.raises(Sealed):
        restore(f"sqlite:///{tmp_path}/new.db", OTHER, tmp_path / "one.gz", nothing, replace=False)


async def test_what_is_no_whole_backup_changes_nothing(url: str, tmp_path: Path) -> None:
    await lived_in(url)
    file = tmp_path / "one.gz"
    save(url, file, MONDAY)
    whole = lines(file)
    a_row = next(n for n, line in enumerate(whole) if isinstance(line, list))
    (tmp_path / "short.gz").write_bytes(file.read_bytes()[:-200])
    (tmp_path / "text.gz").write_bytes(b"no gzip at all")
    spoilt = bytearray(file.read_bytes())
    spoilt[len(spoilt) // 2] ^= 0xFF
    (tmp_path / "spoilt.gz").write_bytes(bytes(spoilt))
    refused: list[tuple[Path, type[StoreError]]] = [
        *((tmp_path / name, NoBackup) for name in ("short.gz", "text.gz", "spoilt.gz", "missing.gz")),
    ]
    for broken, error in refused:
        with pytest.raises(error):
            restore(url, KEY, broken, nothing, replace=True)
    for said, error in (
        (whole[:-1], NoBackup),  # it breaks off between two lines
        (whole[:a_row] + whole[a_row + 1 :], NoBackup),
        ([{"hello": 1}, *whole[1:]], NoBackup),
        ([whole[0] | {"format": 2}, *whole[1:]], FromNewer),
        ([whole[0] | {"revision": "9999"}, *whole[1:]], StoreError),
        ([*whole[:-1], {"table": "nothing", "columns": ["id"]}, ["x"], {"end": whole[-1]["end"] + 1}], NoBackup),
    ):
        with pytest.raises(error):
            restore(url, KEY, rewritten(file, said), nothing, replace=True)
    save(url, tmp_path / "after.gz", MONDAY)
    own = ('["backup"', '{"end"')  # when the last one was made, and how many rows there are with that
    assert [it for it in rows(tmp_path / "after.gz") if not it.startswith(own)] == [
        it for it in rows(file) if not it.startswith(own)
    ]


async def test_it_replaces_people_only_when_told_to(url: str, tmp_path: Path) -> None:
    await lived_in(url)
    save(url, tmp_path / "one.gz", MONDAY)
    with pytest.raises(NotEmpty, match="--replace"):
        restore(url, KEY, tmp_path / "one.gz", nothing, replace=False)
    restore(url, KEY, tmp_path / "one.gz", nothing, replace=True)
    save(url, tmp_path / "two.gz", MONDAY)
    assert rows(tmp_path / "two.gz") == rows(tmp_path / "one.gz")


def others(url: str, statement: str) -> list[Any]:
    """What another application does in the same database."""
    engine = open_engine(url, 5.0)
    try:
        with engine.begin() as connection:
            said = connection.exec_driver_sql(statement)
            return list(said) if said.returns_rows else []
    finally:
        engine.dispose()


@pytest.mark.parametrize("replace", [False, True])
async def test_it_touches_no_database_that_others_use_too(url: str, other: str, tmp_path: Path, replace: bool) -> None:
    await lived_in(url)
    save(url, tmp_path / "one.gz", MONDAY)
    others(other, "CREATE TABLE sagsarkiv (titel VARCHAR(20))")
    others(other, "INSERT INTO sagsarkiv VALUES ('En sag')")
    with pytest.raises(NotOurs, match="Give Vidsyn one of its own"):
        restore(other, KEY, tmp_path / "one.gz", nothing, replace=replace)
    store = Store.open(other, KEY)
    with pytest.raises(NotOurs):
        store.migrate()
    await store.close()
    assert [tuple(row) for row in others(other, "SELECT titel FROM sagsarkiv")] == [("En sag",)]


async def test_one_of_a_newer_version_is_refused_by_name(url: str, other: str, tmp_path: Path) -> None:
    await lived_in(url)
    save(url, tmp_path / "one.gz", MONDAY)
    head, *rest = lines(tmp_path / "one.gz")
    newer = rewritten(tmp_path / "one.gz", [head | {"revision": "9999"}, *rest])
    with pytest.raises(FromNewer):
        restore(other, KEY, newer, nothing, replace=False)


async def test_what_fails_while_it_settles_changes_nothing(url: str, tmp_path: Path) -> None:
    await lived_in(url)
    save(url, tmp_path / "one.gz", MONDAY)
    store = Store.open(url, KEY)
    store.run_now(lambda work: work.meta.set("since", "yes"))
    await store.close()

    def fails(work: Work, _: object) -> None:
        raise NotFound

    with pytest.raises(NotFound):
        restore(url, KEY, tmp_path / "one.gz", fails, replace=True)
    store = Store.open(url, KEY)
    assert store.run_now(lambda work: work.meta.get("since")) == "yes"
    await store.close()


async def test_on_postgresql_nobody_else_may_be_there(tmp_path: Path, postgres: str) -> None:
    store = Store.open(postgres, KEY)
    store.migrate()
    save(postgres, tmp_path / "one.gz", MONDAY)
    with pytest.raises(AlreadyRuns, match="Stop every process"):
        restore(postgres, KEY, tmp_path / "one.gz", nothing, replace=True)
    await store.close()
    restore(postgres, KEY, tmp_path / "one.gz", nothing, replace=True)


def test_f23_a_backup_of_older_tables_is_brought_up_to_date(url: str, other: str, tmp_path: Path) -> None:
    engine = open_engine(url, 5.0)
    with engine.begin() as connection:
        upgrade(connection, "0005")
        connection.exec_driver_sql("INSERT INTO meta (key, value) VALUES ('old', 'yes')")
    engine.dispose()
    saved = save(url, tmp_path / "old.gz", MONDAY)
    assert saved.revision == "0005"
    found: list[tuple[str | None, str]] = []
    restore(
        other,
        KEY,
        tmp_path / "old.gz",
        lambda work, _: found.append((work.meta.get("old"), work.overview.revision())),
        replace=False,
    )
    assert found == [("yes", newest())]
