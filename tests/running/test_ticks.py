"""Time passes: each prompt is said once, at its time, whatever breaks, restarts or moves."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
import structlog

from bot.channel import Part
from bot.condition import facts, findings
from bot.moment import Moment, Told
from bot.planning import worker
from bot.programme.calendar import Worker, within_hours
from bot.programme.schedule import EXCHANGE_KINDS, LOGBOOK, MOST_A_DAY, SILENT, latest
from bot.programme.spread import spread
from bot.scheduler import Ticking
from bot.script import Due, House
from bot.settings import Settings
from bot.tick import LEASE, MOST_LOST, MOST_TRIES, Ticker
from bot.turns.house import house as build_house
from bot.turns.pushes import CHOSEN, ON_TIME
from storage.records import PersonRow, PromptRow, Takeaway, new_id
from storage.store import StoreUnavailable, Work
from tests.conftest import ROOT
from tests.running.exchange import (
    EXCHANGE,
    FIRST,
    MONDAY,
    WEEK,
    arrived,
    boxes,
    goes_on,
    plan_anew,
    prompts,
    under_way,
)
from tests.running.fakes import Failpoint, Killed
from tests.stage.play import WORDS, Play

T = TypeVar("T")

OVER = datetime(2026, 9, 20, 10, tzinfo=UTC)
"""When everything in the exchange is over, also the deletion of what was private."""

ENDS = {"said": 4, "answered": 3, "missed": 3, "cancelled": 1}
"""How many prompts of its logbook and its weeks end in which way when nobody writes anything."""

COPENHAGEN = ZoneInfo("Europe/Copenhagen")


@pytest.fixture
async def running(play: Play) -> Play:
    """Emil's exchange of one week is about to begin."""
    await under_way(play)
    return play


@pytest.mark.parametrize("minutes", [0, 3])
async def test_what_is_spread_comes_equally_later_to_each_and_ends_as_ever(running: Play, minutes: int) -> None:
    over = timedelta(minutes=minutes)
    planned = {(row.recipient, row.kind, row.day): row.at for row in await prompts(running.store)}
    running.house = replace(running.house, spread=over)
    running.build()
    for _ in range(2):  # planned anew it stays where it is
        await plan_anew(running)
        rows = await prompts(running.store)
        assert {(row.recipient, row.kind, row.day): row.at for row in rows} == {
            key: spread(at, key[0], over, Worker()) for key, at in planned.items()
        }
    rows = await prompts(running.store)
    later = {(row.recipient, row.at - planned[row.recipient, row.kind, row.day]) for row in rows}
    assert len(later) == len({recipient for recipient, _ in later}) == len({recipient for recipient, *_ in planned})
    await running.until(OVER)
    assert Counter(row.state for row in await prompts(running.store) if row.kind in LOGBOOK) == ENDS


async def undisturbed() -> tuple[dict[str, Counter[str]], int]:
    """What everybody gets when nothing breaks, and how many units of work that takes."""
    play = Play(MONDAY)
    await under_way(play)
    counting = Failpoint(play.store, die=lambda: None)
    play.store = counting
    play.build()
    await play.until(OVER)
    got = await boxes(play.store)
    assert {row.kind for row in await prompts(play.store) if row.state == "pending"} == {"close.shared"}
    await play.close()
    return got, counting.count


# Killed on the way


def kill() -> None:
    raise Killed


@pytest.mark.parametrize("committed", [False, True], ids=["begun", "committed"])
@pytest.mark.parametrize("first", range(1, 8))
async def test_f16_killed_at_any_unit_of_work_nothing_is_lost_or_doubled(first: int, committed: bool) -> None:
    """Each of seven runs is killed at every seventh unit of work, and goes on after each."""
    wanted, _ = await undisturbed()
    play = Play(MONDAY)
    await under_way(play)
    inner, deaths = play.store, 0
    for _ in range(1000):
        play.store = Failpoint(inner, first + 14 * (deaths % 3), committed=committed, die=kill)
        play.build()
        try:
            await goes_on(play, OVER)
            break
        except Killed:
            deaths += 1
    assert deaths
    assert await boxes(inner) == wanted
    await play.close()


@pytest.mark.parametrize("when", ["begun", "committed"])
@pytest.mark.parametrize("part", [0.1, 0.35, 0.6, 0.85])
async def test_f1_f2_a_process_killed_for_good_is_gone_on_with(tmp_path: Path, part: float, when: str) -> None:
    wanted, units = await undisturbed()
    url = f"sqlite:///{tmp_path}/killed.db"
    play = Play(MONDAY, url)
    await under_way(play)
    await play.close()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.running.killed", url, OVER.isoformat(), str(round(units * part)), when, cwd=ROOT
    )
    assert await process.wait() == -signal.SIGKILL
    again = Play(MONDAY, url)
    await goes_on(again, OVER)
    assert await boxes(again.store) == wanted
    await again.close()


async def test_f16_two_tickers_at_once_say_each_thing_once(tmp_path: Path) -> None:
    wanted, _ = await undisturbed()
    url = f"sqlite:///{tmp_path}/two.db"
    one = Play(MONDAY, url)
    await under_way(one)
    two = Play(MONDAY, url)
    while (at := await one.ticker.next_at()) is not None and at <= OVER:
        for play in (one, two):
            play.clock.move_to(at)
        await asyncio.gather(*(play.ticker.tick() for play in (one, two, one, two)))
        await asyncio.gather(*(play.delivery.deliver() for play in (one, two)))
    await one.delivery.deliver()
    assert await boxes(one.store) == wanted
    await one.close()
    await two.close()


# What fails sinks alone


def probing(house: House, bad: set[str], seen: list[str]) -> House:
    """The house with one more thing due, which fails for some."""

    def tell(moment: Moment, row: PromptRow) -> Told:
        seen.append(row.subject)
        if row.subject in bad:
            raise RuntimeError(f"cannot say {row}")
        return Told([Part(f"Om {row.subject}")])

    return replace(house, prompts={**house.prompts, "probe": Due(tell=tell)})


async def test_f21_a_prompt_that_always_fails_sinks_alone(play: Play) -> None:
    seat = await play.seat("Lone")
    now = play.clock.now()

    def unit(work: Work) -> None:
        for subject in ("good", "bad", "better"):
            work.prompts.add(PromptRow(new_id(), seat.id, subject, "probe", now.date(), now))

    await play.store.run(unit)
    seen: list[str] = []
    ticker = Ticker(play.store, WORDS, play.clock, probing(build_house(), {"bad"}, seen))
    for _ in range(MOST_TRIES + 2):
        await ticker.tick()
        await ticker.tick()  # not before its lease is over
        play.clock.move_to(play.clock.now() + LEASE)
    await play.delivery.deliver()
    told = [text for _, text in await arrived(play, "Lone")]
    assert sorted(text for text in told if text.startswith("Om")) == ["Om better", "Om good"]
    states = await play.store.run(lambda work: [work.prompts.of(subject)[0].state for subject in ("good", "bad")])
    assert states == ["said", "missed"]
    assert seen.count("bad") == 1 + MOST_TRIES


async def test_f21_a_deletion_that_fails_is_tried_again_every_day_and_is_never_missed(play: Play) -> None:
    """It was promised: who operates it sees it in the log, and with `vidsyn doctor`."""
    seat = await play.seat("Lone")
    begun = play.clock.now()
    row = PromptRow(new_id(), seat.id, "exchange", "close.delete", begun.date(), begun)
    await play.store.run(lambda work: work.prompts.add(row))
    seen: list[datetime] = []

    def act(moment: Moment, prompt: PromptRow) -> str:
        seen.append(moment.now)
        if moment.now < begun + timedelta(days=3):
            raise RuntimeError("cannot")
        return "answered"

    house = build_house()
    house = replace(house, prompts={**house.prompts, "close.delete": Due(act=act)})
    ticker = Ticker(play.store, WORDS, play.clock, house)
    with structlog.testing.capture_logs() as heard:
        for _ in range(MOST_TRIES + 2):
            await ticker.tick()
            play.clock.move_to(play.clock.now() + LEASE)
    kept = await play.store.run(lambda work: work.prompts.get(row.id))
    assert kept.state == "pending"
    (said,) = [entry for entry in heard if entry["event"] == "housekeeping_put_off"]
    assert (said["prompts"], said["kinds"], said["log_level"]) == ([row.id], ["close.delete"], "error")
    assert len(seen) == 1 + MOST_TRIES

    for n in range(1, 4):
        play.clock.move_to(begun + timedelta(days=n, hours=1))
        seen_by_doctor = await play.store.run(lambda work: facts(work, play.clock))
        assert seen_by_doctor.overdue == (n > 2)
        assert any("deletions" in str(it) for it in findings(seen_by_doctor, Settings(_env_file=None))) == (n > 2)
        await ticker.tick()
    assert len(seen) == 1 + MOST_TRIES + 3, "once a day"
    assert (await play.store.run(lambda work: work.prompts.get(row.id))).state == "answered"


async def test_a_plan_made_anew_on_the_way_spares_what_is_being_done(running: Play) -> None:
    def act(moment: Moment, row: PromptRow) -> str:
        moment.work.prompts.plan(row.recipient, row.subject, [], EXCHANGE_KINDS, moment.now)
        return "answered"

    house = build_house()
    house = replace(house, prompts={**house.prompts, "greeting": Due(act=act)})
    running.clock.move_to(datetime(2026, 5, 8, 13, 0, tzinfo=UTC))
    await Ticker(running.store, WORDS, running.clock, house).tick()
    seat = await running.seat("Emil")
    left = [(row.kind, row.state) for row in await prompts(running.store) if row.recipient == seat.id]
    assert ("greeting", "answered") in left
    assert "pending" not in [state for _, state in left]


async def test_what_is_due_to_one_comes_in_one_message(play: Play) -> None:
    seat = await play.seat("Lone")
    now = play.clock.now()
    for subject in ("one", "two"):
        row = PromptRow(new_id(), seat.id, subject, "probe", now.date(), now)
        await play.store.run(lambda work, row=row: work.prompts.add(row))  # type: ignore[misc]
    await Ticker(play.store, WORDS, play.clock, probing(build_house(), set(), [])).tick()
    await play.delivery.deliver()
    assert sum("Om one" in text and "Om two" in text for _, text in await arrived(play, "Lone")) == 1


# Late


@pytest.mark.parametrize("late", range(1, 120, 5))
async def test_f17_nothing_unasked_is_said_at_night(running: Play, late: int) -> None:
    """The machine was away; whenever it comes back, people hear of it inside their hours."""
    people = {
        seat.name: worker(await seat.person()) for seat in [await running.seat(name) for name in ("Emil", "Lone")]
    }
    await running.until(datetime(2026, 5, 17, tzinfo=UTC))
    before = {name: len(await arrived(running, name.split()[0])) for name in people}
    running.clock.move_to(datetime(2026, 5, 18, 7, tzinfo=UTC) + timedelta(hours=late))
    now = running.clock.now()
    await running.ticker.tick()
    await running.delivery.deliver()
    at_work = {name: within_hours(hours, now) == now for name, hours in people.items()}
    for name in people:
        if not at_work[name]:
            assert len(await arrived(running, name.split()[0])) == before[name]


async def test_f17_what_waited_for_the_morning_is_said_then(running: Play) -> None:
    await running.until(datetime(2026, 5, 17, tzinfo=UTC))
    running.clock.move_to(datetime(2026, 5, 19, 1, tzinfo=UTC))
    await running.stage.move_to(datetime(2026, 5, 19, 12, tzinfo=UTC))
    (debrief,) = await prompts(running.store, "debrief")
    assert debrief.state == "said"
    assert debrief.at.astimezone(COPENHAGEN).hour in range(8, 16)


@pytest.mark.parametrize("hours", [3, 8, 72, 80])
@pytest.mark.parametrize("since", range(4, 24, 2))
async def test_f17_after_hours_away_each_hears_little_and_nothing_too_late(
    running: Play, since: int, hours: int
) -> None:
    """Whenever the machine went, whenever it comes back: what is too late is missed, and no day has a burst."""
    gone = datetime(2026, 5, 12, since, tzinfo=UTC)
    await running.until(gone)
    before = {name: len(await arrived(running, name)) for name in ("Emil", "Lone")}
    running.clock.move_to(gone + timedelta(hours=hours))
    back = running.clock.now()
    await running.ticker.tick()
    await running.delivery.deliver()
    for name, count in before.items():
        seat = await running.seat(name)
        his = worker(await seat.person())
        rows = [row for row in await prompts(running.store) if row.recipient == seat.id and gone < row.at <= back]
        for row in rows:
            if row.kind not in SILENT:
                assert row.state != "pending", "it waits for another time, and that is its time by now"
                assert (row.state == "said") <= (back < latest(row.kind, row.at, his))
        said = {row.kind for row in rows if row.state == "said"} - SILENT
        assert len(await arrived(running, name)) - count <= min(len(said), MOST_A_DAY)
        if within_hours(his, back) != back:
            assert said <= set(CHOSEN)


async def test_f12_who_could_not_be_told_just_now_holds_nobody_up_and_is_told_later(running: Play) -> None:
    await running.until(datetime(2026, 5, 15, 14, tzinfo=UTC))
    running.clock.move_to(datetime(2026, 5, 18, 9, tzinfo=UTC))

    whole = running.store

    def in_the_way() -> None:
        raise StoreUnavailable

    async def waiting() -> set[str]:
        rows = await prompts(whole)
        return {row.recipient for row in rows if row.state == "pending" and row.at <= running.clock.now()}

    running.store = Failpoint(whole, 2, die=in_the_way)  # the first takes what is due, the second tells somebody
    running.build()
    due = await waiting()
    assert len(due) > 1
    await running.ticker.tick()
    assert len(await waiting() & due) == 1
    running.clock.move_to(running.clock.now() + LEASE)
    await running.ticker.tick()
    assert not await waiting() & due


async def test_f11_a_store_that_is_away_is_not_asked_for_each_of_them(running: Play) -> None:
    await running.until(datetime(2026, 5, 8, 4, tzinfo=UTC))
    running.clock.move_to(datetime(2026, 6, 11, 9, tzinfo=UTC))
    at = running.clock.now()

    def many(work: Work) -> None:
        for n in range(20):
            work.prompts.add(PromptRow(new_id(), f"somebody {n}", EXCHANGE, "probe", at.date(), at))

    await running.store.run(many)

    class Away(Failpoint):
        async def run(self, unit: Callable[[Work], T], serial: bool = True) -> T:
            if self.count:
                self.count += 1
                raise StoreUnavailable
            return await super().run(unit, serial)

    running.store = away = Away(running.store, die=kill)
    running.build()
    with pytest.raises(StoreUnavailable):
        await running.ticker.tick()
    assert away.count == 1 + MOST_LOST


async def test_f24_who_ends_says_nothing_more(running: Play) -> None:
    running.clock.move_to(datetime(2026, 5, 11, 14, tzinfo=UTC))
    running.ticker.ends()
    assert await running.ticker.tick() == 0
    running.build()
    assert await running.ticker.tick() > 0


async def test_f17_three_days_away_are_no_burst(running: Play) -> None:
    before = Counter({name: sum(box.values()) for name, box in (await boxes(running.store)).items()})
    running.clock.move_to(datetime(2026, 5, 14, 10, tzinfo=UTC))
    await running.ticker.tick()
    await running.delivery.deliver()
    after = Counter({name: sum(box.values()) for name, box in (await boxes(running.store)).items()})
    assert (after - before)["Emil"] <= 2  # the hello that still waited, and one push
    states = Counter(row.state for row in await prompts(running.store, "log") if row.day < date(2026, 5, 14))
    assert set(states) == {"missed"}


async def test_t18_three_misses_are_asked_about_once(running: Play) -> None:
    await running.until(OVER)
    closed = [row.state for row in await prompts(running.store, "log.close")]
    assert "missed" not in closed
    seat = await running.seat("Emil")
    talks = await running.store.run(
        lambda work: [row.dialog for row in work.conversations.of_subject(EXCHANGE) if row.person == seat.id]
    )
    assert talks.count("misses") == 1


# Where people are


async def change(play: Play, name: str, **fields: object) -> PersonRow:
    seat = await play.seat(name)
    person = replace(await seat.person(), **fields)  # type: ignore[arg-type]
    await play.store.run(lambda work: work.people.update(person))
    return person


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kathmandu", "Atlantic/Azores"])
@pytest.mark.parametrize("hour", [6, 14, 21])
async def test_f15_who_moves_to_another_zone_gets_one_prompt_a_day_there(running: Play, zone: str, hour: int) -> None:
    await running.until(datetime(2026, 5, 12, hour, tzinfo=UTC))
    await change(running, "Emil", zone=zone)
    await plan_anew(running)
    await running.until(OVER)
    rows = await prompts(running.store)
    assert len({(row.recipient, row.kind, row.day) for row in rows}) == len(rows)
    assert {row.kind for row in rows if row.state == "pending"} == {"close.shared"}
    moved = [row for row in rows if row.kind == "log" and row.day > date(2026, 5, 12)]
    assert moved
    assert all(row.at.astimezone(ZoneInfo(zone)).date() == row.day for row in moved)
    cards = [text for _, text in await arrived(running, "Emil")]
    assert sum(text.startswith("Logbog") or "dag er lukket" in text for text in cards) <= len(WEEK)


async def test_f15_i2_who_moves_after_a_late_approval_is_asked_to_prepare_once(play: Play) -> None:
    """Approved in the evening it is due the next day; where the person moved to, it was the day before."""
    play.clock.move_to(datetime(2026, 5, 4, 16, tzinfo=UTC))
    await change(play, "Emil", zone="Asia/Almaty")
    await under_way(play)

    def unprepared(work: Work) -> None:
        work.exchanges.update(replace(work.exchanges.get(EXCHANGE), state="approved"))

    await play.store.run(unprepared)
    await plan_anew(play)
    await play.until(datetime(2026, 5, 5, 6, tzinfo=UTC))
    assert [row.state for row in await prompts(play.store, "prep")] == ["said"]
    await change(play, "Emil", zone="America/New_York")
    await plan_anew(play)
    await play.until(datetime(2026, 5, 8, tzinfo=UTC))
    assert [(row.day, row.state) for row in await prompts(play.store, "prep")] == [(date(2026, 5, 5), "said")]


@pytest.mark.parametrize(
    ("start", "finish"),
    [(date(2026, 10, 23), time(15, 0)), (date(2027, 3, 26), time(15, 0)), (date(2027, 3, 26), time(2, 30))],
    ids=["October", "March", "in the gap"],
)
async def test_f15_one_prompt_for_each_local_date_when_the_clocks_change(start: date, finish: time) -> None:
    days = tuple(start + timedelta(days=n) for n in range(5))
    play = Play(datetime.combine(start - timedelta(days=14), time(8), COPENHAGEN).astimezone(UTC))
    await change(play, "Emil", working_days=tuple(range(7)))
    await under_way(play, days, finish)
    await play.until(datetime.combine(days[-1] + timedelta(days=30), time(12), UTC))
    rows = await prompts(play.store, "log")
    assert len({row.day for row in rows}) == len(rows)
    assert {row.day for row in rows} <= set(days)
    assert all(row.at.astimezone(COPENHAGEN).date() == row.day for row in rows)
    assert all(row.state not in {"pending", "cancelled"} for row in rows)
    sunday = next(day for day in days if day.weekday() == 6)
    if start.month == 10:
        assert sunday in {row.day for row in rows}
    await play.close()


# The scheduler


async def test_what_has_expired_is_forgotten(running: Play) -> None:
    now, second = running.clock.now(), timedelta(seconds=1)
    emil = (await running.seat("Emil")).id

    def keep(work: Work) -> None:
        for secret, expires in (("old", now), ("new", now + second)):
            work.takeaways.put(secret, Takeaway(emil, "mine.txt", "text/plain", "Alt"), secret, 0, expires)

    await running.store.run(keep)
    await running.ticker.tick()
    assert await running.store.run(lambda work: work.takeaways.sweep(now)) == 0
    assert await running.store.run(lambda work: work.takeaways.find("new", now)) is not None


async def test_the_scheduler_ticks_and_never_twice_at_once() -> None:
    ticks = asyncio.Event()
    count = busy = most = 0

    async def tick() -> None:
        nonlocal count, busy, most
        count, busy = count + 1, busy + 1
        most = max(most, busy)
        for _ in range(3):
            await asyncio.to_thread(lambda: None)
        busy -= 1
        if count == 3:
            ticks.set()

    ticking = Ticking(tick, seconds=0.05)
    ticking.start()
    async with asyncio.timeout(30):
        await ticks.wait()
    ticking.stop()
    assert most == 1


@pytest.fixture
async def ticked(running: Play) -> AsyncIterator[Play]:
    ticking = Ticking(running.ticker.tick, seconds=0.05)
    ticking.start()
    yield running
    ticking.stop()


async def test_what_is_due_is_said_by_the_scheduler_alone(ticked: Play) -> None:
    ticked.clock.move_to(datetime(2026, 5, 8, 13, 1, tzinfo=UTC))
    async with asyncio.timeout(30):
        while (await prompts(ticked.store, "greeting"))[0].state == "pending":
            pass  # each look waits for the store, and lets the scheduler run
    await ticked.delivery.deliver()
    assert any("God fornøjelse" in text for _, text in await arrived(ticked, "Emil"))


def test_what_may_come_at_night_is_named() -> None:
    assert not SILENT & set(CHOSEN)
    assert timedelta(0) < ON_TIME < timedelta(hours=1)
    assert WEEK[0] == FIRST
