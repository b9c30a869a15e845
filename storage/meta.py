"""Marks of the whole store, by name: which door wrote it, what its clock says."""

from __future__ import annotations

from functools import cache

from sqlalchemy import Insert, bindparam, select

from storage.part import Part, insert_or
from storage.tables import meta

_ONE = select(meta.c.value).where(meta.c.key == bindparam("this"))


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

    def set(self, key: str, value: str) -> None:
        """Set the mark called `key`."""
        self._change(_set(self._dialect), {"key": key, "value": value})
