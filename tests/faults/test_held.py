"""Killed as what was held for the morning is let go: each reader has it once.

What was on its way to Teams just then is unknown, as all else is: Teams cannot be asked what became of it.
"""

from __future__ import annotations

import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot.channel import Part
from bot.moment import Moment, Told
from bot.turns.house import house as build_house
from storage.store import Store, Work
from storage.vault import Vault
from tests.faults.house import MASTER, House, house
from tests.faults.nursery import Nursery
from tests.faults.points import Point
from tests.faults.towns import TEN, WORDS

TEXT = "Nyt fra i nat"
NEWS = "news"
MORNING = TEN - timedelta(minutes=59)
"""A minute past nine."""


async def brings(it: House) -> None:
    """At eight, before anybody is at work, somebody does something of which each town's leader hears."""
    store, rooms = Store.open(it.url, Vault.parse(MASTER)), build_house()

    def unit(work: Work) -> None:
        moment = Moment(work, WORDS, it.clock.now(), rooms, actor="another")
        for town in it.towns:
            moment.tell(work.people.get(town.person("Lone")), Told([Part(TEXT)]), kind=NEWS)

    await store.run(unit)
    await store.close()


@pytest.mark.parametrize(
    "point",
    [Point("outbox.let_go", "begun", 1), Point("outbox.let_go", "committed", 1), Point("outbox.let_go", "begun", 2)],
    ids=str,
)
async def test_f1_killed_as_it_is_let_go_it_comes_once(nursery: Nursery, tmp_path: Path, point: Point) -> None:
    async with house(nursery, tmp_path, at=TEN - timedelta(hours=2)) as it:
        await brings(it)
        early = await it.run()
        await it.rest()
        assert [seen for seen in it.seen if TEXT in seen.words] == []
        await early.kill()
        it.clock.move_to(MORNING)
        process = await it.start(point)
        assert await process.end() == -signal.SIGKILL, process.said
        await it.run()
        await it.rest()
        kept = it.judge(due=())
        there = Counter(seen.place[1] for seen in it.seen if TEXT in seen.words)
        rows = {row["tenant"]: row["state"] for row in kept.outbox if row["kind"] == NEWS}
        assert set(rows) == {town.tenant for town in it.towns}
        for town in it.towns:
            cannot_be_asked = town.channel == "teams" and rows[town.tenant] == "unknown"
            assert there[town.tenant] in ((0, 1) if cannot_be_asked else (1,)), (town.name, rows[town.tenant])
        assert list(rows.values()).count("unknown") <= 1
