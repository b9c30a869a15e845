"""The real process on the fake Slack: started as an operator starts it, by a socket and by an address."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.clock import SystemClock
from tests.running.test_app import besides, environment, free_port
from tests.slack.fake import App, FakeSlack
from tests.slack.fake.faults import DROP_BEFORE, Fault, Http

SECRET = "8f742231b10e8888abcd99abcdef85a5"
READY = b"Vidsyn is ready in Slack: Sundby Kommune."
NOT_YET = b"Slack does not answer yet; Vidsyn goes on trying."
PATIENCE = 30.0
BEAT = 0.05


@dataclass
class Operator:
    """Who starts and stops it."""

    folder: Path
    slack: FakeSlack
    token: str
    settings: dict[str, str] = field(default_factory=dict)
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def command(self, *words: str) -> asyncio.subprocess.Process:
        """Runs `vidsyn` with these words."""
        settings = {"SLACK_API_URL": self.slack.base_url, "SLACK_BOT_TOKEN": self.token, **self.settings}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli", *words, cwd=self.folder, env=environment(self.folder, **settings),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self.processes.append(process)
        return process

    async def starts(self, says: bytes = READY) -> asyncio.subprocess.Process:
        """`vidsyn run`, until it says that it is ready, or what else there is to say."""
        process = await self.command("run")
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while (line := await process.stdout.readline()).startswith(b"{"):  # what is logged before
                continue
        assert line.startswith(says), (line, await process.communicate())
        return process

    async def answered(self, user: str, count: int) -> str:
        """What the assistant has said to somebody, once it has said so much."""
        async with asyncio.timeout(PATIENCE):
            while len(said := self.slack.from_bot(user)) < count:  # noqa: ASYNC110  # another process says it
                await asyncio.sleep(BEAT)
        return "\n".join(message.words() for message in said)

    async def knows(self, question: str) -> list[tuple[str, ...]]:
        """What stands in the database, once anything does."""
        async with asyncio.timeout(PATIENCE):
            while not (rows := self._rows(question)):  # noqa: ASYNC110  # another process writes it
                await asyncio.sleep(BEAT)
        return rows

    def _rows(self, question: str) -> list[tuple[str, ...]]:
        with closing(sqlite3.connect(self.folder / "data" / "vidsyn.db")) as database:
            return database.execute(question).fetchall()


async def said(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    """The exit code, and all that a process has written."""
    async with asyncio.timeout(PATIENCE):
        out, errors = await process.communicate()
    return process.returncode, besides((out + errors).decode())


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    async with FakeSlack(SystemClock(), App(signing_secret=SECRET)) as slack:
        slack.add_team("T0SUNDBY", "Sundby Kommune")
        slack.add_user("UHANNE", "Hanne Holm")
        slack.add_user("UEMIL", "Emil Eriksen")
        token = slack.install("T0SUNDBY").value
        slack.add_channel("C0JOB", "jobbytte", members=["UHANNE", "UEMIL"])
        it = Operator(tmp_path, slack, token)
        yield it
        for process in it.processes:
            if process.returncode is None:
                process.kill()
                await process.communicate()


def by_socket(operator: Operator) -> None:
    operator.settings = {"SLACK_APP_TOKEN": operator.slack.add_app_token(), "PORT": str(free_port())}
    operator.slack.tell_by_socket()


def by_address(operator: Operator) -> None:
    port = free_port()
    operator.settings = {"SLACK_SIGNING_SECRET": SECRET, "PORT": str(port)}
    operator.slack.tell_by_http(f"http://127.0.0.1:{port}/slack/events")


@pytest.mark.parametrize("way", [by_socket, by_address])
async def test_it_starts_answers_and_ends_clean(operator: Operator, way: object) -> None:
    assert callable(way)
    way(operator)
    process = await operator.starts()
    if way is by_socket:
        await operator.slack.sockets.connected()
    await operator.slack.person("UEMIL").types("hjælp")
    assert "Du kan skrive:" in await operator.answered("UEMIL", 2)
    process.terminate()
    assert await said(process) == (0, "")


async def test_f3_f4_a_kill_loses_nothing_that_was_acknowledged(operator: Operator) -> None:
    by_address(operator)
    process = await operator.starts()
    typed = [operator.slack.person("UEMIL").types("hjælp") for _ in range(5)]
    deliveries = await asyncio.gather(*typed)
    process.kill()
    await process.communicate()
    taken = [delivery for delivery in deliveries if delivery.answer.ok]
    await operator.starts()
    for delivery in deliveries:
        await operator.slack.replay(delivery)
    words = await operator.answered("UEMIL", 1 + len(taken))
    assert words.count("Hej Emil.") == 1
    assert words.count("Du kan skrive:") in (len(taken), len(deliveries))


async def test_hr_gets_a_code_and_the_doctor_has_nothing_to_mend(operator: Operator) -> None:
    by_socket(operator)
    await operator.starts()
    await operator.slack.sockets.connected()
    _, code = await said(await operator.command("hr-code"))
    await operator.slack.person("UHANNE").types(code.split()[0])
    await operator.answered("UHANNE", 2)
    status, findings = await said(await operator.command("doctor"))
    wrong = [line for line in findings.splitlines() if line.startswith("✗") and "Scopes" not in line]
    assert wrong == []
    assert operator.token not in findings
    assert status == (1 if "✗ Scopes" in findings else 0)


async def test_a25_a_token_that_slack_does_not_take_is_said_at_the_start(operator: Operator) -> None:
    by_socket(operator)
    operator.token = "xoxb-1-nobodyknowsthisone"
    status, sentence = await said(await operator.command("run"))
    assert status == 1
    assert sentence.startswith("Slack does not take SLACK_BOT_TOKEN (invalid_auth).")
    assert operator.token not in sentence


@pytest.mark.parametrize("scopes", [None, ()])
async def test_a25_an_app_token_that_slack_does_not_take_is_said_at_the_start(
    operator: Operator, scopes: tuple[str, ...] | None
) -> None:
    by_socket(operator)
    token = "xapp-1-A0-1-nobodyknowsthisone"
    operator.settings["SLACK_APP_TOKEN"] = token if scopes is None else operator.slack.add_app_token(scopes)
    status, sentence = await said(await operator.command("run"))
    assert status == 1
    why = "invalid_auth" if scopes is None else "missing_scope"
    assert sentence.startswith(f"Slack does not take SLACK_APP_TOKEN ({why}). Generate one with the scope")
    assert operator.settings["SLACK_APP_TOKEN"] not in sentence


@pytest.mark.parametrize(
    ("way", "method", "fault"),
    [
        (by_socket, "auth.test", Http(503)),
        (by_socket, "auth.test", DROP_BEFORE),
        (by_socket, "apps.connections.open", Http(503)),
        (by_address, "auth.test", Http(503)),
        (by_address, "users.conversations", None),
    ],
)
async def test_slack_may_come_back_after_the_start(
    operator: Operator, way: Callable[[Operator], None], method: str, fault: Fault | None
) -> None:
    way(operator)
    operator.slack.fail_next(method, fault or Http(503))
    process = await operator.starts(NOT_YET if fault else READY)
    if way is by_socket:
        await operator.slack.sockets.connected()
    await operator.slack.person("UEMIL").types("hjælp")
    await operator.answered("UEMIL", 2)
    assert await operator.knows("SELECT name FROM places") == [("#jobbytte",)]
    assert await operator.knows("SELECT name FROM organisations") == [("Sundby Kommune",)]
    process.terminate()
    status, logged = await said(process)
    assert status == 0
    assert operator.token not in logged


async def test_the_playground_and_a_platform_never_share_a_database(operator: Operator) -> None:
    by_socket(operator)
    url = f"sqlite:///{operator.folder}/one.db"
    operator.settings |= {"DATABASE_URL": url}
    process = await operator.starts()
    process.terminate()
    await said(process)
    playground = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.cli", "run", cwd=operator.folder,
        env=environment(operator.folder, DATABASE_URL=url, PORT=str(free_port())),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    operator.processes.append(playground)
    status, sentence = await said(playground)
    assert status == 1
    assert sentence.startswith("This database is for something else")
