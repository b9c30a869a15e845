"""Marks of the whole store, by name: which door wrote it, what its clock says."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

from sqlalchemy import Insert, bindparam, delete, func, select

from storage.part import Part, insert_or
from storage.tables import meta

_ONE = select(meta.c.value).where(meta.c.key == bindparam("this"))
_DROP = delete(meta).where(meta.c.key == bindparam("this"))
_NOW = select(func.clock_timestamp())


@cache
def _set(dialect: str) -> Insert:
    add = insert_or(dialect, meta)
    return add.on_conflict_do_update(index_elements=["key"], set_={"value": add.excluded.value})


class Meta(Part):
    """Named marks."""

    def get(self, key: str) -> str | None:
        """The mark called `key`, if it was ever set."""
        row = self._first(_ONE, this=key)
        return row["value"] if row else None

    def now(self) -> datetime | None:
        """The time by the database's own clock, which all processes share; None on SQLite, which has ours."""
        if self._dialect == "sqlite":
            return None
        moment: datetime = self._connection.execute(_NOW).scalar_one()
        return moment.astimezone(UTC)

    def try_out(self, name: str) -> None:
        """Write something under a `name` that is yours alone, and leave nothing. Raises what writing raises."""
        self.set(name, "")
        self.drop(name)

    def drop(self, key: str) -> None:
        """Remove the mark called `key`, if there is one."""
        self._connection.execute(_DROP, {"this": key})

    def set(self, key: str, value: str) -> None:
        """Set the mark called `key`."""
        self._change(_set(self._dialect), {"key": key, "value": value})
