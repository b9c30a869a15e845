"""A process that takes what is due, as quickly as it can: by plain SQL, or as the product does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count

import psycopg

from storage.store import Store
from tests.benchmarks.databases import KEY
from tests.benchmarks.filling import LANES
from tests.benchmarks.worker import Do, Json, run

BATCH = 500
LEASE = timedelta(hours=1)

_TAKE = "SELECT id FROM due WHERE state = 'pending' AND at <= now() ORDER BY at, id LIMIT 500 FOR UPDATE SKIP LOCKED"
_NOTE = "UPDATE due SET state = 'sending' WHERE id = ANY(%s)"
_TAKE_ALONE = (
    "UPDATE due SET state = 'sending' WHERE id IN (SELECT id FROM due WHERE state = 'pending' AND at <= "
    "strftime('%Y-%m-%d %H:%M:%f', 'now') ORDER BY at, id LIMIT 500) RETURNING id"
)


async def plain(url: str) -> list[str]:
    """The ids that this process has taken, by SQL that nobody has written around."""
    taken: list[str] = []
    if url.startswith("sqlite"):
        import sqlite3

        file = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)
        file.execute("PRAGMA synchronous = FULL")
        while rows := file.execute(_TAKE_ALONE).fetchall():
            taken += [row[0] for row in rows]
        file.close()
        return taken
    with psycopg.connect(url) as connection:
        while True:
            with connection.transaction():
                ids = [row[0] for row in connection.execute(_TAKE)]
                if not ids:
                    return taken
                connection.execute(_NOTE, (ids,))
            taken += ids


async def prompts(store: Store) -> list[str]:
    """The same with the product's own prompts."""
    taken: list[str] = []
    for number in count():
        now = datetime.now(UTC)
        rows = await store.run(
            lambda work, now=now, number=number: work.prompts.take(now, BATCH, now + LEASE, f"t{number}"),  # type: ignore[misc]
            serial=False,
        )
        if not rows:
            break
        taken += [row.id for row in rows]
    return taken


async def outbox(store: Store, lanes: list[int]) -> list[str]:
    """The same with the product's own messages, in the lanes that this process holds."""
    taken: list[str] = []
    for lane in lanes:
        for number in count():
            now = datetime.now(UTC)
            rows = await store.run(
                lambda work, now=now, number=number, lane=lane: work.outbox.claim(  # type: ignore[misc]
                    "slack", f"T{lane}", 1, now, BATCH, now + LEASE, f"t{number}"
                ),
                serial=False,
            )
            if not rows:
                break
            taken += [row.id for row in rows]
    return taken


async def begin(told: Json) -> tuple[Json, Mapping[str, Do]]:
    """On the database at `url`, number `mine` of so many processes `of`."""
    url, store = told["url"], Store.open(told["url"], KEY)
    await store.run(lambda work: work.keys.check())

    async def take(told: Json) -> Json:
        what = told["what"]
        if what == "plain":
            return {"ids": await plain(url)}
        if what == "prompts":
            return {"ids": await prompts(store)}
        return {"ids": await outbox(store, [n for n in range(LANES) if n % told["of"] == told["mine"]])}

    async def stop(told: Json) -> Json:
        await store.close()
        return {}

    return {}, {"take": take, "stop": stop}


if __name__ == "__main__":
    run(begin)
