"""An hour of simulated load: what it takes of memory."""

from __future__ import annotations

from datetime import UTC, datetime

from tests.benchmarks.databases import databases
from tests.benchmarks.house import prepare
from tests.benchmarks.measure import Size, Table, Wrong, number
from tests.benchmarks.simulated import Time
from tests.benchmarks.turns import check
from tests.benchmarks.worker import Worker

PERSONS = 40
PARTS = 4
"""The memory is looked at so many times on the way."""


def hour(size: Size) -> list[Table]:
    """On each database, with the platform's own limits."""
    heads = (
        "what",
        "at the start, MiB",
        *(f"after {60 * (n + 1) // PARTS} minutes" for n in range(PARTS)),
        "grown in the second half",
    )
    table = Table(f"Memory in an hour of {size.hour:,} turns, Slack", heads)
    for database in databases(size):
        with (
            database.fresh() as url,
            Time(datetime.now(UTC)) as time,
            Worker("outside", (time.path, 0), platform="slack") as outside,
        ):
            api = f"http://127.0.0.1:{outside.said['port']}"
            prepare(url, "slack", PERSONS, api)
            with Worker("ours", (time.path, 1), apis={"slack": api}, url=url) as ours:
                ours.ask(do="beat")
                time.jumps()
                told = {"people": PERSONS, "words": "hjælp", "port": ours.said["port"]}
                check(outside.ask(do="hour", turns=PERSONS, seconds=PERSONS / 4, **told))
                memory = [ours.ask(do="used")["memory"]]
                for _ in range(PARTS):
                    check(outside.ask(do="hour", turns=size.hour // PARTS, seconds=3600 / PARTS, **told))
                    memory.append(ours.ask(do="used")["memory"])
                states = ours.ask(do="states")["outbox"]
            said = size.hour // PARTS * PARTS + PERSONS
            if states != {"sent": said}:
                raise Wrong(f"Of {said} replies there is {states}.")
            grown = f"{(memory[-1] / memory[PARTS // 2] - 1) * 100:.1f} %"
            table.add(database.name, *(number(each) for each in memory), grown)
    return [table]
