"""The pages for load balancers and operators: they tell the truth, and nothing to who is not meant."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest
from aiohttp import ClientSession, web

from bot.channel import INCOMING, Address, Incoming
from bot.clock import StandingClock
from bot.metrics import Meters
from bot.readiness import BEHIND, FRESH, NO_DATABASE, PROBE, Readiness
from bot.serving import runner_of
from bot.web.health import operators_pages, public_routes
from storage.records import AddressRow, OutboxRow, OutboxState, PromptRow, new_id
from storage.store import Store, StoreUnavailable, Work
from tests.stage.play import KEY

T = TypeVar("T")
NOW = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
PAGES = ("/healthz", "/readyz", "/metrics")
CANARY = "Kanariefugl"


class Away(Store):
    """A store that can be away, and counts who asks."""

    def __init__(self, inner: Store) -> None:
        self.inner, self.away, self.asked = inner, False, 0

    async def run(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        self.asked += 1
        if self.away:
            raise StoreUnavailable(f"{CANARY} at 10.0.0.1")
        return await self.inner.run(unit, serial)


@dataclass
class Desk:
    """A process with its pages, for everybody and for operators."""

    store: Away
    readiness: Readiness
    meters: Meters
    seconds: list[float]
    urls: dict[str, str] = field(default_factory=dict)
    runners: list[web.AppRunner] = field(default_factory=list)

    async def serves(self, name: str, application: web.Application) -> None:
        runner = runner_of(application)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        self.urls[name] = f"http://{host}:{port}"
        self.runners.append(runner)

    async def get(self, name: str, path: str, **headers: str) -> tuple[int, str]:
        async with ClientSession() as session, session.get(self.urls[name] + path, headers=headers) as got:
            assert "Server" not in got.headers, "which versions run is nobody's business"
            return got.status, await got.text()

    async def later(self, name: str, path: str) -> tuple[int, str]:
        """The same when what was seen is not fresh any more."""
        self.seconds[0] += FRESH + 0.1
        return await self.get(name, path)


@pytest.fixture
async def desk(url: str) -> AsyncIterator[Desk]:
    inner = Store.open(url, KEY)
    inner.migrate()
    store, meters, seconds = Away(inner), Meters(), [0.0]
    readiness = Readiness(store, StandingClock(NOW), meters, lambda: seconds[0])
    desk = Desk(store, readiness, meters, seconds)
    for name, near in (("behind a proxy", False), ("alone", True)):
        application = web.Application()
        application.add_routes(public_routes(readiness, near=near))
        await desk.serves(name, application)
    await desk.serves("operators", operators_pages(readiness))
    yield desk
    for runner in desk.runners:
        await runner.cleanup()
    await inner.close()


def gauge(page: str, name: str) -> float:
    (line,) = [line for line in page.splitlines() if line.startswith(f"{name} ")]
    return float(line.split()[-1])


async def test_healthz_never_asks_the_database(desk: Desk) -> None:
    desk.store.away = True
    assert await desk.get("behind a proxy", "/healthz") == (200, "ok")
    assert desk.store.asked == 0


async def test_readyz_says_which_check_fails_and_what_to_do(desk: Desk) -> None:
    assert json.loads((await desk.get("operators", "/readyz"))[1]) == {"ready": True, "failing": {}}
    desk.store.away = True
    status, said = await desk.later("operators", "/readyz")
    assert (status, json.loads(said)) == (503, {"ready": False, "failing": {"database": NO_DATABASE}})
    assert said.count("\n") == 1
    desk.readiness.checks["clock"] = lambda: "Set the clock."
    assert json.loads((await desk.get("operators", "/readyz"))[1])["failing"]["clock"] == "Set the clock."
    desk.readiness.checks["clock"] = lambda: ""
    desk.store.away = False
    assert (await desk.later("operators", "/readyz"))[0] == 200, "it comes back by itself"


async def test_many_processes_that_are_asked_at_once_do_not_wait_for_each_other(postgres: str) -> None:
    store, other = Store.open(postgres, KEY), Store.open(postgres, KEY)
    store.migrate()
    asked, may_end = threading.Event(), threading.Event()

    def hangs(work: Work) -> None:
        work.meta.try_out("probe:of another")
        work.meta.set("probe", "as an older version has it")
        asked.set()
        may_end.wait(7)

    hanging = asyncio.create_task(other.run(hangs, serial=False))
    await asyncio.to_thread(asked.wait, 7)
    assert await Readiness(store, StandingClock(NOW), Meters()).failing() == {}
    may_end.set()
    await hanging
    assert await store.run(lambda work: work.meta.get(PROBE)) is None
    await store.close()
    await other.close()


async def test_f23_tables_that_went_back_are_not_ready(desk: Desk) -> None:
    assert (await desk.get("operators", "/readyz"))[0] == 200

    def back(work: Work) -> None:
        work.overview._connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")

    await desk.store.inner.run(back)
    status, said = await desk.later("operators", "/readyz")
    assert (status, json.loads(said)["failing"]) == (503, {"database": BEHIND})


async def test_who_stops_is_not_ready_and_asks_no_closed_store(desk: Desk) -> None:
    desk.readiness.checks["stopping"] = lambda: "It is stopping."
    status, said = await desk.get("operators", "/readyz")
    assert (status, json.loads(said)["failing"]) == (503, {"stopping": "It is stopping."})
    assert desk.store.asked == 0


async def test_many_who_ask_at_once_are_one_look_at_the_database(desk: Desk) -> None:
    await asyncio.gather(*(desk.get("operators", path) for path in PAGES for _ in range(5)))
    assert desk.store.asked == 1


async def test_a18_from_outside_there_is_a_word_and_no_more(desk: Desk) -> None:
    for headers in ({}, {"X-Forwarded-For": "198.51.100.7"}, {"Host": "vidsyn.example.dk"}):
        assert await desk.get("behind a proxy", "/readyz", **headers) == (200, "ready")
        assert (await desk.get("behind a proxy", "/metrics", **headers))[0] == 404
    for headers in ({"X-Forwarded-For": "198.51.100.7"}, {"Host": "vidsyn.example.dk"}, {"Forwarded": "for=x"}):
        assert await desk.get("alone", "/readyz", **headers) == (200, "ready")
        assert (await desk.get("alone", "/metrics", **headers))[0] == 404
    assert (await desk.get("alone", "/metrics"))[0] == 200
    desk.store.away = True
    assert await desk.later("behind a proxy", "/readyz") == (503, "not ready")


async def test_metrics_count_what_waits_and_name_nobody(desk: Desk) -> None:
    row = OutboxRow(
        "id", AddressRow("slack", f"T{CANARY}", f"U{CANARY}"), "", "answer", CANARY, OutboxState.PENDING, order=0,
        not_before=NOW - timedelta(seconds=70), not_after=None, attempts=0,
    )  # fmt: skip

    def unit(work: Work) -> None:
        for n in range(3):
            payload = INCOMING.dump_json(Incoming(Address("slack", CANARY, CANARY), str(n), "text", CANARY)).decode()
            work.inbox.add(f"in-{n}", "slack", f"{CANARY}-{n}", payload, since=NOW - timedelta(seconds=90 - n))
            work.outbox.add(row.to, CANARY, "answer", CANARY, row.not_before, id=f"out-{n}")
        for _ in range(5):
            work.inbox.failed("in-0", 5)
        work.outbox.finish("out-0", OutboxState.UNKNOWN, reason=CANARY)
        work.prompts.add(PromptRow(new_id(), CANARY, CANARY, "log", NOW.date(), NOW - timedelta(seconds=50)))
        work.prompts.add(PromptRow(new_id(), CANARY, CANARY, "prep", NOW.date(), NOW + timedelta(seconds=50)))

    await desk.store.inner.run(unit)
    desk.meters.ended(row, OutboxState.SENT, NOW)
    desk.meters.ended(row, OutboxState.REFUSED, NOW)
    desk.meters.ticked("tick", 0.2)
    _, page = await desk.get("operators", "/metrics")
    assert CANARY not in page
    assert gauge(page, "vidsyn_inbox_pending") == 2
    assert gauge(page, "vidsyn_inbox_oldest_seconds") == 89
    assert gauge(page, "vidsyn_inbox_set_aside") == 1
    assert gauge(page, 'vidsyn_outbox{channel="slack",state="pending"}') == 2
    assert gauge(page, 'vidsyn_outbox{channel="slack",state="unknown"}') == 1
    assert gauge(page, 'vidsyn_outbox_oldest_seconds{channel="slack"}') == 70
    assert gauge(page, "vidsyn_prompts_due") == 1
    assert gauge(page, "vidsyn_prompts_oldest_seconds") == 50
    assert gauge(page, 'vidsyn_delivery_seconds_sum{channel="slack"}') == 70
    assert gauge(page, 'vidsyn_outbox_ended_total{channel="slack",state="refused"}') == 1
    assert gauge(page, 'vidsyn_tick_seconds_count{part="tick"}') == 1
    assert gauge(page, "vidsyn_ready") == 1
    assert gauge(page, "process_resident_memory_bytes") > 0


async def test_metrics_are_there_while_the_database_is_away(desk: Desk) -> None:
    desk.store.away = True
    status, page = await desk.get("operators", "/metrics")
    assert status == 200
    assert gauge(page, "vidsyn_database_up") == gauge(page, "vidsyn_ready") == 0
    assert "vidsyn_inbox_pending" not in page
    assert CANARY not in page
