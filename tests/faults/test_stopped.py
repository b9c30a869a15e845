"""Told to stop while much is on its way, held up, or asked by too many at once."""

from __future__ import annotations

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.faults.house import House, house
from tests.faults.nursery import PATIENCE, Nursery, Process, until
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


async def all_ask(it: House, times: int = 1) -> None:
    """The same, and who was not heard is heard when told once more."""
    await much(it, times)
    await again(it)


async def again(it: House) -> None:
    """The platforms tell once more of what was not taken, until it is."""
    for delivery in [each for each in it.slack.deliveries if not each.answer.ok]:
        async with asyncio.timeout(PATIENCE):
            while not (await it.slack.replay(delivery)).ok:  # noqa: ASYNC110 - another process recovers
                await asyncio.sleep(0.2)
    for told in [each for each in it.teams.deliveries if not each.answer.ok]:
        async with asyncio.timeout(PATIENCE):
            while not (await it.teams.replay(told)).ok:  # noqa: ASYNC110 - another process recovers
                await asyncio.sleep(0.2)


async def test_f24_told_to_stop_under_load_it_ends_clean_and_nothing_is_lost(nursery: Nursery, tmp_path: Path) -> None:
    async with house(nursery, tmp_path) as it:
        it.slack.fail_next("chat.postMessage", SlackHang(accepted=True), SlackHang(accepted=False))
        it.teams.fail_next("send", TeamsHang(accepted=True), TeamsHang(accepted=False))
        process = await it.run()
        asking = asyncio.create_task(much(it, 3))
        await until(lambda: len(it.kept.inbox) > 6)
        process.send(signal.SIGTERM)
        assert await process.end() == 0, process.said
        taken = await asking
        kept = it.kept
        come = [len([row for row in kept.inbox if row["channel"] == name]) for name in ("slack", "teams")]
        assert all(each >= thanked for each, thanked in zip(come, taken, strict=True)), "what was thanked for is kept"
        on_their_way = [row for row in kept.outbox if row["state"] == "sending"]
        assert len(on_their_way) <= 4, "only what hung, which whoever comes next asks about"
        it.slack.faults.release_all()
        it.teams.faults.release_all()
        await it.run()
        await again(it)
        await it.rest()
        it.judge()
        for town in it.towns:
            for name in town.places:
                it.one_effect(town, name, 3)


async def test_f25_held_up_for_seconds_nothing_is_lost(nursery: Nursery, tmp_path: Path) -> None:
    async with house(nursery, tmp_path) as it:
        process = await it.run(Point("inbox.done", "committed", 1, "block"))
        await all_ask(it)  # what it was too slow for is refused, though it is kept
        await it.rest()
        it.judge()
        for town in it.towns:
            for name in town.places:
                it.one_effect(town, name, 1)
        assert '"loop_blocked"' in process.said, "whoever reads the log is told"


HEAD = "POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 999999\r\n"


@asynccontextmanager
async def a_crowd(port: int, count: int, said: str) -> AsyncIterator[None]:
    """So many who say this, and then nothing more."""
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    try:
        for _, writer in lines:
            writer.write(said.encode())
        with suppress(ConnectionError):  # of a refusal
            await asyncio.gather(*(writer.drain() for _, writer in lines), return_exceptions=True)
        yield
    finally:
        for _, writer in lines:
            writer.transport.abort()
        await asyncio.gather(*(writer.wait_closed() for _, writer in lines), return_exceptions=True)


def memory(process: Process) -> int:
    """Bytes that a process holds."""
    (held,) = re.findall(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process.pid}/status").read_text(encoding="ascii"))
    return int(held) * 1024


async def test_f26_hundreds_who_never_finish_keep_nobody_out(nursery: Nursery, tmp_path: Path) -> None:
    async with house(nursery, tmp_path) as it:
        process = await it.run(FAULTS_NOFILE="512")
        await it.rest()
        async with a_crowd(process.port, 700, HEAD):
            await all_ask(it)
        await all_ask(it)
        await it.rest()
        it.judge()
        assert process.ended is None


async def test_f26_hundreds_who_send_much_and_slowly_fill_no_memory_and_keep_nobody_out(
    nursery: Nursery, tmp_path: Path
) -> None:
    async with house(nursery, tmp_path) as it:
        process = await it.run()
        await it.rest()
        before = memory(process)
        seems_true = f"X-Slack-Request-Timestamp: {it.slack.now.timestamp():.0f}\r\nX-Slack-Signature: v0={'a' * 64}"
        async with a_crowd(process.port, 250, f"{HEAD}{seems_true}\r\n\r\n{'x' * 900_000}"):
            await all_ask(it)
            held = memory(process) - before
            assert held < 180_000_000, "of the 225 MB that were sent, and as much again to make them one"
        await all_ask(it)
        await it.rest()
        it.judge()
        assert process.ended is None
