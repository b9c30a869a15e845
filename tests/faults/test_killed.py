"""Killed at every step between receiving and marking sent, and started again: the platforms' ledgers are the judge."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

import pytest

from tests.faults import EVERYTHING
from tests.faults.house import House, house
from tests.faults.nursery import PATIENCE, Nursery
from tests.faults.points import Point, When
from tests.slack.fake.faults import Hang as SlackHang
from tests.teams.fake import Hang as TeamsHang

WHEN: tuple[When, When] = ("begun", "committed")


async def killed(it: House, *points: Point) -> None:
    """Everything is due; the process that finds it dies on the way, and another takes over."""
    process = await it.start(*points)
    assert await process.end() == -signal.SIGKILL, process.said
    await it.run()
    await it.rest()


@pytest.mark.parametrize(
    "point",
    [
        Point("prompts.mark", "begun", 1),
        Point("prompts.mark", "committed", 2),
        Point("prompts.mark", "committed", 6),
        Point("outbox.claim", "begun", 1),
        Point("outbox.claim", "committed", 1),
        *[Point("outbox.add", when, nth) for when in WHEN for nth in range(2, 7) if EVERYTHING],
    ],
    ids=str,
)
async def test_f1_killed_before_the_platform_was_called_it_is_sent_once(
    nursery: Nursery, tmp_path: Path, point: Point
) -> None:
    async with house(nursery, tmp_path) as it:
        await killed(it, point)
        it.judge()


@pytest.mark.parametrize(
    "point",
    [Point("outbox.mark", "begun", 1), Point("outbox.mark", "begun", 3), Point("outbox.mark", "committed", 2)],
    ids=str,
)
async def test_f2_killed_around_the_mark_nothing_is_sent_twice(nursery: Nursery, tmp_path: Path, point: Point) -> None:
    async with house(nursery, tmp_path) as it:
        await killed(it, point)
        it.judge()


@pytest.mark.parametrize("accepted", [True, False])
async def test_f2_killed_after_the_platform_accepted_slack_is_asked_and_teams_is_unknown(
    nursery: Nursery, tmp_path: Path, accepted: bool
) -> None:
    async with house(nursery, tmp_path) as it:
        hangs = SlackHang(accepted=accepted), TeamsHang(accepted=accepted)
        it.slack.fail_next("chat.postMessage", hangs[0])
        it.teams.fail_next("send", hangs[1])
        process = await it.start()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*(hang.reached.wait() for hang in hangs))
        await process.kill()
        for hang in hangs:
            hang.release()
        await it.run()
        await it.rest()
        kept = it.judge()
        assert (kept.count("slack", "unknown"), kept.count("teams", "unknown") >= 1) == (0, True)


@pytest.mark.parametrize(
    "point",
    [
        Point("inbox.add", "begun"),
        Point("inbox.add", "committed"),
        Point("inbox.done", "begun"),
        Point("inbox.done", "committed"),
    ],
    ids=str,
)
async def test_f3_f4_killed_around_the_answer_to_the_platform_each_event_has_one_effect(
    nursery: Nursery, tmp_path: Path, point: Point
) -> None:
    async with house(nursery, tmp_path) as it:
        process = await it.run(point)
        sundby, nordby, _ = it.towns
        emil, other = it.slack.person(sundby.places["Emil"]), it.teams.person(nordby.places["Emil"])
        typed, said = await asyncio.gather(emil.types("hjælp"), other.says("hjælp"))
        assert await process.end() == -signal.SIGKILL
        await it.run()
        again = await it.slack.retry_due()
        assert [each.answer.ok for each in again] == [True] * (not typed.answer.ok), (
            "Slack tells again what was not taken"
        )
        await it.slack.replay(typed)
        await it.teams.replay(said)
        await it.rest()
        kept = it.judge()
        it.one_effect(sundby, "Emil", 1)
        it.one_effect(nordby, "Emil", 1)
        assert len([row for row in kept.inbox if row["channel"] == "slack"]) == 1
