"""Many messages at once: inside Slack's limits, none twice, none lost, in the order of their due times."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.channel import Button, Field, Message
from bot.channels.slack.pace import PATIENCE, POST, UPDATE, Pace
from storage.records import OutboxState
from tests.slack.fake.faults import Limited
from tests.slack.office import FOUR, Office, Time, open_office

PEOPLE = 200


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with open_office(["T1", "T2"]) as office:
        yield office


async def due_at_four(office: Office) -> dict[str, float]:
    """Two hundred people in one workspace, due at several moments of one minute, written down in no order.

    The second at which each is due, by outgoing.
    """
    due = {}
    for n in range(PEOPLE):
        office.slack.add_user(f"U{n:04}", f"Person {n}")
        second = float((0, 0, 0, 7, 20, 45)[n * 7919 % 6])
        due[await office.queue(f"U{n:04}", due=FOUR + timedelta(seconds=second))] = second
    return due


def ids(office: Office, team: str = "T1") -> list[str]:
    """The outgoings that Slack took, in its order."""
    taken = [posted for posted in office.slack.ledger.posted if posted.team == team]
    return [(posted.metadata or {})["event_payload"]["id"] for posted in taken]


def seconds(office: Office, team: str = "T1") -> list[float]:
    """When Slack took each, after four o'clock."""
    taken = [posted for posted in office.slack.ledger.posted if posted.team == team]
    return [(posted.at - FOUR) / timedelta(seconds=1) for posted in taken]


async def in_order(office: Office, due: dict[str, float]) -> list[str]:
    """The outgoings by due time, and those due together as they were written down."""
    rows = [await office.row(id) for id in due]
    return [row.id for row in sorted(rows, key=lambda row: (due[row.id], row.order))]


async def test_s14_two_hundred_people_due_in_the_same_minute(office: Office) -> None:
    due = await due_at_four(office)
    await office.run_until_empty(120)
    assert office.slack.ledger.refusals == []
    assert ids(office) == await in_order(office, due)
    assert {(await office.row(id)).state for id in due} == {OutboxState.SENT}
    assert all(later - earlier >= 0.25 for earlier, later in pairwise(seconds(office)))
    assert seconds(office)[-1] < 60, "no slower than Slack asks for"
    first = dict(zip(ids(office), seconds(office), strict=True))
    assert all(first[id] >= second for id, second in due.items()), "nothing is early"


@pytest.mark.parametrize("retry_after", ["1", "30", None])
async def test_s14_a_429_in_the_middle_changes_no_order(office: Office, retry_after: str | None) -> None:
    due = await due_at_four(office)
    office.slack.fail_next("chat.postMessage", Limited(retry_after))
    running = asyncio.create_task(office.run_until_empty(240))
    while len(office.slack.ledger.posted) < 60 and not running.done():
        await asyncio.wait({running}, timeout=0.01)
    before = len(office.slack.ledger.posted)
    office.slack.fail_next("chat.postMessage", Limited(retry_after))
    await running
    assert ids(office) == await in_order(office, due)
    waited = float(retry_after or 30)
    gaps = [later - earlier for earlier, later in pairwise(seconds(office))]
    assert before < PEOPLE
    assert seconds(office)[0] >= waited
    assert max(gaps) >= waited
    assert [refused.error for refused in office.slack.ledger.refusals] == ["ratelimited"] * 2


async def test_s14_a_workspace_that_is_in_a_hurry_delays_no_other(office: Office) -> None:
    await due_at_four(office)
    office.slack.add_user("USIF", "Sif", team="T2")
    await office.queue("USIF", tenant="T2", due=FOUR + timedelta(seconds=2))
    await office.run_until_empty(120)
    assert seconds(office, "T2")[0] < 3


async def test_s14_what_takes_longer_to_draw_keeps_its_place(office: Office) -> None:
    """While its people are looked up, those behind it come to the line first."""
    picks = Field("leader", "person", "Hvem er din leder?", chosen=("p1",))
    send = Button("send", "Send", sends=True)
    before = await office.queue("CJOB")
    slow = await office.queue("UVERA", Message((), "Ny besked", card="c", fields=(picks,), buttons=(send,)))
    after = await office.queue("ULEO")
    await office.run_until_empty(30)
    assert ids(office) == [before, slow, after]


async def test_s14_one_message_a_second_in_a_channel(office: Office) -> None:
    wanted = [await office.queue("CJOB") for _ in range(5)]
    others = [await office.queue("UVERA"), await office.queue("ULEO")]
    await office.run_until_empty(30)
    assert office.slack.ledger.refusals == []
    assert [id for id in ids(office) if id in wanted] == wanted
    assert set(ids(office)[:3]) == {wanted[0], *others}, "a channel holds nobody else up"


async def test_s14_no_more_changes_of_messages_than_slack_takes(office: Office) -> None:
    posts = []
    for n in range(70):
        office.slack.add_user(f"U{n:04}", f"Person {n}")
        posts.append(await office.queue(f"U{n:04}"))
    await office.run_until_empty(60)
    office.time.clock.move_to(FOUR + timedelta(minutes=5))
    changes = [await office.queue(f"U{n:04}", replaces=post) for n, post in enumerate(posts)]
    await office.run_until_empty(180)
    assert office.slack.ledger.refusals == []
    assert [(updated.metadata or {})["event_payload"]["id"] for updated in office.slack.ledger.updates] == changes
    assert len(office.slack.ledger.posted) == 70


async def test_s14_after_a_restart_nothing_is_lost_or_doubled(office: Office) -> None:
    due = await due_at_four(office)
    running = asyncio.create_task(office.delivery.deliver())
    while len(office.slack.ledger.posted) < 60 and not running.done():
        await asyncio.wait({running}, timeout=0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    again = office.again()
    await again.delivery.recover()
    await again.run_until_empty(240)
    assert sorted(ids(office)) == sorted(due)


# The lines themselves


@pytest.fixture
def time() -> Time:
    return Time()


async def goes(pace: Pace, id: str, method: str = POST, tenant: str = "T1") -> float:
    return await pace.turn(tenant, method, id, id, pace.now() + PATIENCE)


async def test_s14_first_come_first_served(time: Time) -> None:
    pace, gone = Pace(time.now, time.pause), []

    async def go(id: str) -> None:
        if not await goes(pace, id):
            gone.append((id, time.now()))
            pace.leave("T1", POST, id)

    async with asyncio.TaskGroup() as group:
        for n in range(20):
            group.create_task(go(f"{n}"))
    assert gone == [(f"{n}", n * 0.25) for n in range(20)]


async def test_s14_nobody_stands_in_line_for_longer_than_patience(time: Time) -> None:
    pace = Pace(time.now, time.pause)
    waits = await asyncio.gather(*(goes(pace, f"{n}") for n in range(100)))
    assert time.now() <= PATIENCE
    gone = [wait for wait in waits if not wait]
    assert len(gone) == PATIENCE / 0.25 + 1
    assert waits[: len(gone)] == gone
    left = waits[len(gone) :]
    assert left == sorted(left)
    # Back in time for its turn, and not long before.
    assert all(0 <= 0.25 * n - wait <= PATIENCE / 2 for n, wait in enumerate(waits) if wait)


async def test_s14_who_comes_back_is_still_before_who_came_later(time: Time) -> None:
    pace = Pace(time.now, time.pause)
    pace.hold("T1", POST, 20)
    assert await goes(pace, "early") == 20
    time.clock.move_to(FOUR + timedelta(seconds=18))
    order: list[str] = []

    async def go(id: str) -> None:
        assert not await goes(pace, id)
        order.append(id)

    async with asyncio.TaskGroup() as group:
        group.create_task(go("late"))
        group.create_task(go("early"))
    assert order == ["early", "late"]


@pytest.mark.parametrize("seconds", [0.5, 30.0, 86400.0])
async def test_s14_a_429_holds_its_method_in_its_workspace_only(time: Time, seconds: float) -> None:
    pace = Pace(time.now, time.pause)
    pace.hold("T1", POST, seconds)
    assert not await goes(pace, "one", UPDATE)
    assert not await goes(pace, "two", tenant="T2")
    assert time.now() == 0
    wait = await goes(pace, "three")
    assert time.now() + wait >= seconds


async def test_s14_the_second_of_a_channel_begins_when_slack_has_taken_the_message(time: Time) -> None:
    pace = Pace(time.now, time.pause)
    assert not await pace.turn("T1", POST, "slow", "CJOB", PATIENCE)
    time.clock.move_to(FOUR + timedelta(seconds=0.4))
    pace.posted("T1", "CJOB")
    assert not await pace.turn("T1", POST, "next", "CJOB", PATIENCE)
    assert time.now() == pytest.approx(1.4, abs=0.01)


async def test_one_that_never_comes_back_is_forgotten(time: Time) -> None:
    pace = Pace(time.now, time.pause)
    for n in range(100):
        pace.queue("T1", POST, f"gone {n}")
    assert await goes(pace, "waits") > 0
    time.clock.move_to(FOUR + timedelta(minutes=5))
    assert await goes(pace, "goes") == 0


async def test_f10_slack_is_left_alone_for_longer_while_it_is_ill(time: Time) -> None:
    pace = Pace(time.now, time.pause)
    waits: list[float] = []
    for _ in range(9):
        pace.trouble("T1", POST)
        pace.trouble("T1", POST)  # two that were on their way together
        waits.append(pace.held("T1", POST))
        time.clock.move_to(FOUR + timedelta(seconds=time.now() + waits[-1]))
    assert waits == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    pace.well("T1", POST)
    pace.trouble("T1", POST)
    assert pace.held("T1", POST) == 5


async def test_s14_who_need_not_stay_in_line_is_told_at_once(time: Time) -> None:
    """And so comes back in time for its turn, before those who came later."""
    pace, told = Pace(time.now, time.pause), {}

    async def go(n: int) -> None:
        if wait := await goes(pace, f"{n}"):
            told[n] = (time.now(), wait)

    async with asyncio.TaskGroup() as group:
        for n in range(30):
            group.create_task(go(n))
        for _ in range(3):
            await asyncio.sleep(0)
        pace.hold("T1", POST, 5)
    assert min(told) == 20, "those who go in time stay"
    assert {at for at, _ in told.values()} == {0}


async def test_who_gives_up_in_the_line_lets_the_next_go(time: Time) -> None:
    pace = Pace(time.now, time.pause)
    assert not await goes(pace, "first")
    async with asyncio.TaskGroup() as group:
        hung = group.create_task(goes(pace, "second"))
        third = group.create_task(goes(pace, "third"))
        await asyncio.sleep(0)
        hung.cancel()
    assert third.result() == 0


async def test_f7_a_429_holds_for_the_process_that_has_the_lane_next(office: Office) -> None:
    """By method, as Slack counts: an answer that is no change of a message need not wait for those that are."""
    office.slack.add_user("UBO", "Bo")
    office.slack.add_user("UANNA", "Anna")
    old = await office.queue("UVERA")
    await office.run_until_empty(5)
    office.slack.fail_next(UPDATE, Limited("60"))
    await office.queue("UVERA", replaces=old)
    await office.delivery.deliver()
    await office.delivery.stop()
    office.time.clock.move_to(office.time.clock.now() + timedelta(seconds=20))
    other = office.again()
    begun = office.time.now()
    change = await other.queue("UBO", replaces=old)
    answer = await other.queue("UANNA")
    await other.delivery.deliver()
    states = [(await office.row(id)).state for id in (change, answer)]
    assert states == [OutboxState.PENDING, OutboxState.SENT]
    waits = ((await office.row(change)).not_before - FOUR) / timedelta(seconds=1) - begun
    assert waits >= 40 - PATIENCE
    assert other.api.pace.held("T1", UPDATE) == pytest.approx(40, abs=1)
    assert other.api.pace.held("T1", POST) == 0
