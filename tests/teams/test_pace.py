"""Many messages at once (T12): inside every limit of Teams, none twice, none lost, in the order of their due times."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from heapq import heappop, heappush
from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from bot.channel import Hold
from bot.channels.teams.calls import Answer, Fate
from bot.channels.teams.pace import ALL, FEW, JITTER, PATIENCE, WINDOWS, Pace
from bot.clock import StandingClock
from storage.records import OutboxState
from tests.slack.office import FOUR, TURNS, Time
from tests.teams.fake.faults import T10, Refuse
from tests.teams.fake.limits import Limits
from tests.teams.fake.things import User
from tests.teams.office import Office, open_office

SENT = OutboxState.SENT
OTHER = "99999999-aaaa-4aaa-8aaa-999999999999"


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with open_office() as office:
        yield office


def places(office: Office, what: str = "send") -> list[str]:
    """Where Teams took a message, in its order."""
    return [call.where for call in office.teams.ledger.accepted if call.what == what]


def seconds(office: Office, *what: str) -> list[float]:
    """When Teams took each call, after four o'clock."""
    return [(call.at - FOUR) / timedelta(seconds=1) for call in office.teams.ledger.of(*what or ("send",))]


async def crowd(office: Office, number: int) -> dict[str, User]:
    """So many people, each with a message due at four, by outgoing."""
    people = [await office.meet(f"Person {n}") for n in range(number)]
    return {await office.queue(person): person for person in people}


async def all_came(office: Office, due: dict[str, User]) -> None:
    """Each has theirs once, in order, and nothing was refused."""
    assert office.teams.ledger.refused == []
    assert places(office) == [office.teams.personal(person).id for person in due.values()]
    assert {(await office.row(id)).state for id in due} == {SENT}


async def test_t12_five_hundred_people_due_in_the_same_minute(office: Office) -> None:
    due = await crowd(office, 500)
    again = office.again(random=random.Random(4).random)
    await again.run_until_empty(120)
    await all_came(office, due)
    assert seconds(office)[-1] < 25, "no slower than Teams asks for"


async def test_t12_many_people_who_have_no_chat_yet(office: Office) -> None:
    """Two calls for each: the conversation, and the message."""
    people = [office.teams.add_user(f"Person {n}", installed=True) for n in range(200)]
    due = {await office.queue(person): person for person in people}
    await office.run_until_empty(200)
    assert office.teams.ledger.refused == []
    assert sorted(places(office, "create")) == sorted(person.aad for person in people)
    assert sorted(places(office)) == sorted(office.teams.personal(person).id for person in people)
    assert {(await office.row(id)).state for id in due} == {SENT}


async def test_t12_many_messages_for_one_person(office: Office) -> None:
    vera = await office.meet("Vera Holm")
    due = [await office.queue(vera, f"Nummer {n}") for n in range(90)]
    await office.run_until_empty(200)
    assert office.teams.ledger.refused == []
    assert [(await office.row(id)).reference.split("|")[1] for id in due] == [post.id for post in office.posts(vera)]
    assert 30 < seconds(office)[-1] < 60


async def test_t12_a_tenant_that_is_in_a_hurry_delays_no_other(office: Office) -> None:
    await crowd(office, 200)
    office.teams.add_tenant(OTHER, "Søby")
    sif = await office.meet("Sif Krog", OTHER)
    await office.queue(sif)
    await office.run_until_empty(60)
    (at,) = [call.at for call in office.teams.ledger.of("send") if call.tenant == OTHER]
    assert at - FOUR < timedelta(seconds=1)


async def test_t12_a_tenant_that_must_wait_delays_no_other(office: Office) -> None:
    due = await crowd(office, 20)
    office.teams.add_tenant(OTHER, "Søby")
    sif = await office.meet("Sif Krog", OTHER)
    for person in list(due.values())[:2]:
        office.teams.fail_next(office.teams.personal(person).id, Refuse(429, "Throttled", "600"))
    await office.delivery.deliver()
    assert len(places(office)) < 20
    assert (await office.send(sif)).state == SENT
    await office.run_until_empty(1200)
    assert {(await office.row(id)).state for id in due} == {SENT}


@pytest.mark.parametrize("after", ["0", "1", "30", "86400", None, "abc"])
async def test_t12_a_429_is_respected_and_nothing_is_lost(office: Office, after: str | None) -> None:
    vera, leo = await office.meet("Vera Holm"), await office.meet("Leo Dahl")
    office.teams.fail_next(office.teams.personal(vera).id, *[Refuse(429, "Throttled", after)] * 3)
    due = [await office.queue(person) for person in (vera, leo)]
    await office.run_until_empty(86400 * 5)
    assert {(await office.row(id)).state for id in due} == {SENT}
    assert seconds(office)[1] < 1, "another conversation goes on"
    least = float(after) if after and after.isdigit() else 5.0
    tries = [(call.at - FOUR) / timedelta(seconds=1) for call in office.teams.ledger.of("send") if call.status == 429]
    assert all(later - earlier >= least for earlier, later in pairwise([*tries, seconds(office)[-1]]))


async def test_t12_a_429_that_does_not_say_how_long_is_waited_out_longer_each_time(office: Office) -> None:
    vera = await office.meet("Vera Holm")
    office.teams.fail_next("send", *[T10["Throttled"]] * 5)
    await office.queue(vera)
    await office.run_until_empty(3600)
    gaps = [later - earlier for earlier, later in pairwise(seconds(office))]
    assert all(later > earlier for earlier, later in pairwise(gaps))


async def test_t12_two_conversations_that_have_had_enough_are_the_whole_tenant(office: Office) -> None:
    due = await crowd(office, 40)
    for person in list(due.values())[:2]:
        office.teams.fail_next(office.teams.personal(person).id, Refuse(429, "Throttled", "60"))
    await office.run_until_empty(300)
    assert {(await office.row(id)).state for id in due} == {SENT}
    assert len([at for at in seconds(office) if at < 60]) == 2
    assert len(office.teams.ledger.accepted) == 40


async def test_t12_after_a_restart_nothing_is_lost_or_doubled(office: Office) -> None:
    due = await crowd(office, 100)
    running = asyncio.create_task(office.delivery.deliver())
    while len(places(office)) < 30 and not running.done():
        await asyncio.wait({running}, timeout=0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    again = office.again()
    await again.delivery.recover()
    await again.run_until_empty(240)
    states = [(await office.row(id)).state for id in due]
    assert len(places(office)) == len(set(places(office)))
    assert states.count(SENT) + states.count(OutboxState.UNKNOWN) == 100


# The lines themselves


class Quick:
    """A clock for very many who wait: when nobody does anything else, whoever waits least goes on."""

    def __init__(self) -> None:
        self._now = 0.0
        self._waiting: list[tuple[float, int, asyncio.Event]] = []
        self._numbers = count()

    async def __aenter__(self) -> Quick:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    def now(self) -> float:
        """Seconds since four."""
        return self._now

    async def pause(self, seconds: float) -> None:
        """Waits on this clock."""
        bell = asyncio.Event()
        heappush(self._waiting, (self._now + seconds, next(self._numbers), bell))
        await bell.wait()

    async def _run(self) -> None:
        while True:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            if self._waiting:
                end, _, bell = heappop(self._waiting)
                self._now = max(self._now, end)
                bell.set()


def a_pace(time: Time, chance: float = 0.0) -> Pace:
    return Pace(time.now, time.pause, lambda: chance)


async def goes(pace: Pace, id: str, place: str = "", tenant: str = "T1") -> float:
    wait = await pace.turn(tenant, place or id, id, pace.now() + PATIENCE)
    if not wait:
        pace.leave(tenant, id)
    return wait


@tries(max_examples=60, deadline=None)
@given(
    gaps=st.lists(st.floats(0, 40), min_size=1, max_size=80),
    chances=st.lists(st.floats(0, 1), min_size=1),
    delays=st.lists(st.floats(0, 0.05), min_size=1),
)
async def test_t12_whatever_comes_no_window_is_ever_too_full(
    gaps: list[float], chances: list[float], delays: list[float]
) -> None:
    """One conversation and the others beside it; each call takes a while to arrive."""
    time, chance, n = Time(), iter(chances * 1000), 0
    pace = Pace(time.now, time.pause, lambda: next(chance, 0.5))
    here: list[float] = []
    everywhere: list[float] = []
    for gap in gaps * 3:
        time.clock.move_to(time.clock.now() + timedelta(seconds=gap if n % 10 == 0 else 0))
        n += 1
        place = "here" if n % 2 else f"p{n}"
        if await goes(pace, f"{n}", place):
            continue
        arrived = pace.now() + delays[n % len(delays)]
        everywhere.append(arrived)
        if place == "here":
            here.append(arrived)
            time.clock.move_to(FOUR + timedelta(seconds=arrived))
            pace.learn("T1", place, Answer(Fate.DONE))
    for most, within in WINDOWS:
        assert all(later - first > within for first, later in zip(here, here[most:], strict=False))
    assert all(later - first > 1 for first, later in zip(sorted(everywhere), sorted(everywhere)[30:], strict=False))


async def test_t12_first_come_first_served() -> None:
    time = Time()
    pace, gone = a_pace(time), []

    async def go(id: str) -> None:
        if not await goes(pace, id):
            gone.append((id, time.now()))

    async with asyncio.TaskGroup() as group:
        for n in range(50):
            group.create_task(go(f"{n}"))
    assert [id for id, _ in gone] == [f"{n}" for n in range(50)]
    assert gone[-1][1] == pytest.approx(49 / 27, abs=0.01)


async def test_t12_two_thousand_people() -> None:
    """Two hundred on their way at a time, as delivery does it; the fake's own limits judge."""
    judge, sent = Limits(), []
    async with Quick() as time:
        pace, room = Pace(time.now, time.pause, random.Random(4).random), asyncio.Semaphore(200)

        async def go(id: str) -> None:
            wait = 1.0
            while wait:
                async with room:
                    pace.queue("T1", id)
                    wait = await goes(pace, id)
                await time.pause(wait)
            judge.take(id, "T1", FOUR + timedelta(seconds=time.now()))
            sent.append(id)

        await asyncio.gather(*(go(f"{n}") for n in range(2000)))
    assert sorted(sent) == sorted({f"{n}" for n in range(2000)})
    assert time.now() < 95, "no slower than Teams asks for"


async def test_t12_nobody_stands_in_line_for_longer_than_patience() -> None:
    time = Time()
    pace = a_pace(time)
    waits = await asyncio.gather(*(goes(pace, f"{n}") for n in range(300)))
    assert time.now() <= PATIENCE + 0.1
    gone = [wait for wait in waits if not wait]
    assert 90 < len(gone) < 115
    left = waits[len(gone) :]
    assert left == sorted(left)


async def test_t12_who_comes_back_is_still_before_who_came_later() -> None:
    time = Time()
    pace, order = a_pace(time), []
    assert not await goes(pace, "first")
    pace.learn("T1", "first", Answer(Fate.BUSY, 503))
    assert await goes(pace, "early") == pytest.approx(5)
    time.clock.move_to(FOUR + timedelta(seconds=4))

    async def go(id: str) -> None:
        assert not await goes(pace, id)
        order.append(id)

    async with asyncio.TaskGroup() as group:
        group.create_task(go("late"))
        group.create_task(go("early"))
    assert order == ["early", "late"]


async def test_t12_a_teams_that_is_ill_is_left_alone_for_longer_each_time() -> None:
    time = Time()
    pace, waits = a_pace(time), []
    for n in range(10):
        pace.learn("T1", "p", Answer(Fate.LOST, 502))
        pace.learn("T1", "q", Answer(Fate.LOST, 502))
        waits.append(pace.wait("T1", f"{n}"))
        time.clock.move_to(time.clock.now() + timedelta(seconds=waits[-1]))
    assert waits == pytest.approx([5, 10, 20, 40, 80, 160, 300, 300, 300, 300])
    assert not await goes(pace, "a")
    began = pace.now()
    assert await pace.turn("T1", "b", "b", began + 1) > 0, "one at a time, to see how it is"
    pace.learn("T1", "a", Answer(Fate.DONE, 201))
    assert not await goes(pace, "c")
    assert not pace.is_ill("T1")


async def test_t12_chance_adds_and_never_takes_away() -> None:
    for chance in (0.0, 0.5, 1.0):
        pace = a_pace(Time(), chance)
        pace.learn("T1", "p", Answer(Fate.LIMITED, 429, after=10))
        assert pace.wait("T1", "p") == pytest.approx(10 * (1 + JITTER * chance))
        assert pace.wait("T1", "another") == 0


async def test_t12_what_is_idle_is_forgotten() -> None:
    clock = StandingClock(FOUR)
    time = Time(clock)
    pace = a_pace(time)
    for hour in range(4):
        clock.move_to(FOUR + timedelta(hours=2 * hour))
        for n in range(FEW):
            pace.learn("T1", f"{hour} {n}", Answer(Fate.DONE))
            await pace.next_part("T1", f"{hour} {n}")
    assert len(pace._places) <= 2 * FEW


async def test_f7_what_teams_asked_another_process_for_holds_here() -> None:
    """For a conversation, and for a tenant in which two were refused."""
    time = Time()
    mine, other = a_pace(time), a_pace(time)
    mine.learn("T1", "a", Answer(Fate.LIMITED, after=60.0))
    assert mine.heard() == [Hold("T1", "a", 60.0)]
    assert mine.heard() == []
    mine.learn("T1", "b", Answer(Fate.LIMITED, after=30.0))
    heard = mine.heard()
    assert heard == [Hold("T1", ALL, 30.0), Hold("T1", "b", 30.0)]
    for hold in (Hold("T1", "a", 60.0), *heard):
        other.obey(hold)
    assert [other.wait("T1", place) for place in "abc"] == [60.0, 30.0, 30.0]
    assert other.wait("T2", "a") == 0.0
    assert other.heard() == [], "it is written down already"
