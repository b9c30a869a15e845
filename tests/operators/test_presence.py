"""A database that is away: said once, with a cause, and waited for where waiting helps."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.presence import AGAIN, SETTLES, Presence
from storage.errors import Cause, StoreUnavailable
from tests.operators.test_processes import BEAT, ready
from tests.postgres import Server, execute
from tests.running.test_app import PATIENCE, command, ended, free_port

MASTER = "test:a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
GONE = StoreUnavailable("It is away.", Cause.NO_ANSWER)


@pytest.fixture
def seconds() -> list[float]:
    return [100.0]


@pytest.fixture
def presence(seconds: list[float]) -> Presence:
    return Presence(lambda: seconds[0])


def test_f11_it_is_said_once_then_sparsely_and_when_it_is_back(presence: Presence, seconds: list[float]) -> None:
    with capture_logs() as logged:
        for _ in range(int(AGAIN * 2)):
            presence.note(GONE)
            seconds[0] += 1
        presence.note(None)
        seconds[0] += SETTLES
        presence.note(None)
    assert [(it["event"], it.get("cause"), it.get("seconds")) for it in logged] == [
        ("database_away", "no_answer", None),
        ("database_still_away", "no_answer", AGAIN),
        ("database_back", None, AGAIN * 2),
    ]
    assert not presence.is_away


def test_f13_a_full_disk_that_can_still_be_read_is_not_back(presence: Presence, seconds: list[float]) -> None:
    with capture_logs() as logged:
        for _ in range(30):
            presence.note(StoreUnavailable("", Cause.DISK_FULL))
            presence.note(None)
            seconds[0] += SETTLES / 2
    assert [it["event"] for it in logged] == ["database_away"]


@pytest.mark.parametrize("cause", [Cause.BUSY, Cause.NO_PERMISSION, Cause.OTHER])
def test_what_concerns_one_thing_alone_is_no_absence(presence: Presence, cause: Cause) -> None:
    with capture_logs() as logged:
        presence.note(StoreUnavailable("", cause))
    assert (logged, presence.is_away) == ([], False)


# In a process

BUSY = frozenset({"loop_blocked", "foreign"})
"""What a busy machine may add."""


def failures(page: str) -> float:
    """How many warnings and errors were counted."""
    return sum(float(line.split()[-1]) for line in page.splitlines() if line.startswith("vidsyn_errors_total{"))


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that has databases and does not run."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o711)
    server = Server(folder / "server", port=free_port())
    server.start()
    execute(server.url(), "CREATE DATABASE foreign_one")
    execute(server.url("foreign_one"), "CREATE TABLE foreign_one (id int)")
    server.stop()
    yield server
    server.stop()
    shutil.rmtree(folder)


class Runs:
    """`vidsyn run`, what it says, and its addresses."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.port, ops = folder, free_port(), free_port()
        self.page, self.ops = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{ops}"
        self.settings = {
            "DATABASE_URL": url, "VIDSYN_MASTER_KEYS": MASTER, "PORT": str(self.port), "OPS_PORT": str(ops),
        }  # fmt: skip
        self.process: asyncio.subprocess.Process

    async def start(self) -> None:
        self.process = await command(self.folder, "run", **self.settings)

    async def line(self) -> str:
        """The next thing it says that is no log."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while (line := await self.process.stdout.readline()).startswith(b"{"):
                continue
        return line.decode()

    async def rest(self) -> tuple[int, list[dict[str, Any]], str]:
        """How it ends when it is told to, what it has logged, and what it complained of."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        assert self.process.stdout is not None
        said = (await self.process.stdout.read()).decode()
        code, complaints = await ended(self.process)
        return code, [json.loads(it) for it in said.splitlines() if it.startswith("{")], complaints.decode()


@pytest.fixture
async def runs(tmp_path: Path, server: Server) -> AsyncIterator[Runs]:
    it = Runs(tmp_path, server.tcp())
    await it.start()
    yield it
    if it.process.returncode is None:
        it.process.kill()
        await it.process.communicate()


async def test_f11_it_waits_for_a_database_says_so_where_it_is_asked_and_goes_on(runs: Runs, server: Server) -> None:
    assert (await runs.line()).startswith("Nobody answers for the database at 127.0.0.1:")
    assert await ready(runs.page, "/healthz") == "ok"
    failing = json.loads(await ready(runs.ops, "/readyz", 503))["failing"]
    assert failing["database"].startswith("Nobody answers for the database at 127.0.0.1:")
    assert failing["database"].endswith("Vidsyn waits for it, and goes on by itself.")
    assert await ready(runs.page, "/slack/events", 503) == ""
    assert "vidsyn_database_up 0.0" in await ready(runs.ops, "/metrics")
    server.start()
    assert await runs.line() == "The database is there. Vidsyn goes on.\n"
    assert (await runs.line()).startswith("Vidsyn is ready.")
    await ready(runs.ops)
    code, logged, _ = await runs.rest()
    assert code == 0
    assert [it["event"] for it in logged if it["event"] in ("ready", "stopped")] == ["ready", "stopped"]


async def test_f11_f24_who_waits_can_be_stopped(runs: Runs) -> None:
    await runs.line()
    code, _, complaints = await runs.rest()
    assert (code, complaints) == (0, "")


async def test_f11_the_waiting_ends_when_it_shows_that_none_helps(tmp_path: Path, server: Server) -> None:
    it = Runs(tmp_path, server.tcp("foreign_one"))
    await it.start()
    await it.line()
    server.start()
    async with asyncio.timeout(PATIENCE):
        await it.process.wait()
    code, _, complaints = await it.rest()
    assert code == 1
    assert complaints.startswith("There is more in this database than Vidsyn's.")


@pytest.mark.parametrize("database", ["nowhere", "foreign"])
async def test_f11_what_no_waiting_mends_ends_it_at_once(tmp_path: Path, postgres: str, database: str) -> None:
    if database == "foreign":
        execute(postgres, "CREATE TABLE foreign_one (id int)")
    else:
        postgres = postgres.replace("@/t", "@/nowhere_t")
    it = Runs(tmp_path, postgres)
    await it.start()
    async with asyncio.timeout(PATIENCE):
        await it.process.wait()
    code, logged, complaints = await it.rest()
    assert (code, complaints.count("\n")) == (1, 1)
    assert {it["event"] for it in logged} <= BUSY


async def test_f11_the_log_does_not_grow_while_the_database_is_away(runs: Runs, server: Server) -> None:
    server.start()
    await ready(runs.ops)
    server.stop()
    await ready(runs.ops, "/readyz", 503)
    async with asyncio.timeout(PATIENCE):
        page = await ready(runs.ops, "/metrics")
        while failures(page) < 10:
            await asyncio.sleep(BEAT)
            page = await ready(runs.ops, "/metrics")
    server.start()
    await ready(runs.ops)
    code, logged, _ = await runs.rest()
    assert code == 0
    (away,) = [it for it in logged if it["event"] == "database_away"]
    assert away["cause"] in ("no_answer", "starting", "broken_off")
    # What failed in the moment before it was known that the database is away may be there.
    assert len([it for it in logged if it["event"] not in BUSY]) <= 6, [it["event"] for it in logged]


async def test_a_start_and_an_end_are_told_to_who_reads_logs(tmp_path: Path, postgres: str) -> None:
    it = Runs(tmp_path, postgres)
    await it.start()
    assert (await it.line()).startswith("Vidsyn is ready.")
    code, logged, _ = await it.rest()
    begun, stopped = (it for it in logged if it["event"] not in BUSY)
    assert (code, begun["event"], stopped["event"]) == (0, "ready", "stopped")
    assert {"version", "timestamp", "level"} <= begun.keys()
    assert (begun["database"], begun["port"], begun["role"]) == ("postgresql", it.port, "all")
    assert "postgres@" not in json.dumps(logged)
