"""Several processes on one PostgreSQL: killed, stopped and continued, told the same, and left without a database."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.faults import EVERYTHING
from tests.faults.house import READY, House, house
from tests.faults.nursery import PATIENCE, Nursery, until
from tests.faults.points import Point
from tests.faults.test_clock import becomes, ready
from tests.faults.test_killed import WHEN
from tests.faults.test_stopped import again, much
from tests.postgres import Server, execute
from tests.slack.fake.faults import Hang as SlackHang
from tests.slack.fake.ways import HttpWay
from tests.teams.fake import Hang as TeamsHang
from tests.teams.fake.ways import Way

A_LEASE = 65.0
"""Seconds after which what a dead process had in hand is looked after, whatever it was."""


def a_lease_passes(it: House) -> None:
    """So much time passes for everybody."""
    it.clock.move(seconds=A_LEASE)


@pytest.mark.parametrize(
    "point",
    [
        Point("prompts.mark", "committed", 2),
        Point("outbox.claim", "committed", 1),
        Point("outbox.mark", "begun", 1),
        *[Point("outbox.mark", "committed", nth) for nth in (1, 2) if EVERYTHING],
        *[Point("lanes.hold", "committed", 1) for _ in [1] if EVERYTHING],
        *[Point("prompts.take", when, 1) for when in WHEN if EVERYTHING],
    ],
    ids=str,
)
async def test_f1_f2_who_is_killed_is_gone_on_with_by_another(
    nursery: Nursery, tmp_path: Path, url: str, point: Point
) -> None:
    async with house(nursery, tmp_path, url) as it:
        first = await it.start(point)
        assert await first.end() == -signal.SIGKILL, first.said
        await it.run()
        a_lease_passes(it)
        await it.rest()
        it.judge()


async def test_f2_who_is_killed_while_a_platform_hangs_is_gone_on_with_by_another(
    nursery: Nursery, tmp_path: Path, url: str
) -> None:
    async with house(nursery, tmp_path, url) as it:
        hangs = SlackHang(accepted=True), TeamsHang(accepted=True)
        it.slack.fail_next("chat.postMessage", hangs[0])
        it.teams.fail_next("send", hangs[1])
        first = await it.start()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(hang.reached.wait() for hang in hangs))
        await it.run()
        await first.kill()
        for hang in hangs:
            hang.release()
        a_lease_passes(it)
        await it.rest()
        it.judge()


async def test_f16_who_stood_still_longer_than_its_lease_sends_nothing_twice(
    nursery: Nursery, tmp_path: Path, url: str
) -> None:
    async with house(nursery, tmp_path, url) as it:
        first = await it.start(Point("outbox.claim", "committed", 1, "stop"))
        await first.stopped()
        await it.run()
        a_lease_passes(it)
        await it.rest()
        before = it.seen
        first.send(signal.SIGCONT)
        await first.says(READY)
        it.hear(first.port)
        await much(it, 1)
        await it.rest()
        it.judge()
        assert first.ended is None
        assert {each.reference for each in before} <= {each.reference for each in it.seen}


async def test_f5_the_same_event_four_times_at_two_processes_has_one_effect(
    nursery: Nursery, tmp_path: Path, url: str
) -> None:
    async with house(nursery, tmp_path, url) as it:
        first, second = await it.run(), await it.run()
        sundby, nordby, _ = it.towns
        typed = await it.slack.person(sundby.places["Lone"]).types("hjælp")
        said = await it.teams.person(nordby.places["Lone"]).says("hjælp")
        ports = [first.port, second.port] * 2
        at_slack = [HttpWay(f"http://127.0.0.1:{port}/slack/events", it.slack.app, it.slack.clock) for port in ports]
        at_teams = [Way(f"http://127.0.0.1:{port}/api/messages", 10, repeats=False) for port in ports]
        from_slack = asyncio.gather(*(way.post(typed.raw, typed.headers) for way in at_slack))
        from_teams = asyncio.gather(*(way.post(said.raw, said.headers) for way in at_teams))
        assert [answer.ok for answer in await from_slack] == [True] * 4
        assert [answer.ok for answer in await from_teams] == [True] * 4
        await it.rest()
        it.judge()
        it.one_effect(sundby, "Lone", 1)
        it.one_effect(nordby, "Lone", 1)


@asynccontextmanager
async def own_server() -> AsyncIterator[Server]:
    """A PostgreSQL that the plug may be pulled of."""
    with TemporaryDirectory(prefix="faults") as folder:
        server = Server(Path(folder) / "pg")
        Path(folder).chmod(0o755)  # noqa: ASYNC240 - it runs as somebody else where we are root
        await asyncio.to_thread(server.start)
        try:
            yield server
        finally:
            await asyncio.to_thread(server.stop, signal.SIGKILL)


async def test_f11_the_database_is_killed_and_comes_back_and_nothing_is_lost(nursery: Nursery, tmp_path: Path) -> None:
    async with own_server() as server, house(nursery, tmp_path, server.url()) as it:
        processes = [await it.run(), await it.run()]
        asking = asyncio.create_task(much(it, 2))
        await until(lambda: len(it.kept.inbox) > 3)
        await asyncio.to_thread(server.stop, signal.SIGQUIT)
        await asking
        sundby = it.towns[0]
        refused = await it.slack.person(sundby.places["Lone"]).types("hjælp")
        assert refused.answer.status == 503
        await asyncio.to_thread(server.start)
        await again(it)
        a_lease_passes(it)
        await it.rest()
        assert [process.ended for process in processes] == [None, None]
        it.judge()
        it.one_effect(sundby, "Lone", 3)


async def test_f11_a_database_that_stands_still_holds_nobody_up_and_nothing_is_lost(
    nursery: Nursery, tmp_path: Path
) -> None:
    async with own_server() as server, house(nursery, tmp_path, server.url()) as it:
        process = await it.run()
        asking = asyncio.create_task(much(it, 2))
        await until(lambda: len(it.kept.inbox) > 3)
        server.stand_still()
        await asking
        sundby, nordby, _ = it.towns
        typed = await it.slack.person(sundby.places["Lone"]).types("hjælp")
        assert typed.answer.status == 503
        said = await it.teams.person(nordby.places["Lone"]).says("hjælp")
        assert said.answer.status == 503
        assert await ready(it) == 503
        server.go_on()
        await becomes(it, 200)
        await again(it)
        a_lease_passes(it)
        await it.rest()
        assert process.ended is None
        it.judge()
        for town in it.towns:
            it.one_effect(town, "Lone", 2 + (town in (sundby, nordby)))


async def test_f11_f24_told_to_stop_while_the_database_stands_still_it_ends(nursery: Nursery, tmp_path: Path) -> None:
    async with own_server() as server, house(nursery, tmp_path, server.url()) as it:
        process = await it.run()
        await it.rest()
        server.stand_still()
        process.send(signal.SIGTERM)
        await process.end()
        server.go_on()
        await it.run()
        a_lease_passes(it)
        await it.rest()
        it.judge()


async def test_f11_a_database_that_goes_while_vidsyn_starts_is_waited_for(nursery: Nursery, tmp_path: Path) -> None:
    async with own_server() as server, house(nursery, tmp_path, server.url()) as it:
        process = await it.start(Point("meta.now", "begun", 1, "stop"))
        await process.stopped()
        await asyncio.to_thread(server.stop, signal.SIGQUIT)
        process.send(signal.SIGCONT)
        await process.says("Vidsyn waits for it, and goes on by itself.")
        await asyncio.to_thread(server.start)
        await process.stopped()  # it begins anew, and comes there once more
        process.send(signal.SIGCONT)
        await process.says("Vidsyn is ready in Slack")
        await much(it, 1)
        await it.rest()
        it.judge()


async def test_f11_sessions_that_end_in_the_middle_lose_nothing(nursery: Nursery, tmp_path: Path, url: str) -> None:
    async with house(nursery, tmp_path, url) as it:
        await it.run()
        asking = asyncio.create_task(much(it, 3))
        for count in (2, 6, 12):
            await until(lambda: len(it.kept.inbox) >= count)  # noqa: B023 - asked at once
            execute(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                         "AND pid <> pg_backend_pid()")  # fmt: skip
        await asking
        await again(it)
        a_lease_passes(it)
        await it.rest()
        it.judge()
        for town in it.towns:
            it.one_effect(town, "Lone", 3)
