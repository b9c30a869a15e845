"""Column types: what a record holds, and how SQLite and PostgreSQL both keep it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, String
from sqlalchemy.types import TypeDecorator

from storage.errors import NaiveDatetime

# SQLite numbers its rows by itself only in a column that is called INTEGER.
Number = BigInteger().with_variant(Integer(), "sqlite")


_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class Text(TypeDecorator[str]):
    """A text that either database can hold: NUL and half a surrogate pair, which can be typed, become U+FFFD."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        text = value.replace("\0", _REPLACEMENT) if "\0" in value else value
        if text.isascii():
            return text
        try:
            text.encode()
        except UnicodeEncodeError:
            return "".join(_REPLACEMENT if "\ud800" <= letter <= "\udfff" else letter for letter in text)
        return text


class Moment(TypeDecorator[datetime]):
    """An aware datetime, UTC when it comes back. A naive one raises NaiveDatetime."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None or value.utcoffset() is None:
            raise NaiveDatetime
        return value.astimezone(UTC)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Names(TypeDecorator[frozenset[str]]):
    """A set of texts, kept as a sorted JSON list."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Iterable[str] | None, dialect: Dialect) -> Any:
        return sorted(value or ())

    def process_result_value(self, value: Any | None, dialect: Dialect) -> frozenset[str]:
        return frozenset(value or ())


class Items(TypeDecorator[tuple[Any, ...]]):
    """A tuple of numbers or texts, kept as a JSON list."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Iterable[Any] | None, dialect: Dialect) -> Any:
        return list(value or ())

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[Any, ...]:
        return tuple(value or ())


class Dates(TypeDecorator[tuple[date, ...]]):
    """A tuple of dates, kept as a JSON list of ISO texts."""

    impl = JSON
    cache_ok = True

    def process_bind_param(self, value: Iterable[date] | None, dialect: Dialect) -> Any:
        return [day.isoformat() for day in value or ()]

    def process_result_value(self, value: Any | None, dialect: Dialect) -> tuple[date, ...]:
        return tuple(date.fromisoformat(day) for day in value or ())
