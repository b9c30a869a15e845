import importlib.util
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Date, bindparam, create_engine, inspect, text

from storage.column_types import Moment
from storage.engine import open_engine
from storage.errors import Locked, NewerTables
from storage.keys import HOUSE
from storage.migrate import migrate, upgrade
from storage.store import Store, Work
from storage.tables import metadata
from storage.vault import Sealed, Vault
from tests.conftest import ROOT
from tests.postgres import drop, execute
from tests.storage.conftest import Opener
from tests.storage.samples import NOW, STORES, a_vault

STEPS = sorted((ROOT / "storage" / "migrations" / "versions").glob("0*.py"))


def schema(file: Path) -> set[tuple[str, str]]:
    """Every table and index with the words that make it, spaces aside."""
    with sqlite3.connect(file) as raw:
        made = raw.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    raw.close()
    return {(name, " ".join(sql.split())) for name, sql in made}


def tables(url: str) -> set[str]:
    """The tables in the database of `url`."""
    engine = open_engine(url, 5)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


@pytest.fixture(params=["file", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database that several processes can open."""
    url = STORES[request.param](tmp_path)
    yield url
    if url.startswith("postgresql"):
        drop(url)


@pytest.fixture
def open_at(opened: list[Store]) -> Callable[[str], Store]:
    """Opens a store, and leaves its tables as they are."""

    def at(url: str) -> Store:
        store = Store.open(url, a_vault())
        opened.append(store)
        return store

    return at


# SQLite's indexes on an expression cannot be read back by SQLAlchemy.
@pytest.mark.filterwarnings(
    "ignore:Skipped unsupported reflection of expression-based index",
    "ignore:autogenerate skipping metadata-specified expression-based index",
)
def test_the_steps_lead_to_the_tables_of_today(store: Store) -> None:
    def differences(work: Work) -> list[object]:
        context = MigrationContext.configure(work.meta._connection, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))

    assert store.run_now(differences) == []


def test_the_partial_indexes_are_those_of_today(open_file: Opener, file: Path) -> None:
    open_file()
    kept = {name: sql for name, sql in schema(file) if " WHERE " in sql}
    wanted = {
        str(index.name): str(index.dialect_options["sqlite"]["where"].compile())
        for table in metadata.sorted_tables
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    assert kept.keys() == wanted.keys()
    for name, condition in wanted.items():
        assert kept[name].endswith(f"WHERE {condition.replace(f'{kept[name].split()[4]}.', '')}")


def test_the_partial_indexes_on_postgresql_are_those_of_today(postgres: str, open_at: Opener) -> None:
    open_at(postgres).migrate()
    kept = execute(postgres, "SELECT indexname FROM pg_indexes WHERE indexdef LIKE '% WHERE %'")
    assert {name for (name,) in kept} == {
        index.name
        for table in metadata.tables.values()
        for index in table.indexes
        if index.dialect_options["postgresql"]["where"] is not None
    }


def test_again_is_harmless(store: Store) -> None:
    store.run_now(lambda work: work.meta.set("door", "open"))
    for _ in range(2):
        store.migrate()
    assert store.run_now(lambda work: work.meta.get("door")) == "open"


def test_f23_going_back_to_an_older_vidsyn_is_refused_in_a_sentence(url: str, open_at: Opener) -> None:
    running = open_at(url)
    running.migrate()
    before = tables(url)
    running.run_now(
        lambda work: work.meta._connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    )
    with pytest.raises(NewerTables, match="used by a newer Vidsyn"):
        open_at(url).migrate()
    assert tables(url) == before
    # One that runs already goes on.
    running.run_now(lambda work: work.meta.set("door", "open"))


def test_f23_many_processes_may_start_at_once(url: str) -> None:
    code = "from tests.storage.samples import *; from storage.store import Store; import sys;"
    code += "Store.open(sys.argv[1], a_vault()).migrate()"
    starts = [subprocess.Popen([sys.executable, "-c", code, url], cwd=ROOT, stderr=subprocess.PIPE) for _ in range(3)]
    for start in starts:
        _, said = start.communicate(timeout=60)
        assert start.returncode == 0, said.decode()
    assert tables(url) == {*metadata.tables, "alembic_version"}


KILLED = """
import os, signal, sys
from alembic import op
from storage.store import Store
from tests.storage.samples import a_vault

def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)

make, made = op.create_table, []
def create_table(*args, **kwargs):
    made.append(make(*args, **kwargs))
    if len(made) == 7:
        die()
op.create_table = create_table
Store.open(sys.argv[1], a_vault()).migrate()
"""


def test_f23_a_migration_that_is_killed_half_way_completes_later(url: str, open_at: Opener) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, url], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert tables(url) == set()
    store = open_at(url)
    store.migrate()
    store.run_now(lambda work: work.meta.set("door", "open"))
    assert tables(url) == {*metadata.tables, "alembic_version"}


OLD = (
    """
    INSERT INTO inbox (id, channel, event, payload, state, attempts) VALUES (:id, 'slack', :id, :inbox, 'pending', 0)
    """,
    """
    INSERT INTO outbox (id, channel, tenant, place, payload, kind, subject, state, not_before, not_after, attempts,
    replaces, thread, reference, reason, lease)
    VALUES (:id, 'slack', 'T1', :id, :outbox, 'message', 'exchange', 'pending', :at, NULL, 0, '', '', '', '', NULL)
    """,
    """
    INSERT INTO prompts (id, recipient, subject, kind, day, at, state, data)
    VALUES (:id, :id, 'exchange', 'logbook', :day, :at, 'pending', '{}')
    """,
)
"""What a process of 0005 writes."""


def write_as_0005(work: Work, id: str) -> None:
    """Something received, something to send and a prompt, as the version before wrote them."""
    values = {
        "id": id,
        "inbox": work.keys.seal(HOUSE, "inbox", "payload", id, "hej"),
        "outbox": work.keys.seal(HOUSE, "outbox", "payload", id, "hej"),
        "at": NOW,
        "day": NOW.date(),
    }
    kinds = (bindparam("at", type_=Moment), bindparam("day", type_=Date))
    for statement in OLD:
        said = text(statement)
        here = [kind for kind in kinds if f":{kind.key}" in statement]
        work.meta._connection.execute(said.bindparams(*here), {name: values[name] for name in said.compile().params})


def test_f23_old_and_new_run_side_by_side(url: str, open_at: Opener) -> None:
    store = open_at(url)
    store._transact(lambda connection: upgrade(connection, "0005"), serial=False)
    store.run_now(lambda work: write_as_0005(work, "before"))
    store.migrate()
    store.run_now(lambda work: write_as_0005(work, "after"))
    both = ["before", "after"]
    assert [row.id for row in store.run_now(lambda work: work.inbox.pending(9))] == both
    assert {row.id for row in store.run_now(lambda work: work.prompts.due(NOW, 9))} == {*both}
    waiting = store.run_now(lambda work: [work.outbox.get(id) for id in both])
    assert [(row.state, row.payload, row.not_before) for row in waiting] == [("pending", "hej", NOW)] * 2
    # What the old one marks as done, the new one finds done.
    done = "UPDATE inbox SET state = 'done', payload = NULL WHERE id = 'before' AND state = 'pending'"
    store.run_now(lambda work: work.meta._connection.execute(text(done)))
    assert [row.id for row in store.run_now(lambda work: work.inbox.pending(9))] == ["after"]


def test_f23_tables_that_are_in_use_are_waited_for_in_small_steps(postgres: str, open_at: Opener) -> None:
    store = open_at(postgres)
    store._transact(lambda connection: upgrade(connection, "0005"), serial=False)
    with psycopg.connect(postgres) as other:
        other.execute("SELECT * FROM outbox")  # and holds on to it until it commits
        with pytest.raises(Locked, match="lock timeout"):
            migrate(lambda step: store._transact(step, serial=False), patience=0)
        assert "lanes" not in tables(postgres)
    store.migrate()
    assert tables(postgres) == {*metadata.tables, "alembic_version"}


def test_f22_wrong_master_keys_are_said_at_the_start(url: str, open_at: Opener, opened: list[Store]) -> None:
    right = open_at(url)
    right.migrate()
    right.run_now(lambda work: work.keys.seal(HOUSE, "inbox", "payload", "1", "hej"))
    store = Store.open(url, Vault({"new": os.urandom(32)}, "new"))
    opened.append(store)
    with pytest.raises(Sealed, match="another one"):
        store.migrate()


def test_no_file_beside_the_package_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: list[Store]
) -> None:
    monkeypatch.chdir(tmp_path)
    store = Store.open("sqlite:///here/x.db", a_vault())
    opened.append(store)
    store.migrate()
    store.run_now(lambda work: work.audit.add(NOW, "a", "b", "c"))
    assert (tmp_path / "here" / "x.db").exists()


@pytest.mark.parametrize("file", STEPS, ids=lambda file: file.stem)
def test_a_step_stands_alone(file: Path) -> None:
    # Tomorrow's tables must not change what yesterday's step does.
    spec = importlib.util.spec_from_file_location("step", file)
    assert spec is not None
    assert spec.loader is not None
    step = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(step)
    modules = {value.__name__ for value in vars(step).values() if isinstance(value, ModuleType)}
    assert not {name for name in modules if name.startswith("storage")}
    assert "storage" not in file.read_text()


def test_who_was_there_before_there_were_workspaces_is_active(open_file: Opener, file: Path) -> None:
    file.parent.mkdir()
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", "storage:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql("INSERT INTO organisations VALUES (1, 'org', 'K', 'DK', 'Europe/Copenhagen', 'da')")
        connection.exec_driver_sql(
            "INSERT INTO people VALUES ('ada', 'org', 'Ada', '', '', 'da', 'Europe/Copenhagen', 'DK', '[0]',"
            " '08:00:00.000000', '16:00:00.000000', 1, '[]')"
        )
    engine.dispose()
    ada = open_file().run_now(lambda work: work.people.get("ada"))
    assert (ada.name, ada.hr, ada.active) == ("Ada", True, True)
