"""The Microsoft 365 Agents Playground as a program: installed once for all workers, one process for each seat."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import aiohttp

from tests.agents.tenant import Seat

FOLDER = Path(__file__).parent
INSTALLED = FOLDER / "node_modules"
START = INSTALLED / "@microsoft" / "m365agentsplayground" / "cli.js"
SECONDS = 60


class CannotHave(Exception):
    """The client cannot be had on this machine. Its text says why and what to do."""


def install() -> None:
    """Installs what package-lock.json names, unless it is there. Of several workers one does it. Raises CannotHave."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            raise CannotHave(f"{program} is not there: install Node.js 18 or later and npm")
    with (FOLDER / "package-lock.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = sha256(lock.read()).hexdigest()
        stamp = INSTALLED / ".stamp"  # goes with the folder when npm clears it
        if not stamp.is_file() or stamp.read_text() != wanted:
            _npm_ci()
            stamp.write_text(wanted)


def _npm_ci() -> None:
    command = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotHave(f"npm cannot install the Agents Playground:\n{done.stderr[-2000:]}")


@asynccontextmanager
async def running(seat: Seat, bot: str, folder: Path) -> AsyncIterator[None]:
    """Runs a client in a folder of its own, against a bot's address (…/api/messages), until the block ends."""
    with _printed_in(folder, seat) as out:
        process = await _start(seat, bot, folder, out)
        try:
            if not await _answers(process, seat):
                raise RuntimeError(f"the Agents Playground ended; {folder} holds its log; it printed:\n{_tail(out)}")
            yield
        finally:
            await _end(process)


def _printed_in(folder: Path, seat: Seat) -> BinaryIO:
    """Makes the folder; the file takes what the client prints. A seat without a config has what the client makes up."""
    folder.mkdir()
    if seat.config:
        (folder / ".m365agentsplayground.yml").write_text(seat.config)
    return (folder / "printed.txt").open("w+b")


def _tail(out: BinaryIO) -> str:
    out.seek(0)
    return out.read()[-2000:].decode(errors="replace")


async def _start(seat: Seat, bot: str, folder: Path, out: BinaryIO) -> asyncio.subprocess.Process:
    command = ["node", str(START), "start", "-c", "msteams", "-e", bot, "-p", str(seat.port)]
    command += ["--service-url", seat.service, "--disable-telemetry"]
    # A person in Denmark: the client writes its dates as LANG says and passes TZ on to the bot.
    environment = os.environ | {"TEAMSAPPTESTER_BROWSER": "none", "TZ": "Europe/Copenhagen", "LANG": "da_DK.UTF-8"}
    return await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=environment, stdout=out, stderr=out, start_new_session=True
    )


async def _answers(process: asyncio.subprocess.Process, seat: Seat) -> bool:
    """Waits until the client has read its configuration (its port answers also before). False: it ended."""
    async with asyncio.timeout(SECONDS), aiohttp.ClientSession() as session:
        while process.returncode is None:
            with suppress(aiohttp.ClientError):
                async with session.get(f"{seat.address}/_internal/v1/config") as answer:
                    if answer.status == 200:
                        return True
            await asyncio.sleep(0.1)
    return False


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ends the client and what it started, at once: it has nothing to keep, and would wait for its pages."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
