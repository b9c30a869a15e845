"""Engines: how each database is opened, and what its errors are called here."""

from __future__ import annotations

import math
import os
import sqlite3
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError
from sqlalchemy.pool import NullPool, StaticPool

from storage.errors import Conflict, Locked, NaiveDatetime, StoreError, StoreUnavailable
from storage.trouble import Place, inside, telling

if TYPE_CHECKING:
    import psycopg
    from psycopg.abc import RV, PQGen

Foreign = SQLAlchemyError | sqlite3.Error
"""What a database, or what we talk to it through, may raise."""

WIDTH = 4
"""So many units of work run at once on PostgreSQL, each in a thread and on a connection of its own."""

_PRAGMAS = (
    "journal_mode = WAL",
    # Only FULL keeps the last commits when the power fails.
    "synchronous = FULL",
    "foreign_keys = ON",
    "secure_delete = ON",
)
_SESSION = {
    "timezone": "UTC",
    "statement_timeout": "30s",
    # A process that is paused in the middle of a unit holds its rows no longer than this.
    "idle_in_transaction_session_timeout": "10s",
}
NAME = "vidsyn"
_LINE = {
    "client_encoding": "utf8",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}
_FORMS = "Write it like sqlite:///data/vidsyn.db or postgresql://user@host/name."
_SERIALIZE, _DEADLOCK = "40001", "40P01"
_LOCKED = "55P03"
_READ_COMMITTED, _SERIALIZABLE = 2, 4
"""As the driver calls them."""
# The server ends the session: it stops, starts, or has waited for us too long.
_ENDED = ("57P01", "57P02", "57P03", "57P05", "25P03", "25P04")


class _End(threading.local):
    """When this thread must have ended what it does at a server, by `time.monotonic`."""

    at = math.inf


_END = _End()


class until:  # noqa: N801 - it reads as what it does; made by `contextmanager` it would take ten times as long
    """Whatever waits for a server in this thread gives up then, and closes the connection: it may stand still."""

    def __init__(self, end: float) -> None:
        self._end = end

    def __enter__(self) -> None:
        _END.at = self._end

    def __exit__(self, *_: object) -> None:
        _END.at = math.inf


def is_over() -> bool:
    """Whether that time has come."""
    return time.monotonic() >= _END.at


def open_engine(url: str, patience: float) -> Engine:
    """An engine for `url`; `patience`: seconds to wait for another writer. Raises StoreUnavailable."""
    parsed = _parsed(url)
    return _sqlite(parsed, patience) if parsed.get_backend_name() == "sqlite" else _postgresql(parsed, patience)


def file_of(url: str) -> Path | None:
    """The file that the database of `url` is; None for one in memory or on a server. Raises StoreUnavailable."""
    parsed = _parsed(url)
    return _file(parsed) if parsed.get_backend_name() == "sqlite" else None


def named(url: str) -> Place:
    """What the database of `url` is called, without its password. Raises StoreUnavailable."""
    return Place.of(_parsed(url))


def dial(url: URL, patience: float) -> Callable[[], psycopg.Connection]:
    """What connects to the PostgreSQL of `url`, outside any pool; it gives up as `until` says."""
    connection = _connection()
    given: dict[str, Any] = url.translate_connect_args(username="user", database="dbname")
    given |= {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
    session = _SESSION | {"lock_timeout": f"{max(patience, 0.001) * 1000:.0f}ms"}
    options = " ".join(f"-c {name}={value}" for name, value in session.items())
    settings: dict[str, Any] = _LINE | given
    settings["application_name"] = NAME  # by it a restore sees who is there
    settings["options"] = f"{options} {given.get('options', '')}".strip()

    def connect() -> psycopg.Connection:
        # The driver takes less than two seconds for two.
        longest = max(min(patience, _END.at - time.monotonic()), 2)
        return connection.connect(**{"connect_timeout": f"{longest:.0f}", **settings})

    return connect


@cache
def _connection() -> type[psycopg.Connection]:
    import psycopg  # noqa: PLC0415 - 9 MB that SQLite does without

    class Connection(psycopg.Connection):
        """A connection that waits no longer than `until` says."""

        def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
            """What `gen` returns. Raises OperationalError, and is closed, when the time is over."""
            if timeout is not None or _END.at == math.inf:
                return super().wait(gen, interval, timeout)
            try:
                return super().wait(gen, interval, max(_END.at - time.monotonic(), 0))
            except psycopg.errors._WaitTimeout:
                self.pgconn.finish()
                raise psycopg.OperationalError("it does not answer in time") from None

    return Connection


def isolate(connection: Connection, *, serial: bool) -> None:
    """On PostgreSQL: whether the transactions that follow are as if nobody else was there."""
    if connection.dialect.name == "postgresql":
        driver: Any = connection.connection.dbapi_connection
        level = _SERIALIZABLE if serial else _READ_COMMITTED
        if driver.isolation_level != level:
            driver.isolation_level = level


def roll_back(connection: Connection) -> None:
    """Nothing of the transaction is kept, and the next may begin; where that fails, on another connection."""
    try:
        connection.rollback()
        if not connection.invalidated:  # SQLAlchemy thinks that a commit which failed has ended the transaction
            connection.dialect.do_rollback(connection.connection)
    except Exception:
        connection.invalidate()


def translate(error: Foreign) -> StoreError:
    """What a foreign error is called here. The text keeps the database's reason, never a value."""
    foreign = _foreign(error)
    if isinstance(error, IntegrityError):
        return Conflict(f"{Conflict.__doc__} The database says: {_reason(foreign)}.")
    if isinstance(error, DataError):  # its words quote what it was given
        return StoreError(f"It cannot be kept: the database refuses a value ({_state(error) or 'as its driver does'}).")
    if _state(error) == _LOCKED:
        return Locked(f"{Locked.__doc__} The database says: {_reason(foreign)}.")
    if isinstance(error, DBAPIError | sqlite3.Error):
        return inside(foreign, _reason(foreign), lost=is_lost(error))
    refused = error.orig if isinstance(error, StatementError) else error
    # A column type of ours refused a value before it reached the database.
    return NaiveDatetime() if isinstance(refused, NaiveDatetime) else StoreError(f"It cannot be kept: {refused}")


def is_busy(error: Foreign) -> bool:
    """Another writer was in the way and nothing was kept, so that the same again may work."""
    code = getattr(_foreign(error), "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or _state(error) in (_SERIALIZE, _DEADLOCK)


def is_clash(error: Foreign) -> bool:
    """A row broke a rule together with another, which the unit may not have seen when it looked."""
    return isinstance(error, IntegrityError)


def is_lost(error: Foreign) -> bool:
    """The connection broke off in the middle of a transaction."""
    return isinstance(error, DBAPIError) and (error.connection_invalidated or _state(error).startswith(("08", *_ENDED)))


def _foreign(error: Foreign) -> BaseException | None:
    return error.orig if isinstance(error, DBAPIError) else error


def _state(error: Foreign) -> str:
    """PostgreSQL's five characters for what went wrong, or nothing."""
    return getattr(_foreign(error), "sqlstate", None) or ""


def _reason(foreign: BaseException | None) -> str:
    """The database's words but those that quote: PostgreSQL's details, and the text that SQLite cannot decode."""
    said = getattr(getattr(foreign, "diag", None), "message_primary", None) or str(foreign)
    return " ".join(said.partition(" with text ")[0].split()).rstrip(".?")


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # its words may quote a password
        raise StoreUnavailable(f"DATABASE_URL is no address. {_FORMS}") from None
    if parsed.get_backend_name() == "postgresql" and url.count("@") > 1:
        # What stands around it is a piece of the password, and would be quoted as the name of a machine or database.
        raise StoreUnavailable(
            f"DATABASE_URL has an @ too many. In a user's name or password write @ as %40, / as %2F. {_FORMS}"
        )
    if parsed.drivername not in ("sqlite", "postgresql"):
        raise StoreUnavailable(f"DATABASE_URL names a database that is not built in: {parsed.drivername}. {_FORMS}")
    return parsed


def _file(url: URL) -> Path | None:
    return None if url.database in (None, "", ":memory:") else Path(str(url.database))


def _sqlite(url: URL, patience: float) -> Engine:
    options: dict[str, Any] = {"connect_args": {"timeout": patience, "check_same_thread": False}}
    file = _file(url)
    if file is None:
        options["poolclass"] = StaticPool
    else:
        options["poolclass"] = NullPool
        _prepare(file)
    engine = create_engine(url, hide_parameters=True, **options)
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _postgresql(url: URL, patience: float) -> Engine:
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        creator=telling(dial(url, patience), url),
        isolation_level="SERIALIZABLE",
        # An insert that found its row there already must say 0, and not that it cannot know.
        execution_options={"preserve_rowcount": True},
        hide_parameters=True,
        poolclass=NullPool,
        use_native_hstore=False,
    )


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
    driver: Any = connection.connection.dbapi_connection
    driver.execute("BEGIN IMMEDIATE")
