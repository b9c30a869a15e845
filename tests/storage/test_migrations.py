import importlib.util
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from storage.errors import NewerTables
from storage.store import Store, Work
from storage.tables import metadata
from storage.vault import Sealed, Vault
from tests.conftest import ROOT
from tests.storage.conftest import Opener
from tests.storage.samples import NOW, a_vault, in_folder

STEPS = sorted((ROOT / "storage" / "migrations" / "versions").glob("0*.py"))


def schema(file: Path) -> set[tuple[str, str]]:
    """Every table and index with the words that make it, spaces aside."""
    with sqlite3.connect(file) as raw:
        made = raw.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    raw.close()
    return {(name, " ".join(sql.split())) for name, sql in made}


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


def test_again_is_harmless(store: Store) -> None:
    store.run_now(lambda work: work.meta.set("door", "open"))
    for _ in range(2):
        store.migrate()
    assert store.run_now(lambda work: work.meta.get("door")) == "open"


def test_going_back_to_an_older_vidsyn_is_refused_in_a_sentence(open_file: Opener, file: Path) -> None:
    open_file()
    before = schema(file)
    with sqlite3.connect(file) as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerTables, match="used by a newer Vidsyn"):
        open_file()
    assert schema(file) == before


def test_two_processes_may_start_at_once(tmp_path: Path) -> None:
    code = "from tests.storage.samples import *; from storage.store import Store; import sys;"
    code += "Store.open(sys.argv[1], a_vault()).migrate()"
    starts = [
        subprocess.Popen([sys.executable, "-c", code, in_folder(tmp_path)], cwd=ROOT, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    for start in starts:
        _, said = start.communicate(timeout=60)
        assert start.returncode == 0, said.decode()


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


def test_f23_a_migration_that_is_killed_half_way_completes_later(tmp_path: Path, open_file: Opener, file: Path) -> None:
    done = subprocess.run([sys.executable, "-c", KILLED, in_folder(tmp_path)], cwd=ROOT, check=False, timeout=60)
    assert done.returncode == -signal.SIGKILL
    assert schema(file) == set()
    open_file().run_now(lambda work: work.meta.set("door", "open"))
    assert len(schema(file)) > len(metadata.tables)


def test_wrong_master_keys_are_said_at_the_start(tmp_path: Path, open_file: Opener, opened: list[Store]) -> None:
    open_file().run_now(lambda work: work.inbox.add("1", "slack", "Ev1", "hej"))
    store = Store.open(in_folder(tmp_path), Vault({"new": os.urandom(32)}, "new"))
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
