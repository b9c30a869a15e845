"""One inbound turn: a signed request comes in, one reply goes out."""

from __future__ import annotations

from tests.benchmarks.databases import Database, databases
from tests.benchmarks.house import prepare
from tests.benchmarks.measure import Platform, Size, Spread, Table, Wrong, number
from tests.benchmarks.worker import Json, Worker

WARM = 4
"""Turns of each person before anything is counted: the first looks up who leads them."""

CEILINGS = {"slack": "Bolt AsyncApp echo, one shared session", "teams": "own thin adapter: RS256, aiohttp reply"}


def turns(size: Size) -> list[Table]:
    """Both platforms, on each database, beside the bare echo of the same minute."""
    return [_table(size, platform) for platform in size.platforms]


def _table(size: Size, platform: Platform) -> Table:
    heads = (
        "what",
        "turns/s",
        "× the echo",
        "CPU µs a turn",
        "p50 / p99 at half load, ms",
        "p99 / most at full load, ms",
    )
    table = Table(f"One inbound turn, {platform.capitalize()}", heads)
    places = databases(size)
    runs: dict[str, list[Json]] = {}
    for _ in range(size.runs):
        runs.setdefault("", []).append(_bare(size, platform))
        for database in places:
            runs.setdefault(database.name, []).append(_ours(size, platform, database))
    for name, found in runs.items():
        what = f"ours, a durable turn, {name}" if name else CEILINGS[platform]
        rates = [each["rate"] for each in found]
        ratios = [each["rate"] / bare["rate"] for each, bare in zip(found, runs[""], strict=True)]
        table.add(
            what,
            Spread.of(rates),
            Spread.of(ratios),
            Spread.of([each["cpu"] for each in found]),
            " / ".join(
                number(Spread.of([each["half"][key] * 1000 for each in found]).middle) for key in ("p50", "p99")
            ),
            " / ".join(
                number(Spread.of([each["full"][key] * 1000 for each in found]).middle) for key in ("p99", "most")
            ),
        )
    return table


def _bare(size: Size, platform: Platform) -> Json:
    with Worker("outside", platform=platform) as outside:
        api = f"http://127.0.0.1:{outside.said['port']}"
        with Worker("bare", platform=platform, api=api) as bare:
            return _measured(size, outside, bare)


def _ours(size: Size, platform: Platform, database: Database) -> Json:
    with database.fresh() as url, Worker("outside", platform=platform) as outside:
        api = f"http://127.0.0.1:{outside.said['port']}"
        prepare(url, platform, size.persons, api)
        with Worker("ours", apis={platform: api}, url=url) as ours:
            found = _measured(size, outside, ours)
            states = ours.ask(do="states")
        came = outside.ask(do="arrived")["count"]
        said = size.persons * WARM + 2 * size.turns
        if states != {"inbox": {"done": said}, "outbox": {"sent": said}} or came != said:
            raise Wrong(f"Of {said} turns on {platform} {came} replies came; there is {states}.")
        return found


def _measured(size: Size, outside: Worker, product: Worker) -> Json:
    port = product.said["port"]
    words = {"people": size.persons, "words": "hjælp", "port": port}
    check(outside.ask(do="full", turns=size.persons * WARM, **words))
    before = product.ask(do="used")
    full = check(outside.ask(do="full", turns=size.turns, **words))
    cpu = (product.ask(do="used")["cpu"] - before["cpu"]) / size.turns * 1e6
    rate = size.turns / full["seconds"]
    half = check(outside.ask(do="half", turns=size.turns, rate=rate / 2, **words))
    return {"rate": rate, "cpu": cpu, "full": full, "half": half}


def check(found: Json) -> Json:
    """What the world outside has found, unless something was doubled or asked for that it does not know."""
    if found["strange"] or found["twice"]:
        raise Wrong(f"Unknown or doubled: {found}.")
    return found
