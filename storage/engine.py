"""Engines: how each database is opened, and what its errors are called here."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError
from sqlalchemy.pool import StaticPool

from storage.errors import Conflict, NaiveDatetime, StoreError, StoreUnavailable

_PRAGMAS = (
    "journal_mode = WAL",
    # Only FULL keeps the last commits when the power fails.
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
)


def open_engine(url: str, patience: float) -> Engine:
    """An engine for `url`; `patience`: seconds to wait for another writer. Raises StoreUnavailable."""
    return _sqlite(_parsed(url), patience)


def file_of(url: str) -> Path | None:
    """The file that the database of `url` is; None for one in memory. Raises StoreUnavailable."""
    return _file(_parsed(url))


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as exc:
        raise StoreUnavailable("DATABASE_URL is no address. Write it like sqlite:///data/vidsyn.db.") from exc
    if parsed.get_backend_name() != "sqlite":
        raise StoreUnavailable("Only SQLite is built in so far. Write DATABASE_URL like sqlite:///data/vidsyn.db.")
    return parsed


def _file(url: URL) -> Path | None:
    return None if url.database in (None, "", ":memory:") else Path(str(url.database))


def translate(error: SQLAlchemyError | sqlite3.Error) -> StoreError:
    """What a foreign error is called here. The text keeps the database's reason, never a value."""
    if isinstance(error, IntegrityError):
        return Conflict(f"{Conflict.__doc__} The database says: {error.orig}.")
    if isinstance(error, DBAPIError | sqlite3.Error):
        # SQLite quotes a text it cannot decode.
        reason = str(error.orig if isinstance(error, DBAPIError) else error).partition(" with text ")[0]
        return StoreUnavailable(f"{StoreUnavailable.__doc__} The database says: {reason}.")
    refused = error.orig if isinstance(error, StatementError) else error
    # A column type of ours refused a value before it reached the database.
    return NaiveDatetime() if isinstance(refused, NaiveDatetime) else StoreError(f"It cannot be kept: {refused}")


def is_busy(error: SQLAlchemyError | sqlite3.Error) -> bool:
    """Another writer was in the way, so that the same again may work."""
    foreign = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(foreign, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _sqlite(url: URL, patience: float) -> Engine:
    options: dict[str, Any] = {"connect_args": {"timeout": patience, "check_same_thread": False}}
    file = _file(url)
    if file is None:
        options["poolclass"] = StaticPool
    else:
        options |= {"pool_size": 1, "max_overflow": 0}
        _prepare(file)
    engine = create_engine(url, hide_parameters=True, **options)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _prepare(file: Path) -> None:
    """Make the database's folder and file, for its owner only: SQLite gives -wal and -shm the same mode."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(file, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as exc:
        raise StoreUnavailable(f"The database file {file} cannot be written: {exc.strerror}. Mend that.") from exc


def _on_connect(connection: sqlite3.Connection, _record: object) -> None:
    # The driver would begin transactions late and without a lock; we begin them ourselves.
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}").close()


def _on_begin(connection: Connection) -> None:
    # A transaction that begins as a reader and writes later would fail instead of waiting.
    connection.exec_driver_sql("BEGIN IMMEDIATE")
