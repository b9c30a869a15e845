"""Many rows at once: prompts and messages, straight into the tables."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert

from bot.channel import MESSAGE, Message, Part
from storage.store import Store, Work
from storage.tables import outbox
from tests.benchmarks.databases import KEY, execute, numbers

LANES = 20
"""Tenants that the messages are for."""


def prompts(url: str, count: int, at: datetime, state: str = "pending") -> None:
    """So many prompts of as many people."""
    name = f"{state}-' || n"
    execute(
        url,
        "INSERT INTO prompts (id, recipient, subject, kind, day, at, state, data, token) "
        f"SELECT 'prompt-{name}, 'person-{name}, 'exchange', 'log', '2026-05-05', '{_moment(url, at)}', "
        f"'{state}', '{{}}', '' FROM {numbers(url, count)}",
        "ANALYZE",
    )


def messages(url: str, count: int, at: datetime, state: str) -> None:
    """So many messages to as many people, in LANES tenants, with nothing in them: nobody opens them."""
    name = f"{state}-' || n"
    execute(
        url,
        "INSERT INTO outbox (id, channel, tenant, place, kind, subject, state, not_before, attempts, replaces, "
        "thread, reference, reason, rank, token) "
        f"SELECT 'message-{name}, 'slack', 'T' || (n % {LANES}), 'U' || n, 'log', 'exchange', '{state}', "
        f"'{_moment(url, at)}', 0, '', '', '', '', 1, '' FROM {numbers(url, count)}",
        "ANALYZE",
    )


def sealed_messages(url: str, count: int, at: datetime) -> None:
    """The same, due and each with a text that can be read."""
    payload = MESSAGE.dump_json(Message((Part("Det er tid til logbogen."),), preview="Logbog", language="da")).decode()

    def unit(work: Work, some: range) -> None:
        rows = [
            {
                "id": f"message-{n}", "channel": "slack", "tenant": f"T{n % LANES}", "place": f"U{n}",
                "payload": work.keys.seal("", "outbox", "payload", f"message-{n}", payload), "kind": "log",
                "subject": "exchange", "state": "pending", "not_before": at, "attempts": 0, "replaces": "",
                "thread": "", "reference": "", "reason": "", "rank": 1, "token": "",
            }
            for n in some
        ]  # fmt: skip
        work.outbox._connection.execute(insert(outbox), rows)

    store = Store.open(url, KEY)
    try:
        for first in range(0, count, 10_000):
            some = range(first, min(first + 10_000, count))
            store.run_now(lambda work, some=some: unit(work, some))  # type: ignore[misc]
    finally:
        asyncio.run(store.close())
    execute(url, "ANALYZE")


def migrated(url: str) -> None:
    """The product's tables."""
    store = Store.open(url, KEY)
    store.migrate()
    asyncio.run(store.close())


def count(url: str, table: str, state: str) -> int:
    """How many rows of a table are in this state."""
    return int(str(execute(url, f"SELECT count(*) FROM {table} WHERE state = '{state}'")[0][0]))


def later() -> datetime:
    """When nothing is due yet."""
    return datetime.now(UTC) + timedelta(days=30)


def earlier() -> datetime:
    """When everything is due."""
    return datetime.now(UTC) - timedelta(minutes=1)


def _moment(url: str, at: datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S.%f") + ("" if url.startswith("sqlite") else "+00")
