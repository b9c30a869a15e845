"""Away for hours and for days: what can still be said is said once, and the rest is recorded as missed."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from tests.faults.house import house
from tests.faults.nursery import Nursery
from tests.faults.towns import TEN


@pytest.mark.parametrize("away", [timedelta(hours=3), timedelta(hours=5)], ids=str)
async def test_f17_after_hours_what_is_late_is_said_once(nursery: Nursery, tmp_path: Path, away: timedelta) -> None:
    async with house(nursery, tmp_path, at=TEN + away) as it:
        await it.run()
        await it.rest()
        it.judge()


async def test_f17_after_three_days_the_day_is_said_and_no_burst_comes(nursery: Nursery, tmp_path: Path) -> None:
    async with house(nursery, tmp_path, at=TEN + timedelta(days=3, seconds=1)) as it:
        await it.run()
        kept = await it.rest()
        it.judge(due=["log"])
        states = Counter((row["kind"], row["state"]) for row in kept.prompts if row["at"] <= it.clock.now())
        assert states["log", "said"] == 3, "one for each town, of today"
        assert states["log", "missed"] == 9
        assert states["round.open", "missed"] == 3
        said = Counter(row["place"] for row in kept.outbox)
        assert max(said.values()) <= 3, "no more than on any other day"


async def test_f17_killed_and_away_over_the_weekend_it_goes_on_on_monday(nursery: Nursery, tmp_path: Path) -> None:
    async with house(nursery, tmp_path) as it:
        first = await it.run()
        await it.rest()
        await first.kill()
        it.clock.move_to(TEN + timedelta(days=1, seconds=1))
        second = await it.run()
        await it.rest()
        await second.kill()
        it.clock.move_to(TEN + timedelta(days=7, seconds=1))
        await it.run()
        kept = await it.rest()
        logs = Counter((row["state"], row["day"].isoformat()) for row in kept.prompts if row["kind"] == "log")
        assert {day for state, day in logs if state == "said"} == set(), "an entry that nobody wrote is closed"
        assert logs["missed", "2026-06-08"] == 3
        assert len([row for row in kept.outbox if row["kind"] == "log"]) == 6, "two days were asked about"


async def test_f17_what_a_new_plan_drops_on_the_way_is_no_failure(nursery: Nursery, tmp_path: Path) -> None:
    async with house(nursery, tmp_path) as it:
        for day in range(4):
            it.clock.move_to(TEN + timedelta(days=day, seconds=1))
            process = await it.run()
            await it.rest()
            await process.kill()
        it.clock.move_to(TEN + timedelta(days=11))
        process = await it.run()
        await it.rest()
        assert '"error"' not in process.said
