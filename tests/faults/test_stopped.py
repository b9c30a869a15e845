"""Told to stop while much is on its way, held up, or asked by too many at once."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from tests.faults.house import House, house
from tests.faults.nursery import Nursery, until
from tests.faults.points import Point
from tests.slack.fake.faults import Hang as SlackHang
from tests.teams.fake import Hang as TeamsHang


async def much(it: House, times: int) -> list[int]:
    """Everybody in all towns asks for help, so many times; how many words each platform has taken."""
    sundby, *in_teams = it.towns
    typed = [it.slack.person(place).types("hjælp") for place in sundby.places.values() for _ in range(times)]
    said = [
        it.teams.person(place).says("hjælp")
        for town in in_teams
        for place in town.places.values()
        for _ in range(times)
    ]
    slack, teams = await asyncio.gather(asyncio.gather(*typed), asyncio.gather(*said))
    return [len([each for each in some if each.answer.ok]) for some in (slack, teams)]


async def test_f24_told_to_stop_under_load_it_ends_clean_and_nothing_is_lost(nursery: Nursery, tmp_path: Path) -> None:
    async with house(nursery, tmp_path) as it:
        it.slack.fail_next("chat.postMessage", SlackHang(accepted=True), SlackHang(accepted=False))
        it.teams.fail_next("send", TeamsHang(accepted=True), TeamsHang(accepted=False))
        process = await it.run()
        asking = asyncio.create_task(much(it, 3))
        await until(lambda: len(it.kept.inbox) > 6)
        process.send(signal.SIGTERM)
        assert await process.end(30) == 0, process.said
        taken = await asking
        kept = it.kept
        assert [len([row for row in kept.inbox if row["channel"] == name]) for name in ("slack", "teams")] == taken
        on_their_way = [row for row in kept.outbox if row["state"] == "sending"]
        assert len(on_their_way) <= 4, "only what hung, which whoever comes next asks about"
        it.slack.faults.release_all()
        it.teams.faults.release_all()
        await it.run()
        await it.rest(90)
        it.judge()


async def test_f25_held_up_for_seconds_nothing_is_lost(nursery: Nursery, tmp_path: Path) -> None:
    async with house(nursery, tmp_path) as it:
        process = await it.run(Point("inbox.done", "committed", 1, "block"))
        taken = await much(it, 1)
        assert taken == [4, 8]
        await it.rest()
        it.judge()
        assert '"loop_blocked"' in process.said, "whoever reads the log is told"


async def test_f26_hundreds_who_never_finish_keep_nobody_out(nursery: Nursery, tmp_path: Path) -> None:
    async with house(nursery, tmp_path) as it:
        process = await it.run(FAULTS_NOFILE="512")
        await it.rest()
        slow: list[asyncio.StreamWriter] = []
        for _ in range(700):
            _, writer = await asyncio.open_connection("127.0.0.1", process.port)
            writer.write(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n")
            slow.append(writer)
        assert await much(it, 1) == [4, 8]
        for writer in slow:
            writer.close()
        assert await much(it, 1) == [4, 8]
        await it.rest()
        it.judge()
        assert process.ended is None
