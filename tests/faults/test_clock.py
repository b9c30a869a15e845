"""The clock of the machine is set while the process runs: nothing comes early, in a flood or twice."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from tests.faults.house import House, house
from tests.faults.nursery import PATIENCE, Nursery, until
from tests.faults.towns import TEN


async def ready(it: House) -> int:
    """What /readyz answers."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{it.processes[-1].port}/readyz") as response,
    ):
        return response.status


async def becomes(it: House, status: int) -> None:
    """Waits until /readyz answers so."""
    async with asyncio.timeout(PATIENCE):
        while await ready(it) != status:  # noqa: ASYNC110 - another process says it
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("by", [timedelta(days=1), timedelta(hours=1), timedelta(days=-1)], ids=str)
async def test_f14_a_clock_that_is_set_says_nothing_early_or_twice(
    nursery: Nursery, tmp_path: Path, by: timedelta
) -> None:
    async with house(nursery, tmp_path, at=TEN - timedelta(minutes=5)) as it:
        await it.run()
        it.clock.set(seconds=by.total_seconds())
        await becomes(it, 503)
        sundby = it.towns[0]
        typed = await it.slack.person(sundby.places["Lone"]).types("hjælp")
        assert typed.answer.status == 401, "Slack's time is not ours, so who says it is Slack?"
        assert it.kept.outbox == []
        it.clock.set(seconds=-by.total_seconds())
        await becomes(it, 200)
        it.clock.move_to(TEN + timedelta(seconds=1))
        await until(lambda: len(it.kept.outbox), lambda count: count == 6)
        await it.slack.replay(typed)
        await it.rest()
        it.judge()
