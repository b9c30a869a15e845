"""Taking what is due, by one process and by several: nothing is lost, and nothing taken twice."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from time import perf_counter

from tests.benchmarks import filling
from tests.benchmarks.databases import POSTGRESQL, SQLITE, Database, execute, numbers
from tests.benchmarks.measure import Size, Spread, Table, Wrong
from tests.benchmarks.worker import Worker

WAYS = {"plain": "plain SQL", "prompts": "prompts.take", "outbox": "outbox.claim, unsealed"}


def claims(size: Size) -> list[Table]:
    """Plain SQL and ours."""
    heads = ("what", "processes", "rows/s", "× plain SQL")
    table = Table(f"{size.prompts:,} rows that are due at once, taken 500 at a time", heads)
    cases = [(POSTGRESQL, each) for each in size.processes] + [(SQLITE, 1)] * size.shared
    for database, processes in cases:
        rounds = [{what: _taken(size, database, processes, what) for what in WAYS} for _ in range(size.runs)]
        runs = {what: [each[what] for each in rounds] for what in WAYS}
        for what, rates in runs.items():
            ratios = [rate / plain for rate, plain in zip(rates, runs["plain"], strict=True)]
            table.add(f"{WAYS[what]}, {database.name}", processes, Spread.of(rates), Spread.of(ratios))
    table.notes.append("In each run every row was taken once, and by one process only.")
    return [table]


def _taken(size: Size, database: Database, processes: int, what: str) -> float:
    with database.fresh() as url, ExitStack() as running:
        _fill(url, size.prompts, what)
        workers = [running.enter_context(Worker("claimer", url=url)) for _ in range(processes)]
        began = perf_counter()
        for mine, worker in enumerate(workers):
            worker.begin(do="take", what=what, mine=mine, of=processes)
        ids = [id for worker in workers for id in worker.end()["ids"]]
        seconds = perf_counter() - began
        if not len(ids) == len(set(ids)) == size.prompts:
            raise Wrong(f"Of {size.prompts} rows {len(set(ids))} were taken, {len(ids)} times ({what}).")
        return size.prompts / seconds


def _fill(url: str, count: int, what: str) -> None:
    filling.migrated(url)
    due = filling.earlier()
    if what == "prompts":
        filling.prompts(url, count, due)
    elif what == "outbox":
        filling.sealed_messages(url, count, due)
    else:
        _plain(url, count, due)


def _plain(url: str, count: int, due: datetime) -> None:
    moment = "timestamptz" if not url.startswith("sqlite") else "text"
    at = due.strftime("%Y-%m-%d %H:%M:%S.%f")
    execute(
        url,
        f"CREATE TABLE due (id text PRIMARY KEY, at {moment} NOT NULL, state text NOT NULL, recipient text NOT NULL)",
        "CREATE INDEX ix_due ON due (at, id) WHERE state = 'pending'",
        f"INSERT INTO due SELECT 'row-' || n, '{at}', 'pending', 'person-' || n FROM {numbers(url, count)}",
        "ANALYZE",
    )
