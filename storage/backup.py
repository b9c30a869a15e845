"""A backup: every row as it stands in the database, in one file that either database can be restored from.

A gzip of the lines of `as_lines`. What is sealed stays sealed, and the master keys are not in it.
"""

from __future__ import annotations

import errno
import fcntl
import gzip
import os
import secrets
import time as clock
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, delete, event, insert, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from storage.as_lines import Backup, NoBackup, read, write
from storage.engine import file_of, open_engine, translate
from storage.errors import NotFound, NotOurs, StoreError, StoreUnavailable
from storage.lock import AlreadyRuns
from storage.migrate import look, strangers
from storage.tables import meta, people
from storage.vault import Vault
from storage.work import Work

LAST = "backup"
"""The mark that says when the last backup was made."""

_DRAFT = ".vidsyn-backup."
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)
"""What a file system says that has no second names for a file, as on a stick or some shares."""

_OTHERS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = 'vidsyn' AND pid <> pg_backend_pid()"
)
_LEAVING = 5.0
"""Seconds that the server may take to notice that somebody has gone."""


class NotEmpty(StoreError):
    """There are people in this database. With --replace the backup takes its place, and what is there now is gone."""


class NotSure(StoreUnavailable):
    """The line to the database broke off at the very end: all of it is done, or nothing. Run the same once more."""


def save(url: str, file: Path, now: datetime, link: Callable[[Path, Path], None] = os.link) -> Backup:
    """Write everything in the database of `url` to `file`, as it was at one moment, while others use it.

    The file is made for its owner only, and never in the place of another. `link` gives a file a second name. Raises
    StoreError.
    """
    _be_there(url)
    if _is_there(file):
        raise StoreUnavailable(f"{file} exists already. Give the backup another name; it replaces nothing.")
    _clear(file.parent)
    draft = file.with_name(f"{_DRAFT}{secrets.token_hex(4)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as raw:
            with suppress(OSError):  # where there are no locks a draft of a killed one stays
                fcntl.flock(raw, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with gzip.open(raw, "wt", compresslevel=5, encoding="ascii") as out, _reading(url) as connection:
                saved = write(connection, out, now)
            raw.flush()
            os.fsync(raw.fileno())
            _place(draft, file, link)
    except OSError as exc:
        raise StoreUnavailable(f"The backup {file} cannot be written: {exc.strerror}. Mend that.") from exc
    finally:
        draft.unlink(missing_ok=True)
    try:
        _remember(url, now)
    except StoreError as exc:
        raise StoreUnavailable(f"{file} is written and whole. Only the time of it could not be noted: {exc}") from exc
    return saved


def _place(draft: Path, file: Path, link: Callable[[Path, Path], None]) -> None:
    """Gives the draft its name. Raises FileExistsError when that was taken meanwhile."""
    try:
        link(draft, file)
    except OSError as exc:
        if exc.errno not in _NO_LINKS:
            raise
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # now the name is ours
        os.replace(draft, file)


def _clear(folder: Path) -> None:
    """Removes drafts that nobody writes any more: who did was killed, and personal data is in them."""
    for draft in folder.glob(f"{_DRAFT}*"):
        with suppress(OSError), draft.open("rb") as left:
            fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
            draft.unlink()


def _be_there(url: str) -> None:
    """Opening a file that is not there would make it. Raises NotFound."""
    known = file_of(url)
    if known is not None and not _is_there(known):
        raise NotFound(f"There is no database at {known}. Set DATABASE_URL or VIDSYN_DATA as it is set for Vidsyn.")


def _is_there(file: Path) -> bool:
    try:
        return file.exists()
    except OSError as exc:
        raise StoreUnavailable(f"{file} cannot be looked at: {exc.strerror}. Run this as the user of Vidsyn.") from exc


def mark_of(url: str, key: str) -> str | None:
    """The mark called `key` in the database of `url`, if it has one. Raises StoreError."""
    _be_there(url)
    with _reading(url) as connection:
        return connection.execute(select(meta.c.value).where(meta.c.key == key)).scalar_one_or_none()


def _remember(url: str, now: datetime) -> None:
    """Notes in the database when it was last backed up."""
    engine = open_engine(url, 5.0)
    try:
        with engine.begin() as connection:
            connection.execute(delete(meta).where(meta.c.key == LAST))
            connection.execute(insert(meta), {"key": LAST, "value": now.isoformat()})
    except SQLAlchemyError as exc:
        raise translate(exc) from exc
    finally:
        engine.dispose()


def restore(url: str, vault: Vault, file: Path, settle: Callable[[Work, Backup], None], *, replace: bool) -> Backup:
    """Put the backup in `file` into the database of `url`, all or nothing, and bring its tables up to date.

    `settle` is called before it is committed. With `replace` False the database must have nobody in it. Nothing else
    may use the database meanwhile: hold SQLite's. Raises StoreError; Sealed when the master keys do not fit.
    """
    try:
        with _alone(url) as connection, gzip.open(file, "rt", encoding="ascii") as lines:
            _make_room(connection, replace=replace)
            found = read(connection, iter(lines))
            work = Work(connection, vault)
            work.keys.check()
            settle(work, found)
            return found
    except (EOFError, zlib.error, ValueError, KeyError, TypeError, gzip.BadGzipFile) as exc:
        if isinstance(exc, StoreError):
            raise
        raise NoBackup from exc
    except OSError as exc:
        raise NoBackup(f"{file} cannot be read: {exc.strerror}. Nothing was changed.") from exc


def rework(url: str, vault: Vault, act: Callable[[Work], None]) -> None:
    """Run `act` on the database of `url` while nothing else uses it; hold SQLite's.

    Raises StoreError, OlderTables when its tables are not up to date.
    """
    _be_there(url)
    with _alone(url) as connection:
        look(connection)
        act(Work(connection, vault))


@contextmanager
def _alone(url: str) -> Iterator[Connection]:
    """A transaction that is alone with the database. Raises AlreadyRuns, and StoreUnavailable."""
    engine = open_engine(url, 5.0)
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                _look_around(connection)
            yield connection
            try:
                connection.commit()
            except SQLAlchemyError as exc:
                raise translate(exc) if connection.dialect.name == "sqlite" else NotSure from exc
    except SQLAlchemyError as exc:
        raise translate(exc) from exc
    finally:
        engine.dispose()


def _take_time(connection: Connection) -> None:
    """This transaction may take longer than a turn."""
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")


def _look_around(connection: Connection) -> None:
    _take_time(connection)
    end = clock.monotonic() + _LEAVING
    while connection.exec_driver_sql(_OTHERS).scalar_one():
        if clock.monotonic() > end:
            raise AlreadyRuns("Vidsyn is running with this database. Stop every process of it first, and try again.")
        clock.sleep(0.1)
        connection.exec_driver_sql("SELECT pg_stat_clear_snapshot()")


def _make_room(connection: Connection, *, replace: bool) -> None:
    """Drops every table, for they are made anew as the backup has them. Raises NotOurs where some are not ours."""
    inspector = inspect(connection)
    names = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name is not None]
    if strangers(names):
        raise NotOurs
    if people.name in names and not replace and connection.execute(select(people.c.id).limit(1)).first():
        raise NotEmpty
    more = " CASCADE" if connection.dialect.name == "postgresql" else ""
    for name in reversed(names):
        connection.execute(text(f'DROP TABLE "{name}"{more}'))


@contextmanager
def _reading(url: str) -> Iterator[Connection]:
    """One look at the database of `url` at one moment, which holds nobody up. Raises StoreError."""
    engine = _reader(url)
    try:
        with engine.connect() as connection:
            if connection.dialect.name == "postgresql":
                connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
                _take_time(connection)
            yield connection
    except SQLAlchemyError as exc:
        raise translate(exc) from exc
    finally:
        engine.dispose()


def _reader(url: str) -> Engine:
    if file_of(url) is None:
        return open_engine(url, 5.0)
    engine = create_engine(url, hide_parameters=True)

    def on_connect(connection: Any, _: object) -> None:
        connection.isolation_level = None

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")  # as a reader, beside whoever writes

    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)
    return engine
