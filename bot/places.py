"""Where somebody is when: the places of an exchange in their order, and who is host there (T24)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from storage.records import ExchangeRow, Stop


def stops_of(exchange: ExchangeRow) -> Sequence[Stop]:
    """The places of an exchange in their order; one that is not split has a single place."""
    return exchange.stops or (Stop(exchange.host, exchange.host_unit, exchange.start, exchange.end),)


def stop_of(exchange: ExchangeRow, host: str) -> Stop | None:
    """The place where this person is host; None for anybody else."""
    return next((stop for stop in stops_of(exchange) if stop.host == host != ""), None)


def stop_on(exchange: ExchangeRow, day: date) -> Stop:
    """The place of a day: the one that has begun last, before the stay the first."""
    stops = stops_of(exchange)
    return next((stop for stop in reversed(stops) if stop.start <= day), stops[0])


def is_here(exchange: ExchangeRow, day: date) -> bool:
    """Whether a day belongs to one of the places: between two of them somebody is at home."""
    return any(stop.start <= day <= stop.end for stop in stops_of(exchange))


def hosts_of(exchange: ExchangeRow) -> list[str]:
    """The person ids of all hosts, each once, in the order of the places."""
    return [*dict.fromkeys(stop.host for stop in stops_of(exchange) if stop.host)]
