"""Processes that share the work, and processes that end: as an operator runs them."""

from __future__ import annotations

import asyncio
import json
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from bot.clock import SystemClock
from tests.postgres import execute
from tests.running.test_app import PATIENCE, House, Starts, command, ended, environment, free_port
from tests.running.test_app import starts as starts
from tests.slack.fake import App, FakeSlack

SECRET = "8f742231b10e8888abcd99abcdef85a5"
MASTER = "test:a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="
SENT = 'vidsyn_outbox_ended_total{channel="slack",state="sent"}'
BEAT = 0.05
CANARY = "Kanariefugl"
CPR = "070761-4285"


async def ready(url: str, path: str = "/readyz", expected: int = 200) -> str:
    """What a page says, once it answers with this status."""
    async with aiohttp.ClientSession() as session, asyncio.timeout(PATIENCE):
        while True:
            try:
                async with session.get(url + path) as got:
                    if got.status == expected:
                        return await got.text()
            except aiohttp.ClientConnectionError:
                pass  # it has not begun to listen
            await asyncio.sleep(BEAT)


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    async with FakeSlack(SystemClock(), App(signing_secret=SECRET)) as slack:
        slack.add_team("T0SUNDBY", "Sundby Kommune")
        slack.add_user("UHANNE", "Hanne Holm", "T0SUNDBY")
        yield slack


async def start(folder: Path, url: str, slack: FakeSlack, *words: str) -> tuple[asyncio.subprocess.Process, str]:
    """A process that is ready, and its address."""
    port = free_port()
    token = next(iter(slack.tokens), None) or slack.install("T0SUNDBY").value
    settings = {
        "DATABASE_URL": url, "VIDSYN_MASTER_KEYS": MASTER, "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_BOT_TOKEN": token, "SLACK_API_URL": slack.base_url, "LOG_LEVEL": "DEBUG",
    }  # fmt: skip
    process = await command(folder, "run", *words, **settings, PORT=str(port))
    address = f"http://127.0.0.1:{port}"
    assert json.loads(await ready(address)) == {"ready": True, "failing": {}}
    return process, address


async def stops(process: asyncio.subprocess.Process) -> str:
    """All that a process has said, once it has ended well."""
    process.send_signal(signal.SIGTERM)
    assert process.stdout is not None
    said = (await process.stdout.read()).decode()
    assert await ended(process) == (0, b"")
    return said


def in_it(slack: FakeSlack, *texts: str) -> set[str]:
    """What may stand in no log and on no page, and does; the start names the town."""
    secret = {CANARY, CPR, "Hanne", "UHANNE", "T0SUNDBY", SECRET, MASTER, *slack.tokens}
    return {it for it in secret if any(it in text for text in texts)}


async def test_one_receives_and_another_sends(tmp_path: Path, postgres: str, slack: FakeSlack) -> None:
    receives, its_pages = await start(tmp_path, postgres, slack, "--only", "web")
    sends, other_pages = await start(tmp_path, postgres, slack, "--only", "worker")
    await ready(other_pages, "/slack/events", 404)
    slack.tell_by_http(f"{its_pages}/slack/events", patience=10.0)
    await slack.person("UHANNE").types(f"{CANARY} hjælp")
    metrics = ""
    async with asyncio.timeout(PATIENCE):
        while SENT not in metrics:
            metrics = await ready(other_pages, "/metrics")
    assert slack.from_bot("UHANNE")
    assert "vidsyn_outbox_ended_total{" not in await ready(its_pages, "/metrics")
    assert not in_it(slack, metrics, await stops(receives), await stops(sends))


async def test_s21_f11_nobodys_words_are_logged_while_the_database_fails_in_the_middle(
    tmp_path: Path, postgres: str, slack: FakeSlack
) -> None:
    process, address = await start(tmp_path, postgres, slack)
    slack.tell_by_http(f"{address}/slack/events", patience=10.0)
    hanne = slack.person("UHANNE")
    await hanne.types(f"{CANARY} og {CPR}")
    async with asyncio.timeout(PATIENCE):
        while not slack.from_bot("UHANNE"):  # noqa: ASYNC110  # another process says it
            await asyncio.sleep(BEAT)
    # What is written fails in the middle of a turn, then before it, then the line to the database breaks.
    for table in ("outbox", "inbox", "meta"):
        execute(postgres, f"ALTER TABLE {table} RENAME TO away")
        await hanne.types(f"{CANARY} om {CPR} uden {table}")
        said = await ready(address, "/readyz", 503) if table == "meta" else await ready(address, "/healthz")
        metrics = await ready(address, "/metrics")
        async with asyncio.timeout(PATIENCE):
            while 'kind="tick_failed"' not in metrics:  # it looks there every five seconds
                await asyncio.sleep(BEAT)
                metrics = await ready(address, "/metrics")
        assert not in_it(slack, said, metrics)
        execute(postgres, f"ALTER TABLE away RENAME TO {table}")
    execute(
        postgres,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    await hanne.types(f"{CANARY} og {CPR} igen")
    await slack.retry_due()
    await ready(address)
    log = await stops(process)
    events = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert [it for it in events if it.get("at")], "something was logged at all"
    assert not in_it(slack, log)


async def test_f24_sigterm_under_load_ends_clean_and_loses_nothing(starts: Starts, tmp_path: Path) -> None:
    house = await starts()
    emil = (await house.people())["Emil Eriksen"]
    taken: list[str] = []
    some = asyncio.Event()

    async def writes(n: int) -> None:
        event = f"event-{n}-" + "0" * 24
        body = {"person": emil, "event": event, "text": "hjælp"}
        try:
            async with house.browser.post(f"{house.url}/playground/text", json=body) as got:
                if got.status == 200:
                    taken.append(event)
                    some.set()
        except aiohttp.ClientConnectionError:
            return  # it is gone: nothing was promised

    load = [asyncio.create_task(writes(n)) for n in range(60)]
    async with asyncio.timeout(PATIENCE):
        await some.wait()
    assert await house.ends() == (0, b"")
    await asyncio.gather(*load)
    with closing(sqlite3.connect(tmp_path / "data" / "playground.db")) as database:
        known = dict(database.execute("SELECT event, state FROM inbox").fetchall())
        sending = database.execute("SELECT count(*) FROM outbox WHERE state = 'sending'").fetchone()
    assert len(taken) > 0
    assert set(taken) <= set(known)
    assert sending == (0,), "nothing is left in the air"
    second = await starts()
    async with asyncio.timeout(PATIENCE):
        while await answers(second, emil) < len(known):  # noqa: ASYNC110  # another process says it
            await asyncio.sleep(BEAT)
    assert await second.ends() == (0, b"")


async def answers(house: House, person: str) -> int:
    """How many help texts somebody got."""
    entries = await house.get(f"/playground/messages?person={person}&box={person}")
    return sum("Du kan skrive" in json.dumps(entry, ensure_ascii=False) for entry in json.loads(entries))


HANGS = """
import asyncio, sys
from aiohttp import web
from bot.app import build
from bot.cli import serve
from bot.logs import set_up
from bot.settings import Settings

set_up()
settings = Settings()
app = build(settings)

async def hangs():
    print("stopping", flush=True)
    await asyncio.Event().wait()

app.conversation.idle = hangs
asyncio.run(serve(app, settings, float(sys.argv[1])))
"""


@pytest.mark.parametrize(("within", "signals", "code"), [("0.1", 1, 0), ("600", 2, 1)])
async def test_f24_what_hangs_holds_no_end_up(tmp_path: Path, within: str, signals: int, code: int) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HANGS, within, cwd=tmp_path, env=environment(tmp_path, PORT=str(free_port())),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        assert (await process.stdout.readline()).startswith(b"Vidsyn is ready.")
        process.send_signal(signal.SIGTERM)
        while (line := await process.stdout.readline()).startswith(b"{"):
            continue
        assert line == b"stopping\n"
    if signals > 1:
        process.send_signal(signal.SIGTERM)
    assert await ended(process) == (code, b"")


STARTS_SLOWLY = HANGS.replace("app.conversation.idle", "app.delivery.recover").replace("stopping", "starting")


async def test_f24_who_is_told_to_stop_while_it_starts_stops(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STARTS_SLOWLY, "5", cwd=tmp_path, env=environment(tmp_path, PORT=str(free_port())),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        assert await process.stdout.readline() == b"starting\n"
        process.send_signal(signal.SIGTERM)
        assert await ended(process) == (0, b"")


async def test_a_backup_is_made_beside_a_running_house_and_restored_only_without_one(
    starts: Starts, tmp_path: Path
) -> None:
    house = await starts()
    emil = (await house.people())["Emil Eriksen"]
    file = str(tmp_path / "one.gz")
    assert await ended(await command(tmp_path, "backup", file)) == (0, b"")
    code, said = await ended(await command(tmp_path, "restore", file, "--replace"))
    assert (code, said.startswith(b"Vidsyn is running already with this database (")) == (1, True)
    await house.post("people", name="Nora Nygaard", role="employee", unit="Havnen", language="nb")
    assert (await house.ends())[0] == 0
    code, said = await ended(await command(tmp_path, "restore", file))
    assert (code, said.startswith(b"There are people in this database.")) == (1, True)
    assert await ended(await command(tmp_path, "restore", file, "--replace")) == (0, b"")
    again = await starts()
    people = await again.people()
    assert people["Emil Eriksen"] == emil
    assert "Nora Nygaard" not in people
    assert await again.ends() == (0, b"")
