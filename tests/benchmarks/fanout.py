"""Many messages at once: all sent, and each noted."""

from __future__ import annotations

from time import perf_counter

from tests.benchmarks.databases import Database, databases
from tests.benchmarks.house import prepare
from tests.benchmarks.measure import Platform, Size, Spread, Table, Wrong
from tests.benchmarks.turns import check
from tests.benchmarks.worker import Json, Worker

LATENCIES = (0.0, 0.1)
"""Seconds that the platform takes for an answer."""


def fanout(size: Size) -> list[Table]:
    """Both platforms, on each database, beside a loop that only sends."""
    heads = ("what", "messages/s", "× sending alone", "CPU µs a message")
    tables = []
    for platform in size.platforms:
        for latency in LATENCIES if size.shared else LATENCIES[:1]:
            table = Table(
                f"Fan-out, {platform.capitalize()}, the platform answers after {latency * 1000:.0f} ms", heads
            )
            _measure(table, size, platform, latency)
            tables.append(table)
    return tables


def _measure(table: Table, size: Size, platform: Platform, latency: float) -> None:
    runs: dict[str, list[Json]] = {}
    for _ in range(size.runs):
        runs.setdefault("", []).append(_bare(size, platform, latency))
        for database in databases(size):
            runs.setdefault(database.name, []).append(_ours(size, platform, latency, database))
    for name, found in runs.items():
        what = f"ours, written down, sent and noted, {name}" if name else "aiohttp, 50 in flight, nothing noted"
        ratios = [each["rate"] / bare["rate"] for each, bare in zip(found, runs[""], strict=True)]
        cpu = Spread.of([each["cpu"] for each in found])
        table.add(what, Spread.of([each["rate"] for each in found]), Spread.of(ratios), cpu)


def _bare(size: Size, platform: Platform, latency: float) -> Json:
    with Worker("outside", platform=platform) as outside:
        outside.ask(do="slow", seconds=latency)
        with Worker("bare", platform=platform, api=f"http://127.0.0.1:{outside.said['port']}") as bare:
            return _timed(size, outside, bare, "send")


def _ours(size: Size, platform: Platform, latency: float, database: Database) -> Json:
    with database.fresh() as url, Worker("outside", platform=platform) as outside:
        api = f"http://127.0.0.1:{outside.said['port']}"
        prepare(url, platform, size.messages if platform == "teams" else 1, api)
        outside.ask(do="slow", seconds=latency)
        with Worker("ours", apis={platform: api}, url=url) as ours:
            ours.ask(do="fill", messages=size.messages)
            found = _timed(size, outside, ours, "deliver")
            states = ours.ask(do="states")["outbox"]
        if states != {"sent": size.messages}:
            raise Wrong(f"Of {size.messages} messages on {platform} there is {states}.")
        return found


def _timed(size: Size, outside: Worker, product: Worker, doing: str) -> Json:
    before = product.ask(do="used")["cpu"]
    began = perf_counter()
    product.begin(do=doing, messages=size.messages)
    product.end()
    seconds = perf_counter() - began
    came = check(outside.ask(do="arrived"))
    if (came["count"], came["people"]) != (size.messages, size.messages):
        raise Wrong(f"Of {size.messages} messages {came['count']} came to {came['people']} people.")
    return {"rate": size.messages / seconds, "cpu": (product.ask(do="used")["cpu"] - before) / size.messages * 1e6}
