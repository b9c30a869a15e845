"""What the parts of a unit of work have in common."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Executable,
    String,
    Table,
    any_,
    bindparam,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from storage.errors import NotFound
from storage.keys import Keyring, Unreadable
from storage.prepared import Row, ask, change
from storage.records import AddressRow

T = TypeVar("T")
Values = Mapping[str, Any]

FAR = timedelta(minutes=10)
"""No lease is so long: who gave one that is had another time."""


class Part:
    """One part of a unit of work: a connection inside its transaction, and the keys."""

    def __init__(self, connection: Connection, keys: Keyring) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name
        self._keys = keys

    def _first(self, statement: Executable, **values: Any) -> Row | None:
        rows = ask(self._connection, statement, values)
        return rows[0] if rows else None

    def _the(self, statement: Executable, **values: Any) -> Row:
        row = self._first(statement, **values)
        if row is None:
            raise NotFound
        return row

    def _all(self, statement: Executable, **values: Any) -> Sequence[Row]:
        return ask(self._connection, statement, values)

    def _change(self, statement: Executable, values: Row) -> int:
        """Run `statement`; how many rows it touched."""
        return change(self._connection, statement, values)

    def _change_one(self, statement: Executable, values: Row) -> None:
        if not self._change(statement, values):
            raise NotFound

    def _sealed(self, owner: str, table: str, row_id: str, **texts: str) -> dict[str, bytes]:
        """Each column's text sealed for its place; what could not be read is left out, and so left alone."""
        return {
            column: self._keys.seal(owner, table, column, row_id, text)
            for column, text in texts.items()
            if not isinstance(text, Unreadable)
        }


class Remembering(Part):
    """A part whose tables nobody else writes: what a unit of work has read there holds until it writes there."""

    def __init__(self, connection: Connection, keys: Keyring) -> None:
        super().__init__(connection, keys)
        self._read: dict[Hashable, Any] = {}

    def forget(self) -> None:
        """What has been read may be otherwise now."""
        self._read.clear()

    def _once(self, what: Hashable, read: Callable[[], T]) -> T:
        """What `read` finds, which nobody may change. It is read once."""
        if what not in self._read:
            self._read[what] = read()
        found: T = self._read[what]
        return found

    def _change(self, statement: Executable, values: Row) -> int:
        self._read.clear()
        return super()._change(statement, values)


def insert_or(dialect: str, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An insert that can say what happens on conflict; both databases spell it alike."""
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def among(dialect: str, column: ColumnElement[str], name: str) -> ColumnElement[bool]:
    """The column is one of those bound under `name` as `listed`: one text and one plan, however many they are."""
    if dialect == "postgresql":
        return column == any_(bindparam(name, type_=ARRAY(String)))
    return column.in_(select(func.json_each(bindparam(name, type_=String)).table_valued("value").c.value))


def listed(dialect: str, values: Iterable[str]) -> list[str] | str:
    """Values for `among`."""
    return list(values) if dialect == "postgresql" else json.dumps(list(values))


def address(row: Row) -> AddressRow:
    """The address that a row carries in three columns."""
    return AddressRow(row["channel"], row["tenant"], row["place"])


def hashed(secret: str) -> str:
    """How a secret of 256 random bits is kept: it needs no salt, for nobody can guess through that many."""
    return sha256(secret.encode()).hexdigest()


def without(row: Row, *columns: str) -> dict[str, Any]:
    """The row's fields but `columns`, for the record that has them under other names."""
    return {name: value for name, value in row.items() if name not in columns}
