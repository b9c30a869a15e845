"""Clocks that are set, stepped and wrong: nothing is said early, twice or all at once, and leases do not care."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import pytest

from bot.clock import StandingClock, SystemClock
from bot.tick import Ticker
from bot.watch import HOLDS, JUMP, OFF, SETTLES, SLOW, Watch
from storage.records import PromptRow
from storage.store import Store, Work
from tests.running.exchange import MONDAY, arrived, prompts, under_way
from tests.running.fakes import Waiting
from tests.stage.play import KEY, WORDS, Play

T = TypeVar("T")

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
BOOT = 1000.0
GREETING = datetime(2026, 5, 8, 13, 0, tzinfo=UTC)
"""When Emil is wished a good time."""


class Hands:
    """A machine whose clock somebody sets, while time passes."""

    def __init__(self, wall: datetime) -> None:
        self.wall = wall
        self.boot = BOOT
        self.clock = SystemClock(lambda: self.wall, lambda: self.boot)

    def passes(self, span: timedelta) -> None:
        """Time goes by."""
        self.wall += span
        self.boot += span.total_seconds()

    def is_set(self, by: timedelta) -> None:
        """Somebody sets the clock."""
        self.wall += by


@pytest.fixture
def hands() -> Hands:
    return Hands(GREETING - 2 * HOUR)


@pytest.fixture
async def running(play: Play) -> Play:
    """Emil's exchange of one week is about to begin, and what was due until now is said."""
    await under_way(play)
    await play.until(GREETING - 2 * HOUR)
    return play


def ticker(play: Play, hands: Hands, watch: Watch) -> Ticker:
    return Ticker(play.store, WORDS, hands.clock, play.house, watch)


async def greeting(play: Play) -> PromptRow:
    (row,) = await prompts(play.store, "greeting")
    return row


# The clock that nobody sets


@pytest.mark.parametrize("by", [HOUR, -HOUR, DAY, -DAY])
def test_f14_leases_pass_evenly_whatever_the_clock_is_set_to(hands: Hands, by: timedelta) -> None:
    began = hands.clock.steady()
    assert began == hands.clock.now()
    hands.is_set(by)
    assert hands.clock.steady() == began
    assert hands.clock.now() == began + by
    hands.passes(MINUTE)
    assert hands.clock.steady() == began + MINUTE


def test_leases_follow_the_time_that_was_agreed_upon(hands: Hands) -> None:
    theirs = hands.wall - 7 * MINUTE
    assert hands.clock.agree(theirs) == 7 * MINUTE
    hands.passes(MINUTE)
    hands.is_set(DAY)
    assert hands.clock.steady() == theirs + MINUTE


def test_the_machines_own_clock_is_of_one_piece() -> None:
    clock = SystemClock()
    assert abs(clock.now() - clock.steady()) < HOUR
    assert clock.passed() <= clock.passed()
    assert clock.now().tzinfo is UTC
    standing = StandingClock(MONDAY)
    assert standing.steady() == standing.now() == MONDAY


# The guard


async def believed(watch: Watch) -> bool:
    """Whether a look at the clock says that it is right."""
    await watch.look()
    return watch.trusted


@pytest.mark.parametrize("by", [HOUR, -HOUR, DAY, -DAY, timedelta(seconds=JUMP + 1), -timedelta(seconds=JUMP + 1)])
async def test_f14_a_clock_that_jumped_is_believed_when_it_is_back(play: Play, hands: Hands, by: timedelta) -> None:
    watch = Watch(play.store, hands.clock)
    assert await believed(watch)
    hands.is_set(by)
    for _ in range(5):
        hands.passes(MINUTE)
        assert not await believed(watch)
        assert watch.sends
        assert ("ahead of" if by > timedelta(0) else "behind") in watch.reason
    hands.is_set(-by)
    assert await believed(watch)
    assert not watch.reason


@pytest.mark.parametrize("by", [HOUR, -HOUR, DAY, -DAY])
async def test_f14_a_clock_that_jumped_is_believed_when_it_has_held(play: Play, hands: Hands, by: timedelta) -> None:
    watch = Watch(play.store, hands.clock)
    await watch.look()
    hands.is_set(by)
    await watch.look()
    hands.passes(timedelta(seconds=HOLDS - 1))
    assert not await believed(watch)
    hands.passes(timedelta(seconds=1))
    assert await believed(watch)
    hands.is_set(-by)
    assert not await believed(watch), "back is a jump by now"


async def test_f14_a_clock_that_keeps_jumping_is_not_believed(play: Play, hands: Hands) -> None:
    watch = Watch(play.store, hands.clock)
    await watch.look()
    for _ in range(10):
        hands.is_set(HOUR)
        hands.passes(timedelta(seconds=HOLDS - 1))
        assert not await believed(watch)


async def test_f14_small_steps_and_a_slow_drift_are_no_jump(play: Play, hands: Hands) -> None:
    watch = Watch(play.store, hands.clock)
    for _ in range(100):
        hands.passes(timedelta(seconds=5))
        hands.is_set(timedelta(seconds=JUMP - 1))
        assert await believed(watch)


async def test_a_machine_that_slept_has_not_jumped(play: Play, hands: Hands) -> None:
    """What nobody can set goes on in its sleep."""
    watch = Watch(play.store, hands.clock)
    await watch.look()
    hands.passes(3 * DAY)
    assert await believed(watch)


# What is due, by a clock that jumps


@pytest.mark.parametrize("by", [2 * HOUR, DAY, 3 * DAY])
async def test_f14_a_clock_set_forward_says_nothing_early_and_nothing_twice(
    running: Play, hands: Hands, by: timedelta
) -> None:
    watch = Watch(running.store, hands.clock)
    await watch.look()
    ticks = ticker(running, hands, watch)
    before = await arrived(running, "Emil")
    hands.is_set(by)
    for _ in range(9):
        assert await ticks.tick() == 0
        hands.passes(MINUTE)
    hands.is_set(-by)
    assert await ticks.tick() == 0
    assert (await greeting(running)).state == "pending"
    hands.passes(GREETING - hands.wall)
    assert await ticks.tick() == 1
    assert await ticks.tick() == 0
    running.clock.move_to(hands.wall)
    await running.delivery.deliver()
    new = (await arrived(running, "Emil"))[len(before) :]
    assert [at for at, _ in new] == [GREETING]


@pytest.mark.parametrize("by", [-HOUR, -DAY, -3 * DAY])
async def test_f14_a_clock_set_back_says_nothing_twice(running: Play, hands: Hands, by: timedelta) -> None:
    watch = Watch(running.store, hands.clock)
    await watch.look()
    ticks = ticker(running, hands, watch)
    hands.passes(2 * HOUR)
    assert await ticks.tick() == 1
    hands.is_set(by)
    for _ in range(30):
        assert await ticks.tick() == 0
        hands.passes(MINUTE)
    hands.is_set(-by)
    hands.passes(timedelta(seconds=HOLDS))
    await ticks.tick()
    assert (await greeting(running)).state == "said"
    running.clock.move_to(hands.wall)
    await running.delivery.deliver()
    assert sum("God fornøjelse" in text for _, text in await arrived(running, "Emil")) == 1


async def test_f14_a_clock_that_stays_days_ahead_is_no_burst(running: Play, hands: Hands) -> None:
    """It has held: then it is as if the machine had been away, and what is too late is missed."""
    watch = Watch(running.store, hands.clock)
    await watch.look()
    ticks = ticker(running, hands, watch)
    before = await arrived(running, "Emil")
    hands.is_set(6 * DAY)
    assert await ticks.tick() == 0
    hands.passes(timedelta(seconds=HOLDS))
    assert await ticks.tick() > 0
    running.clock.move_to(hands.wall)
    await running.delivery.deliver()
    assert len(await arrived(running, "Emil")) - len(before) <= 1
    assert (await greeting(running)).state == "missed"


async def test_f14_a_step_that_sets_the_clock_right_holds_nothing_up(running: Play, hands: Hands) -> None:
    ticks = ticker(running, hands, Watch(running.store, hands.clock))
    assert await ticks.tick() == 0
    hands.passes(2 * HOUR)
    hands.is_set(timedelta(seconds=20))
    assert await ticks.tick() == 1


# The database's clock decides


class Beside(Waiting):
    """A store whose database has a clock of its own, set right, or `ahead`; it may be slow to say what it shows."""

    def __init__(self, inner: Store, hands: Hands) -> None:
        super().__init__(inner, 0, inner.close)
        self.is_shared = True
        self.hands = hands
        self.ahead = timedelta(0)
        self.slow = timedelta(0)

    async def run(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        """As the real one, but for the time."""
        got = await super().run(unit, serial)
        right = GREETING - 2 * HOUR + timedelta(seconds=self.hands.boot - BOOT) + self.ahead
        self.hands.passes(self.slow)
        return right if got is None else got  # type: ignore[return-value]


@pytest.fixture
def beside(play: Play, hands: Hands) -> Beside:
    return Beside(play.store, hands)


@pytest.mark.parametrize("by", [HOUR, -HOUR, DAY, -DAY, timedelta(seconds=OFF + 1), -timedelta(seconds=OFF + 1)])
async def test_f14_a_process_whose_clock_is_off_the_databases_says_and_sends_nothing(
    beside: Beside, hands: Hands, by: timedelta
) -> None:
    watch = Watch(beside, hands.clock)
    hands.is_set(by)
    assert not await believed(watch)
    assert not watch.sends
    assert ("ahead of the database's" if by > timedelta(0) else "behind the database's") in watch.reason
    assert hands.clock.steady() == hands.wall - by, "its leases are right all the same"
    hands.is_set(-by)
    assert await believed(watch), "set right, it is right at once"
    assert (watch.sends, watch.reason) == (True, "")


async def test_f14_a_process_whose_clock_is_nearly_right_goes_on(beside: Beside, hands: Hands) -> None:
    watch = Watch(beside, hands.clock)
    hands.is_set(timedelta(seconds=OFF))
    assert await believed(watch)
    assert watch.sends


async def test_f14_where_the_databases_clock_jumps_with_ours_nothing_due_is_said(beside: Beside, hands: Hands) -> None:
    watch = Watch(beside, hands.clock)
    assert await believed(watch)
    hands.is_set(DAY)
    beside.ahead = DAY
    assert not await believed(watch)
    assert watch.sends
    hands.is_set(-DAY)
    beside.ahead = timedelta(0)
    assert await believed(watch)


async def test_f16_what_the_database_said_before_a_pause_is_not_its_time_any_more(beside: Beside, hands: Hands) -> None:
    watch = Watch(beside, hands.clock)
    assert await believed(watch)
    before = hands.clock.steady()
    beside.slow = timedelta(seconds=SLOW + 1)
    assert await believed(watch)
    assert hands.clock.steady() - before == beside.slow
    hands.is_set(HOUR)
    assert await believed(watch), "nobody has said when it is"
    beside.slow = timedelta(seconds=SLOW)
    assert not await believed(watch)


async def test_f14_before_the_database_has_said_when_it_is_nothing_is_sent(beside: Beside, hands: Hands) -> None:
    watch = Watch(beside, hands.clock)
    assert (watch.sends, watch.trusted) == (False, False)
    beside.slow = timedelta(seconds=SLOW + 1)
    assert not await believed(watch)
    assert not watch.sends
    beside.slow = timedelta(0)
    assert await believed(watch)
    assert watch.sends


@pytest.mark.parametrize("step", [HOUR, -HOUR, timedelta(minutes=1)])
async def test_f14_when_the_clock_of_leases_is_set_no_lease_is_over_for_a_while(
    beside: Beside, hands: Hands, step: timedelta
) -> None:
    watch = Watch(beside, hands.clock)
    await watch.look()
    sees = [watch.sees_leases]
    beside.ahead = step
    hands.is_set(step)
    await watch.look()
    sees.append(watch.sees_leases)
    hands.passes(timedelta(seconds=SETTLES + 1))
    await watch.look()
    sees.append(watch.sees_leases)
    assert sees == [True, False, True]


async def test_the_database_says_when_it_is(url: str, play: Play) -> None:
    """PostgreSQL by its own clock; SQLite has ours."""
    store = Store.open(url, KEY)
    store.migrate()
    theirs = await store.run(lambda work: work.meta.now())
    watch = Watch(store, hands_far_away := Hands(MONDAY).clock)
    assert await believed(watch) is (theirs is None)
    assert watch.sends is (theirs is None)
    assert (hands_far_away.steady() == MONDAY) is (theirs is None)
    assert theirs is None or theirs.tzinfo is UTC
    await store.close()
