"""Statements that come again, as the driver takes them: SQLAlchemy writes each once, and the driver runs it.

SQLAlchemy's own way from a statement to its rows takes ten times as long as SQLite does for what a turn asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, cast
from weakref import WeakKeyDictionary

from sqlalchemy import ClauseElement, Connection, CursorResult, Executable
from sqlalchemy.sql.compiler import SQLCompiler

Row = Mapping[str, Any]
"""A row's values by the names of their columns."""

Process = Callable[[Any], Any]

_Keys = tuple[str, ...]

_known: WeakKeyDictionary[Executable, dict[tuple[str, _Keys], Prepared | None]] = WeakKeyDictionary()
"""Each statement that has been asked before, by dialect and the names of its values. One made for once is gone soon."""


def ask(connection: Connection, statement: Executable, values: Row) -> Sequence[Row]:
    """The rows that a statement finds or returns."""
    prepared = _prepared(connection, statement, values)
    if prepared is None:
        return cast("Sequence[Row]", connection.execute(statement, values).mappings().all())
    return prepared.rows(connection, values)


def change(connection: Connection, statement: Executable, values: Row) -> int:
    """Run a statement; how many rows it touched."""
    prepared = _prepared(connection, statement, values)
    if prepared is None:
        result: CursorResult[Any] = connection.execute(statement, values)
        return result.rowcount
    return prepared.count(connection, values)


def _prepared(connection: Connection, statement: Executable, values: Row) -> Prepared | None:
    """None for what is asked for the first time, or cannot be run without SQLAlchemy."""
    if not connection.in_transaction():
        return None
    plans = _known.get(statement)
    if plans is None:
        _known[statement] = {}
        return None
    key = connection.dialect.name, tuple(values)
    if key not in plans:
        plans[key] = _prepare(connection, statement, key[1])
    return plans[key]


def _prepare(connection: Connection, statement: Executable, keys: _Keys) -> Prepared | None:
    element = cast("ClauseElement", statement)
    compiled = cast("SQLCompiler", element.compile(dialect=connection.dialect, column_keys=list(keys)))
    names = [entry.keyname for entry in compiled._result_columns]
    beyond_us = (
        compiled.post_compile_params, compiled.literal_execute_params, compiled.escaped_bind_names,
        compiled.insert_prefetch, compiled.update_prefetch, len(set(names)) < len(names),
    )  # fmt: skip
    return None if any(beyond_us) else Prepared(compiled)


class Prepared:
    """A statement as its driver takes it, and what becomes of each value on its way in and out."""

    def __init__(self, compiled: SQLCompiler) -> None:
        self._text = str(compiled)
        self._dialect = compiled.dialect
        self._positional = compiled.positiontup is not None
        names = compiled.positiontup if compiled.positiontup is not None else list(compiled.binds)
        processors = compiled._bind_processors
        self._ins: list[tuple[str, str, Any, Process | None]] = []
        for name in names:
            bind = compiled.binds[name]
            default = _REQUIRED if bind.required else bind.effective_value
            self._ins.append((name, bind.key, default, cast("Process | None", processors.get(name))))
        self._columns = [(entry.keyname, entry.type) for entry in compiled._result_columns]
        self._outs: list[tuple[str, Process]] | None = None
        self._names = [name for name, _ in self._columns]

    def rows(self, connection: Connection, values: Row) -> Sequence[Row]:
        """What it finds."""
        try:
            cursor = self._run(connection, values)
            rows = [dict(zip(self._names, row, strict=True)) for row in cursor.fetchall()]
            if rows:
                outs = self._outs if self._outs is not None else self._find_outs(cursor)
                for name, process in outs:
                    for row in rows:
                        row[name] = process(row[name])
        except Exception as failure:
            self._failed(connection, failure)
        return rows

    def count(self, connection: Connection, values: Row) -> int:
        """How many rows it touches."""
        try:
            cursor = self._run(connection, values)
            if cursor.description is not None:
                cursor.fetchall()
            return int(cursor.rowcount)
        except Exception as failure:
            self._failed(connection, failure)

    def _run(self, connection: Connection, values: Row) -> Any:
        """The driver's cursor, run."""
        given = []
        for _, key, default, process in self._ins:
            value = values[key] if default is _REQUIRED else values.get(key, default)
            given.append(value if process is None else process(value))
        driver: Any = connection.connection.dbapi_connection
        if self._positional:
            return driver.execute(self._text, given)
        return driver.execute(self._text, {name: value for (name, *_), value in zip(self._ins, given, strict=True)})

    def _find_outs(self, cursor: Any) -> list[tuple[str, Process]]:
        """What makes a column's value ours, where the driver does not: known once there is a row."""
        found: list[tuple[str, Process]] = []
        for (name, kind), column in zip(self._columns, cursor.description, strict=True):
            process = kind._cached_result_processor(self._dialect, column[1])
            if process is not None:
                found.append((name, process))
        self._outs = found
        return found

    def _failed(self, connection: Connection, failure: Exception) -> NoReturn:
        """Raises what SQLAlchemy would: it knows whether the connection is lost."""
        connection._handle_dbapi_exception(failure, self._text, None, None, None)


_REQUIRED = object()
