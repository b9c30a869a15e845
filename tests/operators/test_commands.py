"""The operator's commands as an operator gives them: sentences, exit codes, and nobody's words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

import pytest

from bot.cli import ORDER
from bot.clock import SystemClock
from storage.engine import named, open_engine
from storage.migrate import upgrade
from storage.records import AddressRow, OutboxState
from storage.store import Store, Work
from storage.vault import load_or_create_key_file, new_master_key
from tests.postgres import drop, execute
from tests.running.test_app import command, ended

CANARY = "Kanariefugl"
HERE = AddressRow("playground", "local", CANARY)


@pytest.fixture
def vault_file(tmp_path: Path) -> Path:
    load_or_create_key_file(tmp_path / "data" / "master.key")
    return tmp_path / "data" / "master.key"


async def vidsyn(folder: Path, *words: str, **settings: str) -> tuple[int, str, str]:
    """What a command ends with, says, and complains of."""
    process = await command(folder, *words, **settings)
    assert process.stdout is not None
    out = (await process.stdout.read()).decode()
    code, complaints = await ended(process)
    assert CANARY not in out + complaints.decode()
    return code, out, complaints.decode()


@contextmanager
def opened(url: str, key: Path) -> Iterator[Store]:
    store = Store.open(url, load_or_create_key_file(key))
    store.migrate()
    yield store
    store.close_now()


def left_over(work: Work) -> None:
    """Two messages that are unknown, one of them too late by now, one that waits, and two that were set aside."""
    now = SystemClock().now()
    for n, until in enumerate((None, now - timedelta(hours=1))):
        work.outbox.add(HERE, CANARY, "news", CANARY, now - timedelta(hours=3), until, id=f"unknown-{n}")
        work.outbox.finish(f"unknown-{n}", OutboxState.UNKNOWN, reason="broken off")
    work.outbox.add(HERE, CANARY, "news", CANARY, now, id="waits")
    for n in range(2):
        work.inbox.add(f"aside-{n}", "slack", f"{CANARY}-{n}", CANARY, since=now - timedelta(days=3))
        for _ in range(5):
            work.inbox.failed(f"aside-{n}", 5)


async def test_operators_decide_about_what_is_unknown_and_what_was_set_aside(
    url: str, tmp_path: Path, vault_file: Path
) -> None:
    with opened(url, vault_file) as store:
        store.run_now(left_over)
    here, which = {"DATABASE_URL": url}, f"the {named(url)} (not used yet).\n"
    this = f"This was {which}"
    code, out, told = await vidsyn(tmp_path, "outbox", **here)
    assert (code, told) == (0, f"2 messages are unknown in {which}")
    assert out.splitlines()[0] == "unknown-0  playground  news  3 h  broken off"
    assert await vidsyn(tmp_path, "outbox", "resend", "unknown-0", "unknown-0", **here) == (
        0,
        "unknown-0 goes again.\n",
        this,
    )
    code, _, told = await vidsyn(tmp_path, "outbox", "resend", "unknown-0", "unknown-1", "waits", **here)
    assert (code, told.splitlines()) == (
        1,
        [
            "unknown-0 is not unknown. Look at the list again.",
            "unknown-1 would come too late now. Drop it.",
            "waits is not unknown. Look at the list again.",
            this.strip(),
        ],
    )
    assert await vidsyn(tmp_path, "outbox", "drop", "all", **here) == (
        0,
        "unknown-1 is dropped.\n",
        this,
    )
    code, out, told = await vidsyn(tmp_path, "inbox", **here)
    assert (code, told) == (0, f"2 received things are set aside in {which}")
    assert out.splitlines()[0] == "aside-0  slack  3 days  tried 5 times"
    assert await vidsyn(tmp_path, "inbox", "retry", "aside-0", **here) == (
        0,
        "aside-0 is tried again.\n",
        this,
    )
    assert await vidsyn(tmp_path, "inbox", "drop", "all", **here) == (0, "aside-1 is dropped.\n", this)
    assert (await vidsyn(tmp_path, "inbox", "drop", "aside-1", **here))[0] == 1
    with opened(url, vault_file) as store:
        states = store.run_now(lambda work: [work.outbox.get(id).state for id in ("unknown-0", "unknown-1", "waits")])
        payload = store.run_now(lambda work: work.outbox.get("unknown-0").payload)
        received = store.run_now(lambda work: [work.inbox.get(f"aside-{n}") for n in range(2)])
        trail = store.run_now(lambda work: [(row.actor, row.action, row.subject) for row in work.audit.all(9)])
    assert states == [OutboxState.PENDING, OutboxState.CANCELLED, OutboxState.PENDING]
    assert payload == CANARY
    assert [(row.state, row.payload) for row in received] == [("pending", CANARY), ("done", "")]
    assert trail == [
        ("operator", action, id)
        for action, id in (
            ("inbox.dropped", "aside-1"), ("inbox.retried", "aside-0"), ("outbox.dropped", "unknown-1"),
            ("outbox.resent", "unknown-0"),
        )
    ]  # fmt: skip


async def test_f27_backup_and_restore_as_an_operator_does_them(
    url: str, other: str, tmp_path: Path, vault_file: Path
) -> None:
    with opened(url, vault_file) as store:
        store.run_now(left_over)
    file = str(tmp_path / "one.gz")
    code, out, told = await vidsyn(tmp_path, "backup", file, DATABASE_URL=url)
    assert (code, told) == (0, "")
    assert "The master keys are not in it. Keep them in another place: without" in out
    code, _, told = await vidsyn(tmp_path, "backup", file, DATABASE_URL=url)
    assert (code, told) == (1, f"{file} exists already. Give the backup another name; it replaces nothing.\n")
    code, out, told = await vidsyn(tmp_path, "restore", file, DATABASE_URL=other)
    assert (code, told) == (0, "")
    assert "What people did after that is gone: tell HR." in out
    assert "Messages that are unknown now: 1. Received things set aside: 0." in out
    with opened(other, vault_file) as store:
        row = store.run_now(lambda work: work.outbox.get("waits"))
        assert (row.state, row.payload) == (OutboxState.UNKNOWN, CANARY)
        assert store.run_now(lambda work: work.audit.all(1))[0].action.startswith("restored:")
    code, _, told = await vidsyn(tmp_path, "restore", file, "--replace", DATABASE_URL=other, VIDSYN_DATA="elsewhere")
    assert (code, told.startswith("A backup holds no keys. Put the key file at elsewhere/master.key")) == (1, True)


async def test_f27_after_a_copy_was_put_back_quiet_does_the_same(url: str, tmp_path: Path, vault_file: Path) -> None:
    with opened(url, vault_file) as store:
        store.run_now(left_over)
    code, out, told = await vidsyn(tmp_path, "quiet", DATABASE_URL=url)
    assert (code, told) == (0, "")
    assert "Messages that are unknown now: 1." in out
    with opened(url, vault_file) as store:
        assert store.run_now(lambda work: work.outbox.get("waits")).state == OutboxState.UNKNOWN


@pytest.mark.parametrize("words", [("run", "--only", "web"), ("run", "--only", "worker")])
async def test_only_a_part_of_the_work_needs_postgresql(tmp_path: Path, words: tuple[str, ...]) -> None:
    slack = {
        "SLACK_BOT_TOKEN": "xoxb-12345678-12345678-abcdefgh",
        "SLACK_SIGNING_SECRET": "8f742231b10e8888abcd99abcdef85a5",
    }
    code, out, told = await vidsyn(tmp_path, *words, **slack)
    assert (code, out) == (1, "")
    assert told == (
        "Only processes that share a PostgreSQL can divide the work. Set DATABASE_URL, or leave --only out.\n"
    )
    code, _, told = await vidsyn(tmp_path, "run", "--only", "half")
    assert (code, told) == (1, "--only is web or worker. Leave it out for a process that does both.\n")


@pytest.mark.parametrize("asked", [("outbox",), ("inbox",), ("outbox", "drop", "all"), ("backup", "one.gz")])
async def test_without_a_database_nothing_is_well_and_none_is_made(tmp_path: Path, asked: tuple[str, ...]) -> None:
    code, out, told = await vidsyn(tmp_path, *asked, VIDSYN_DATA=str(tmp_path / "elsewhere"))
    assert (code, out) == (1, "")
    assert told.startswith(f"There is no database at {tmp_path}/elsewhere/playground.db.")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("words", [("outbox",), ("inbox", "drop", "all"), ("hr-code",), ("quiet",), ("doctor",)])
async def test_f23_who_only_looks_changes_no_table_and_says_what_is_due(
    postgres: str, tmp_path: Path, vault_file: Path, words: tuple[str, ...]
) -> None:
    engine = open_engine(postgres, 1.0)
    with engine.begin() as connection:
        upgrade(connection, "0003")
    engine.dispose()
    code, out, told = await vidsyn(tmp_path, *words, DATABASE_URL=postgres)
    assert (code, "`vidsyn migrate`" in out + told) == (1, True)
    assert execute(postgres, "SELECT version_num FROM alembic_version") == [("0003",)]


@pytest.mark.parametrize("words", [("outbox",), ("doctor",), ("migrate",)])
async def test_f13_a_database_in_another_encoding_is_refused(
    postgres: str, tmp_path: Path, vault_file: Path, words: tuple[str, ...]
) -> None:
    name = f"t{uuid4().hex}"
    execute(postgres, f"CREATE DATABASE {name} ENCODING 'SQL_ASCII' TEMPLATE template0")
    url = re.sub("@/[^?]*", f"@/{name}", postgres)
    code, out, told = await vidsyn(tmp_path, *words, DATABASE_URL=url)
    drop(url)
    assert (code, "is encoded in SQL_ASCII, which cannot keep every letter" in out + told) == (1, True)


async def test_f13_the_doctor_writes_and_leaves_nothing(postgres: str, tmp_path: Path, vault_file: Path) -> None:
    with opened(postgres, vault_file):
        before = execute(postgres, "SELECT * FROM meta")
    code, out, _ = await vidsyn(tmp_path, "doctor", DATABASE_URL=postgres)
    assert code == 0
    assert f"✓ Database: This is the {named(postgres)} (not used yet). It can be written," in out
    assert execute(postgres, "SELECT * FROM meta") == before
    only_read = postgres + "&options=-c%20default_transaction_read_only%3Don"
    code, out, _ = await vidsyn(tmp_path, "doctor", DATABASE_URL=only_read)
    assert (code, "✗ Database: The database can only be read: it is a standby" in out) == (1, True)


@pytest.fixture
def new_key(vault_file: Path) -> Callable[[], None]:
    """Puts another key into the key file."""

    def put() -> None:
        vault_file.write_text(new_master_key())

    return put


async def test_f22_a_missing_master_key_is_looked_for_where_the_keys_are(
    tmp_path: Path, vault_file: Path, new_key: Callable[[], None]
) -> None:
    url = f"sqlite:///{tmp_path}/one.db"
    with opened(url, vault_file) as store:
        store.run_now(left_over)
    new_key()
    code, _, told = await vidsyn(tmp_path, "outbox", DATABASE_URL=url)
    assert (code, f"Add it to the key file {vault_file}." in told) == (1, True)
    code, _, told = await vidsyn(tmp_path, "outbox", DATABASE_URL=url, VIDSYN_MASTER_KEYS=new_master_key())
    assert (code, "Add it to VIDSYN_MASTER_KEYS." in told) == (1, True)


@pytest.mark.parametrize("words", [("restore", "none.gz"), ("restore", ".", "--replace")])
async def test_a_restore_that_is_refused_says_that_nothing_was_changed(
    url: str, tmp_path: Path, vault_file: Path, words: tuple[str, ...]
) -> None:
    code, _, told = await vidsyn(tmp_path, *words, DATABASE_URL=url)
    assert (code, told.lower().count("nothing was changed.")) == (1, 1)
    code, _, told = await vidsyn(tmp_path, *words, DATABASE_URL=url, VIDSYN_DATA=str(tmp_path / "elsewhere"))
    assert (code, told.lower().count("nothing was changed.")) == (1, 1), "it has no keys there"


@pytest.mark.parametrize("line", ["DATABASE_URL=postgresql://me:secret@h/n", "VIDSYN_MASTER_KEYS=a:b"])
async def test_a25_a_file_that_opens_the_database_is_its_owners(tmp_path: Path, line: str) -> None:
    (tmp_path / ".env").write_text(f"{line}\n")
    (tmp_path / ".env").chmod(0o644)
    for words in (("run",), ("doctor",)):
        code, out, told = await vidsyn(tmp_path, *words)
        assert (code, "Others can read .env, and it holds secrets. Run `chmod 600 .env`." in out + told) == (1, True)


async def test_the_level_of_logs_may_be_written_small(tmp_path: Path) -> None:
    assert (await vidsyn(tmp_path, "migrate", LOG_LEVEL="info"))[0] == 0


async def test_the_commands_are_listed_as_an_operator_comes_to_them(tmp_path: Path) -> None:
    _, out, _ = await vidsyn(tmp_path, "--help")
    assert re.findall(r"^│ ([a-z][a-z-]*) {2,}", out, re.MULTILINE) == list(ORDER)


async def test_it_says_which_version_it_is(tmp_path: Path) -> None:
    assert await vidsyn(tmp_path, "--version") == (0, f"Vidsyn {version('vidsyn')}\n", "")
