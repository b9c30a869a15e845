"""Who starts processes of the product, and sees them die."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tests.conftest import ROOT

PATIENCE = 90.0
"""Seconds: only what hangs takes so long, however busy the machine is."""
BEAT = 0.02
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")

T = TypeVar("T")


async def until(look: Callable[[], T], there: Callable[[T], object] = bool, patience: float = PATIENCE) -> T:
    """What is seen, once it is there: another process does it. An AssertionError shows what was seen last."""
    loop = asyncio.get_running_loop()
    end = loop.time() + patience
    while not there(found := look()):
        assert loop.time() < end, f"Not there after {patience} seconds; there is {found!r}."
        await asyncio.sleep(BEAT)
    return found


@dataclass(frozen=True)
class Process:
    """A process of the product. `out` is all that it says, `port` where it listens."""

    pid: int
    port: int
    out: Path
    status: Path

    @property
    def said(self) -> str:
        """All that it has said."""
        return self.out.read_text(encoding="utf-8", errors="replace") if self.out.exists() else ""

    @property
    def ended(self) -> int | None:
        """Its exit code, or the signal that it died of as a negative number; None while it runs."""
        return int(self.status.read_text(encoding="ascii")) if self.status.exists() else None

    def send(self, name: signal.Signals) -> None:
        """A signal."""
        os.kill(self.pid, name)

    async def end(self, patience: float = PATIENCE) -> int:
        """Waits for its end; the exit code."""
        await until(lambda: (self.ended, self.said), lambda it: it[0] is not None, patience)
        assert self.ended is not None
        return self.ended

    async def kill(self) -> None:
        """Ends it on the spot."""
        if self.ended is None:
            self.send(signal.SIGKILL)
            await self.end()

    async def says(self, words: str) -> None:
        """Waits until it has said this."""
        await until(lambda: (words in self.said, self.ended, self.said), lambda it: it[0] or it[1] is not None)
        assert words in self.said, (self.ended, self.said)

    async def stopped(self) -> None:
        """Waits until it stands still."""
        stat = Path(f"/proc/{self.pid}/stat")
        await until(lambda: stat.read_text().rpartition(")")[2].split()[0], lambda state: state == "T")


class Nursery:
    """Starts processes that have loaded the product already."""

    def __init__(self, asks: socket.socket) -> None:
        self._asks = asks

    def start(self, folder: Path, name: str, words: tuple[str, ...], environment: Mapping[str, str]) -> Process:
        """`vidsyn` with these words, in a folder, with nothing but these settings. `name` is new in the folder."""
        process_files = folder / f"{name}.out", folder / f"{name}.status"
        wanted = {
            "words": words, "folder": str(folder), "out": str(process_files[0]), "status": str(process_files[1]),
            "environment": {**_machine(), **environment},
        }  # fmt: skip
        self._asks.sendall(json.dumps(wanted).encode() + b"\n")
        answer = b""
        while not answer.endswith(b"\n"):
            answer += self._asks.recv(64)
        return Process(int(answer), int(environment["PORT"]), *process_files)


@contextmanager
def nursery(root: Path = ROOT) -> Iterator[Nursery]:
    """One for the product at `root`, until it is not needed any more. It ends what it has started."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.process", str(theirs.fileno())],
            cwd=root, env={**_machine(), "PYTHONPATH": str(root)}, pass_fds=(theirs.fileno(),),
        )  # fmt: skip
        theirs.close()
        yield Nursery(ours)
        ours.close()
        process.wait(PATIENCE)


def _machine() -> dict[str, str]:
    """Nothing of the machine's own settings."""
    return {name: value for name, value in os.environ.items() if name in KEPT} | {"PYTHONWARNINGS": "error"}
