"""A tick that finds nothing to do, with few and with many rows in the tables."""

from __future__ import annotations

from statistics import median

from tests.benchmarks import filling
from tests.benchmarks.databases import Database, databases
from tests.benchmarks.house import prepare
from tests.benchmarks.measure import Size, Spread, Table, number
from tests.benchmarks.worker import Worker

TICKS = 50
"""In a run; the median of them counts."""


def idle(size: Size) -> list[Table]:
    """By the number of rows."""
    heads = ("what", *(f"{rows:,} rows, ms" for rows in size.rows), f"{size.rows[-1]:,} / {size.rows[0]:,}")
    table = Table("An idle tick: nothing to answer, to say or to send", heads)
    for database in databases(size):
        times = [_ticks(size, database, rows) for rows in size.rows]
        table.add(database.name, *(Spread.of(each) for each in times), number(median(times[-1]) / median(times[0])))
    table.notes.append(
        "So many rows in `prompts` and as many in `outbox`; of each a fifth is pending for later, the rest has ended."
    )
    return [table]


def _ticks(size: Size, database: Database, rows: int) -> list[float]:
    with database.fresh() as url, Worker("outside", platform="slack") as outside:
        api = f"http://127.0.0.1:{outside.said['port']}"
        prepare(url, "slack", 1, api)
        for fill in (filling.prompts, filling.messages):
            fill(url, rows // 5, filling.later(), "pending")
        filling.prompts(url, rows - rows // 5, filling.earlier(), "said")
        filling.messages(url, rows - rows // 5, filling.earlier(), "sent")
        with Worker("ours", apis={"slack": api}, url=url) as ours:
            ours.ask(do="tick", times=TICKS)
            return [median(ours.ask(do="tick", times=TICKS)["ms"]) for _ in range(size.runs)]
