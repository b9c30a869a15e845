"""Who starts and stops the real process with Teams, and what they set."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from tests.running.test_app import besides, environment, free_port
from tests.teams.fake import FakeTeams, Person, text_of

READY = b"Vidsyn is ready in Teams."
NOT_YET = b"Microsoft does not answer yet; Vidsyn goes on trying."
PLAYED = b"Vidsyn is ready for the Agents Playground on this machine"
PATIENCE = 30.0
BEAT = 0.05

T = TypeVar("T")
Process = asyncio.subprocess.Process


def configured(fake: FakeTeams, **more: str) -> dict[str, str]:
    """The settings for a bot in one tenant, with every address on the fake."""
    return {
        "MicrosoftAppId": fake.app.id, "MicrosoftAppPassword": fake.app.secret,
        "MicrosoftAppTenantId": fake.app.tenant, "TEAMS_SERVICE_HOSTS": fake.host,
        "TEAMS_OPENID_METADATA_URL": fake.openid_url, "TEAMS_LOGIN_URL": fake.login_url,
        "TEAMS_GRAPH_URL": fake.graph_url, **more,
    }  # fmt: skip


def anonymous(host: str, **more: str) -> dict[str, str]:
    """The settings for an Agents Playground at `host`."""
    return {"TEAMS_DANGEROUSLY_ANONYMOUS": "1", "TEAMS_SERVICE_HOSTS": host, **more}


@dataclass
class Operator:
    """Who starts and stops it. It listens on `port`."""

    folder: Path
    settings: dict[str, str]
    port: int = field(default_factory=free_port)
    processes: list[Process] = field(default_factory=list)

    @property
    def endpoint(self) -> str:
        """Where it takes activities."""
        return f"http://127.0.0.1:{self.port}/api/messages"

    async def command(self, *words: str) -> Process:
        """Runs `vidsyn` with these words."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot.cli", *words, cwd=self.folder,
            env=environment(self.folder, **{"PORT": str(self.port), **self.settings}),
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self.processes.append(process)
        return process

    async def starts(self, *says: bytes) -> Process:
        """`vidsyn run`, until it has said these lines, beside what it logs."""
        process = await self.command("run")
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            for said in says or (READY,):
                while (line := await process.stdout.readline()).startswith(b"{"):
                    continue
                assert line.startswith(said), (line, await process.communicate())
        return process

    async def does_not_start(self, **settings: str) -> str:
        """`vidsyn run`, which ends at once with exit code 1; what it says."""
        self.settings |= settings
        status, sentence = await ended(await self.command("run"))
        assert status == 1, sentence
        assert "Traceback" not in sentence
        return sentence

    async def knows(self, question: str, file: str = "vidsyn.db") -> list[tuple[str, ...]]:
        """What stands in the database, once anything does."""

        def rows() -> list[tuple[str, ...]]:
            with closing(sqlite3.connect(self.folder / "data" / file)) as database:
                return database.execute(question).fetchall()

        return await until(rows, bool)

    async def goes(self) -> None:
        """Kills whatever still runs."""
        for process in self.processes:
            if process.returncode is None:
                process.kill()
                await process.communicate()


async def reads(person: Person, *words: str) -> str:
    """What stands in somebody's chat, once all these words do."""
    return await until(lambda: "\n".join(_words(person)), lambda said: all(word in said for word in words))


async def until(look: Callable[[], T], there: Callable[[T], bool]) -> T:
    """What is seen, once it is there: another process does it."""
    async with asyncio.timeout(PATIENCE):
        while not there(found := look()):  # noqa: ASYNC110
            await asyncio.sleep(BEAT)
    return found


async def ended(process: Process) -> tuple[int | None, str]:
    """The exit code, and all that a process has written."""
    async with asyncio.timeout(PATIENCE):
        out, errors = await process.communicate()
    return process.returncode, besides((out + errors).decode())


def _words(person: Person) -> list[str]:
    return [post.text if post.card is None else text_of(person.card(post)) for post in person.posts]
