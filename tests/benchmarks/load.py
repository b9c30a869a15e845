"""Very many people whose logbooks are due in the same minute: many tenants, both platforms, four processes."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from functools import partial
from time import perf_counter

from sqlalchemy import insert

from bot.channels import organisations
from storage.records import AddressRow, Chat, ExchangeRow, PersonRow, PromptRow, RoundRow, SignUpRow
from storage.store import Store, Work
from storage.tables import addresses, chats, exchanges, people, prompts, sign_ups
from tests.benchmarks.databases import KEY, POSTGRESQL, execute
from tests.benchmarks.measure import Platform, Size, Table, Wrong, number
from tests.benchmarks.measure import part as share_of
from tests.benchmarks.sides import ENTERPRISE, place_of, tenant_of
from tests.benchmarks.simulated import Time
from tests.benchmarks.worker import Json, Worker

TOWNS = 10
"""Tenants on each platform."""

DAY = date(2026, 5, 5)
DUE = datetime(2026, 5, 5, 13, 15, tzinfo=UTC)
"""A quarter past three in Copenhagen."""

PLATFORMS: tuple[Platform, ...] = ("slack", "teams")
RATES = {"slack": 240 / 60, "teams": 27.0}
"""Messages a second that we allow ourselves in one tenant; the platforms allow 300 / 60 and 30."""

CHUNK = 1000


def load(size: Size) -> list[Table]:
    """All of it once: nothing lost, nothing doubled, every tenant as quickly as its platform lets it."""
    many = size.load // 2 // TOWNS * TOWNS
    with POSTGRESQL.fresh() as url, Time(DUE - timedelta(minutes=1)) as time, ExitStack() as running:
        sides = {
            platform: running.enter_context(Worker("outside", (time.path, slot), platform=platform, towns=TOWNS))
            for slot, platform in enumerate(PLATFORMS)
        }
        apis = {platform: f"http://127.0.0.1:{side.said['port']}" for platform, side in sides.items()}
        _settle(url, many, apis["teams"])
        slots = range(len(sides), len(sides) + size.processes[-1])
        ours = [running.enter_context(Worker("ours", (time.path, slot), apis=apis, url=url)) for slot in slots]
        before, began = [each.ask(do="used") for each in ours], perf_counter()
        for each in ours:
            each.ask(do="beat")
        time.jumps()
        for platform, side in sides.items():
            side.begin(do="arrived", all=many, within=3 * many / TOWNS / RATES[platform] + 600)
        came = {platform: side.end() for platform, side in sides.items()}
        states = [each.ask(do="states") for each in ours][-1]
        seconds, after = perf_counter() - began, [each.ask(do="used") for each in ours]
        said = execute(url, "SELECT state, count(*) FROM prompts GROUP BY state")
    for platform, found in came.items():
        if (found["count"], found["people"]) != (many, many) or found["strange"]:
            raise Wrong(f"Of {many} people on {platform} {found['people']} got {found['count']}; {found['strange']}.")
    if states["outbox"] != {"sent": 2 * many} or said != [("said", 2 * many)]:
        raise Wrong(f"Of {2 * many} messages there is {states['outbox']}, of the prompts {said}.")
    cpu = sum(late["cpu"] - early["cpu"] for early, late in zip(before, after, strict=True))
    table = _table(many, came)
    memory = ", ".join(
        f"{number(early['memory'])} before, {number(late['most'])} at most, {number(late['memory'])} after"
        for early, late in zip(before, after, strict=True)
    )
    table.notes.append(
        f"{2 * many:,} people, {2 * TOWNS} tenants, {size.processes[-1]} processes, PostgreSQL: 0 lost, 0 doubled, "
        f"each prompt said once. It took {seconds:.0f} real seconds and {cpu / 2 / many * 1e6:,.0f} µs CPU a person."
    )
    table.notes.append(f"Memory of the processes, MiB: {memory}.")
    table.notes.append(
        "Time is simulated, and the platforms hold us to their limits in it: it runs as it really does while any "
        "process has something to do, and jumps to what is next when none has."
    )
    return [table]


def _table(many: int, came: Mapping[Platform, Json]) -> Table:
    heads = (
        "platform", "people a tenant", "at our rate, s", "the last one after, s, by tenant",
        "half of them after, s, by tenant", "refused by the platform",
    )  # fmt: skip
    table = Table(f"{2 * many:,} people due in the same minute", heads)
    for platform, found in came.items():
        towns: dict[int, list[float]] = defaultdict(list)
        for town, at in found["came"]:
            towns[town].append(at - DUE.timestamp())
        lasts, halves = [max(town) for town in towns.values()], [share_of(town, 0.5) for town in towns.values()]
        table.add(
            platform.capitalize(), f"{many // TOWNS:,}", number(many / TOWNS / RATES[platform]),
            f"{number(min(lasts))}–{number(max(lasts))}", f"{number(min(halves))}–{number(max(halves))}",
            found["limited"],
        )  # fmt: skip
    return table


def _settle(url: str, many: int, teams: str) -> None:
    """So many people on each platform, each in the middle of an exchange, with the day's logbook due."""
    store = Store.open(url, KEY)
    store.migrate()
    try:
        for platform in PLATFORMS:
            homes = store.run_now(partial(_towns, platform=platform))
            for first in range(0, many, CHUNK):
                some = range(first, min(first + CHUNK, many))
                store.run_now(partial(_people, platform=platform, homes=homes, some=some, teams=teams))
    finally:
        asyncio.run(store.close())
    execute(url, "VACUUM ANALYZE")


def _towns(work: Work, platform: Platform) -> list[str]:
    """Organisations, each with somebody of HR, a leader, a host and a round."""
    homes = []
    for town in range(TOWNS):
        tenant, name = tenant_of(platform, town), f"{platform}-{town}"
        enterprise = ENTERPRISE if platform == "slack" else ""
        home = organisations.welcome(work, platform, tenant, name, enterprise).organisation
        homes.append(home)
        for role in ("hr", "leader", "host"):
            told = frozenset({"hello"})
            work.people.add(PersonRow(f"{role}-{name}", home, f"{role.upper()} {name}", hr=role == "hr", told=told))
        row = RoundRow(
            f"round-{name}", home, "Forår", "da", AddressRow(platform, tenant, "C0JOB"), date(2026, 4, 1),
            date(2026, 4, 10), date(2026, 4, 17), DAY, DAY + timedelta(days=1), (), f"hr-{name}", "closed", "post",
        )  # fmt: skip
        work.rounds.add(row)
    return homes


def _people(work: Work, platform: Platform, homes: list[str], some: range, teams: str) -> None:
    rows: dict[str, list[dict[str, object]]] = defaultdict(list)
    for n in some:
        id, town = f"{platform}-{n}", f"{platform}-{n % TOWNS}"
        where = AddressRow(platform, tenant_of(platform, n % TOWNS), place_of(platform, n))
        person = PersonRow(f"p-{id}", homes[n % TOWNS], f"Person {n}", "Børnehaven", told=frozenset({"hello"}))
        rows["people"].append(vars(person))
        rows["addresses"].append({"person": person.id, **vars(where)})
        if platform == "teams":
            chat, user = f"a:1{where.place}", f"29:1{where.place}"
            there = Chat(platform, where.tenant, where.place, chat, user, f"{teams}/smba/emea/", touched=DUE)
            rows["chats"].append(vars(there))
        wish = SignUpRow(f"s-{id}", f"round-{town}", person.id, f"leader-{town}", "placed", leader_told=True)
        rows["sign_ups"].append(vars(wish))
        exchange = ExchangeRow(
            f"e-{id}", f"round-{town}", wish.id, person.id, wish.leader, f"host-{town}", "Børnehaven",
            "Familieafdelingen", "form.short", DAY, DAY + timedelta(days=1), (DAY, DAY + timedelta(days=1)), "short",
            "prepared", approved_at=DUE - timedelta(days=5),
        )  # fmt: skip
        rows["exchanges"].append(work.exchanges._values(exchange))
        prompt = PromptRow(
            f"q-{n:06}-{platform}", person.id, exchange.id, "log", DAY, DUE, data={"about": DAY.isoformat()}
        )
        rows["prompts"].append({**vars(prompt), "data": dict(prompt.data)})
    for table in (people, addresses, chats, sign_ups, exchanges, prompts):
        if rows[table.name]:
            work.people._connection.execute(insert(table), rows[table.name])
