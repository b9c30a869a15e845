"""A process of its own that does as it is told: one line of JSON in, one out."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from time import process_time
from types import TracebackType
from typing import Any

from tests.benchmarks.measure import Wrong
from tests.benchmarks.simulated import Clock, Common, Loop

Json = dict[str, Any]
Do = Callable[[Json], Awaitable[Json]]

ROOT = Path(__file__).parents[2]


class Worker:
    """The process that runs `module`, taking part in the common time of `slot`; `given` is what it is told first."""

    def __init__(self, module: str, slot: tuple[str, int] | None = None, **given: Any) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"tests.benchmarks.{module}", *map(str, slot or ())],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.said = self.ask(**given)

    @property
    def id(self) -> int:
        """The number of the process."""
        return self._process.pid

    def ask(self, **what: Any) -> Json:
        """What it answers, once it has done it."""
        self.begin(**what)
        return self.end()

    def begin(self, **what: Any) -> None:
        """Tells it what to do, and does not wait."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    def end(self) -> Json:
        """The answer to what was begun."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        while line and not line.startswith('{"answer"'):
            sys.stderr.write(line)
            line = self._process.stdout.readline()
        if not line:
            raise Wrong(f"A process of the benchmark has ended: {self._process.wait()}.")
        answer: Json = json.loads(line)["answer"]
        return answer

    def stop(self) -> None:
        """Ends it, and waits until it has."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def run(begin: Callable[[Json], Awaitable[tuple[Json, Mapping[str, Do]]]]) -> None:
    """In the process: does what it is told, on the common time if there is one."""
    if len(sys.argv) < 3:
        asyncio.run(serve(begin))
        return
    common, slot = Common(sys.argv[1]), int(sys.argv[2])
    try:
        with asyncio.Runner(loop_factory=lambda: Loop(common, slot)) as runner:
            runner.run(serve(begin))
    finally:
        common.leave(slot)


def common_clock() -> Clock | None:
    """The clock of the common time, if there is one."""
    return Clock(Common(sys.argv[1])) if len(sys.argv) > 2 else None


async def serve(begin: Callable[[Json], Awaitable[tuple[Json, Mapping[str, Do]]]]) -> None:
    """In the process: takes the first line to `begin`, then each line to what is called as its "do" says."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=2**26)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    first = json.loads(await reader.readline())
    said, known = await begin(first)
    _say(said)
    while line := await reader.readline():
        told = json.loads(line)
        _say(used() if told["do"] == "used" else await known[told["do"]](told))
    if "stop" in known:
        await known["stop"]({})


def used() -> Json:
    """CPU seconds so far with all threads, and memory in MiB: now, and the most so far."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"cpu": process_time(), "memory": pages * os.sysconf("SC_PAGE_SIZE") / 2**20, "most": most}


def _say(answer: Json) -> None:
    sys.stdout.write(json.dumps({"answer": answer}) + "\n")
    sys.stdout.flush()
