"""The databases that are measured: a SQLite file, and a PostgreSQL as it is when nothing is set."""

from __future__ import annotations

import atexit
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg

from storage.vault import Vault
from tests.benchmarks.measure import Size
from tests.postgres import Server

KEY = Vault({"bench": b"k" * 32}, "bench")


@dataclass(frozen=True)
class Database:
    """`fresh` is the address of an empty one, which is gone afterwards."""

    name: str
    fresh: Callable[[], AbstractContextManager[str]]


@contextmanager
def _file() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="vidsyn-bench-") as folder:
        yield f"sqlite:///{Path(folder) / 'vidsyn.db'}"


@contextmanager
def _server() -> Iterator[str]:
    server, name = running(), f"b{uuid4().hex}"
    execute(server.url(), f"CREATE DATABASE {name}")
    yield server.url(name)
    execute(server.url(), f"DROP DATABASE {name} WITH (FORCE)")


@cache
def running() -> Server:
    """One for all that is measured here; unlike that of the other tests it waits for the disk, as a real one does."""
    folder = Path(tempfile.mkdtemp(prefix="vb-"))
    folder.chmod(0o755)  # started by root it is nobody who runs it
    server = Server(folder / "s", {"shared_buffers": "128MB"})
    server.start()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.stop)
    return server


SQLITE = Database("SQLite", _file)
POSTGRESQL = Database("PostgreSQL", _server)


def databases(size: Size) -> list[Database]:
    """Those that are measured."""
    return [SQLITE, POSTGRESQL] if size.shared else [SQLITE]


def execute(url: str, *statements: str) -> list[tuple[object, ...]]:
    """Runs statements beside the store; the rows of the last."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as file:
            return [file.execute(statement).fetchall() for statement in statements][-1]
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = [connection.execute(statement.encode()) for statement in statements][-1]
        return cursor.fetchall() if cursor.description else []


def numbers(url: str, most: int) -> str:
    """What stands after FROM for rows `n` from 1 to `most`."""
    if url.startswith("sqlite"):
        return (
            f"(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {most}) SELECT n FROM c) AS c"
        )
    return f"generate_series(1, {most}) AS c(n)"
