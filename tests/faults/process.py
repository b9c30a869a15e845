"""Starts processes of the product, each with the failpoints that its environment asks for.

`python -m tests.faults.process` reads what to start, a line of JSON each, and answers with the process id. It has
loaded the product already, so that a new process is there at once. Each is the product's own `run`, on the product's
own `build`: what is handed in is a store that fails at FAULTS_POINTS, and a clock with the shift in FAULTS_CLOCK.
"""

from __future__ import annotations

import json
import os
import random
import resource
import selectors
import signal
import socket
import sys
import traceback
from pathlib import Path
from typing import Any, cast

from bot import cli
from bot.app import build
from bot.logs import set_up
from bot.opening import open_store
from bot.settings import Settings
from storage.lock import held
from storage.store import Store
from tests.faults.clock import MovedClock
from tests.faults.points import Point, Watched

POINTS, CLOCK, TRACE = "FAULTS_POINTS", "FAULTS_CLOCK", "FAULTS_TRACE"
NOFILE = "FAULTS_NOFILE"


def run(only: str) -> None:
    """`vidsyn run`, on a store and a clock of ours."""
    settings = Settings()
    set_up(settings.log_level)
    with held(settings.url):
        cli.live(settings, only, lambda: build(settings, only, opening=_opening, clock=_clock()))


def _opening(settings: Settings) -> Store:
    points = [Point.read(text) for text in os.environ.get(POINTS, "").split(",") if text]
    return cast(Store, Watched(open_store(settings), points, done=_trace, passed=_clock().moved))


def _clock() -> MovedClock:
    return MovedClock(Path(os.environ[CLOCK]))


def _trace(what: list[str]) -> None:
    if TRACE in os.environ:
        with Path(os.environ[TRACE]).open("a", encoding="ascii") as file:
            file.write(" ".join(what) + "\n")


def main() -> None:
    """Starts what is asked for until nobody asks any more; then it ends what it started."""
    asked = socket.socket(fileno=int(sys.argv[1]))
    woken, wake = socket.socketpair()
    wake.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake.fileno())
    running: dict[int, Path] = {}
    with selectors.DefaultSelector() as selector:
        selector.register(asked, selectors.EVENT_READ)
        selector.register(woken, selectors.EVENT_READ)
        buffer = b""
        while True:
            ready = {key.fileobj for key, _ in selector.select()}
            if woken in ready:
                woken.recv(4096)
                _reap(running)
            if asked in ready:
                got = asked.recv(65536)
                if not got:
                    break
                buffer += got
                *lines, buffer = buffer.split(b"\n")
                for line in lines:
                    wanted = json.loads(line)
                    pid = _start(wanted)
                    running[pid] = Path(wanted["status"])
                    asked.sendall(f"{pid}\n".encode())
    for pid in running:
        os.kill(pid, signal.SIGKILL)
    for end in (asked, woken, wake):
        end.close()


def _reap(running: dict[int, Path]) -> None:
    for pid in list(running):
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            file = running.pop(pid)
            draft = file.with_suffix(".draft")
            draft.write_text(str(os.waitstatus_to_exitcode(status)), encoding="ascii")
            draft.replace(file)


def _start(wanted: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _become(wanted)
        command, *rest = wanted["words"]
        if command == "run":
            run(rest[-1] if rest else "")
        else:
            cli.main(wanted["words"], standalone_mode=True)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _become(wanted: dict[str, Any]) -> None:
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    out = os.open(wanted["out"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(out, 1)
    os.dup2(out, 2)
    os.closerange(3, 256)
    os.environ.clear()
    os.environ.update(wanted["environment"])
    os.chdir(wanted["folder"])
    random.seed()  # else every child would have the same luck
    if NOFILE in os.environ:
        most = int(os.environ[NOFILE])
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


if __name__ == "__main__":
    main()
