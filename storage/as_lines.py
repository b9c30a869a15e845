"""The whole database as lines of JSON, and back: what is in a backup, whichever database it is of.

A head, then for each table a line with its name and columns and a line for each row, then an end.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import IO, Any

from sqlalchemy import (
    Column,
    Connection,
    Date,
    DateTime,
    Dialect,
    LargeBinary,
    Table,
    Time,
    TypeDecorator,
    column,
    func,
    inspect,
    select,
    table,
)
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.types import JSON, TypeEngine

from storage.errors import NotFound, StoreError
from storage.migrate import newest, upgrade
from storage.tables import metadata, people

_FORMAT = 1
_AT_ONCE = 500
_NONE = DefaultDialect()
_VERSION = table("alembic_version", column("version_num"))


class NoBackup(StoreError):
    """This file is no backup of Vidsyn's, or not a whole one. Take another; nothing was changed."""


class FromNewer(StoreError):
    """This backup was made by a newer Vidsyn. Restore it with that one; nothing was changed."""


@dataclass(frozen=True)
class Backup:
    """What is in a backup: when it was made, the step its tables were at, and how many rows it has."""

    at: datetime
    revision: str
    rows: int


def write(connection: Connection, out: IO[str], now: datetime) -> Backup:
    """Every row of every table. Raises NotFound where there is nothing of ours."""
    revision = _revision(connection)
    head = {"vidsyn": "backup", "format": _FORMAT, "at": now.isoformat(), "revision": revision}
    _line(out, head)
    rows = 0
    there = set(inspect(connection).get_table_names())
    for known in metadata.sorted_tables:
        if known.name not in there:
            continue
        # An older database has not all the columns yet.
        columns = _columns(connection, known)
        _line(out, {"table": known.name, "columns": [it.name for it in columns]})
        for row in connection.execution_options(yield_per=_AT_ONCE).execute(select(*columns)):
            _line(out, [_plain(it.type, value, connection.dialect) for it, value in zip(columns, row, strict=True)])
            rows += 1
    _line(out, {"end": rows})
    return Backup(now, revision, rows)


def read(connection: Connection, lines: Iterator[str]) -> Backup:
    """Everything in the lines, put into tables as they were then, which are then brought up to date.

    The database must be empty. Raises NoBackup or FromNewer, and what JSON and its readers raise for a misfit.
    """
    head = json.loads(next(lines, "null"))
    if not isinstance(head, dict) or head.get("vidsyn") != "backup":
        raise NoBackup
    if head["format"] != _FORMAT or head["revision"] > newest():
        raise FromNewer
    upgrade(connection, head["revision"])
    rows = _fill(connection, lines)
    if next(lines, None) is not None:  # and only the end of the file tells whether it is as it was written
        raise NoBackup
    upgrade(connection)
    _count_on(connection)
    return Backup(datetime.fromisoformat(head["at"]), head["revision"], rows)


def _fill(connection: Connection, lines: Iterator[str]) -> int:
    rows, batch = 0, list[dict[str, Any]]()
    into, columns = people, list[Column[Any]]()
    for line in lines:
        said = json.loads(line)
        if isinstance(said, list):
            batch.append({it.name: _typed(it.type, value) for it, value in zip(columns, said, strict=True)})
            rows += 1
        if batch and (isinstance(said, dict) or len(batch) >= _AT_ONCE):
            _insert(connection, into, columns, batch)
            batch = []
        if isinstance(said, dict) and "end" in said:
            if said["end"] != rows:
                raise NoBackup
            return rows
        if isinstance(said, dict):
            into, columns = (
                metadata.tables[said["table"]],
                [metadata.tables[said["table"]].c[n] for n in said["columns"]],
            )
    raise NoBackup  # it breaks off


def _insert(connection: Connection, into: Table, columns: Sequence[Column[Any]], batch: list[dict[str, Any]]) -> None:
    # As a table of just these columns, for an older one has no others.
    bare = table(into.name, *(column(it.name, it.type) for it in columns))
    connection.execute(bare.insert(), batch)


def _count_on(connection: Connection) -> None:
    """Lets PostgreSQL number new rows after those that are there; SQLite does so by itself."""
    if connection.dialect.name != "postgresql":
        return
    for known in metadata.sorted_tables:
        if "order" in known.c and known.c.order.primary_key:
            last = connection.execute(select(func.max(known.c.order))).scalar_one()
            sequence = func.pg_get_serial_sequence(known.name, "order")
            connection.execute(select(func.setval(sequence, last or 1, last is not None)))


def _revision(connection: Connection) -> str:
    if _VERSION.name not in inspect(connection).get_table_names():
        raise NotFound("There is nothing of Vidsyn's in this database. Look at DATABASE_URL.")
    return str(connection.execute(select(_VERSION.c.version_num)).scalar_one())


def _columns(connection: Connection, known: Table) -> list[Column[Any]]:
    there = {it["name"] for it in inspect(connection).get_columns(known.name)}
    return [it for it in known.columns if it.name in there]


def _line(out: IO[str], said: Mapping[str, Any] | Sequence[Any]) -> None:
    out.write(json.dumps(said, separators=(",", ":")) + "\n")


def _plain(kind: TypeEngine[Any], value: Any, dialect: Dialect) -> Any:
    """The value as JSON has it."""
    if value is None:
        return None
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(kind, TypeDecorator) and isinstance(kind.impl_instance, JSON):
        return kind.process_bind_param(value, dialect)
    return value


def _typed(kind: TypeEngine[Any], value: Any) -> Any:
    """The value of JSON as the column takes it."""
    if value is None:
        return None
    bare = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    if isinstance(bare, LargeBinary):
        return base64.b64decode(value, validate=True)
    if isinstance(bare, DateTime):
        return datetime.fromisoformat(value)
    if isinstance(bare, Date):
        return date.fromisoformat(value)
    if isinstance(bare, Time):
        return time.fromisoformat(value)
    if isinstance(kind, TypeDecorator) and isinstance(bare, JSON):
        return kind.process_result_value(value, _NONE)
    return value
