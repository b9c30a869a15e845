"""Many processes deliver: each message once, each lane by one of them, and none that hangs is in another's way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.channel import MESSAGE, End, Hold, Message, Outcome, Outgoing, Part
from bot.claims import BACK, HANGS, KEEP, LANE, LANES, LEASE, MOST, NoDoubt, Watch
from bot.clock import StandingClock
from bot.delivery import JITTER, LONGEST_BACKOFF, MOST_TRIES, Delivery
from bot.marks import Marks
from storage.claiming import Mark
from storage.records import AddressRow, OutboxRow, OutboxState
from storage.store import Store, StoreUnavailable, Work
from storage.tables import holds
from storage.vault import Vault
from tests.postgres import drop, fresh_database
from tests.running.fakes import HANG, FakePlatform
from tests.running.story import MONDAY

T = TypeVar("T")
SECOND = timedelta(seconds=1)


@dataclass
class Gated(FakePlatform):
    """A platform where what goes to `shut` tenants is silent until they open, and that can be told from outside."""

    shut: set[str] = field(default_factory=set)
    opens: asyncio.Event = field(default_factory=asyncio.Event)
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, outgoing: Outgoing, now: datetime) -> Outcome:
        """As the fake one, once its tenant is open."""
        if outgoing.to.tenant in self.shut:
            self.reached.set()
            await self.opens.wait()
        return await super().send(outgoing, now)


@dataclass
class House:
    """A database, a platform, and processes that deliver."""

    url: str
    is_shared: bool = True
    clock: StandingClock = field(default_factory=lambda: StandingClock(MONDAY))
    platform: Gated = field(default_factory=Gated)
    stores: list[Store] = field(default_factory=list)
    ended: list[tuple[str, OutboxState]] = field(default_factory=list)

    def store(self) -> Store:
        store = Store.open(self.url, Vault({"test": bytes(32)}, "test"))
        store.migrate()
        self.stores.append(store)
        return store

    def process(self, name: str, store: Store | None = None, watch: Watch | None = None) -> Delivery:
        """One more process, with a store of its own where the database can be shared."""
        return Delivery(
            store or (self.store() if self.is_shared else self.stores[0]),
            self.clock,
            {"playground": self.platform},
            ended=lambda row, state: self.ended.append((row.id, state)),
            watch=watch,
            random=lambda: 1.0,
            holder=name,
        )

    async def queue(self, text: str, tenant: str = "T1", place: str = "", **more: object) -> str:
        """Writes a message down, to a place of its own unless it is said; its id."""
        message = MESSAGE.dump_json(Message((Part(text),), "Ny besked")).decode()
        to, now = AddressRow("playground", tenant, place or f"{tenant} {text}"), self.clock.now()

        def unit(work: Work) -> OutboxRow:
            return work.outbox.add(to, message, "prompt", "exchange", now, **more)  # type: ignore[arg-type]

        return (await self.stores[0].run(unit)).id

    async def row(self, id: str) -> OutboxRow:
        return await self.stores[0].run(lambda work: work.outbox.get(id))

    async def state(self, id: str) -> OutboxState:
        return (await self.row(id)).state

    def sent(self) -> list[str]:
        return [taken.id for taken in self.platform.ledger]

    def texts(self, tenant: str) -> list[str]:
        return [taken.message.parts[0].text for taken in self.platform.ledger if taken.to.tenant == tenant]


@pytest.fixture(params=["file", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "file":
        yield f"sqlite:///{tmp_path}/shared.db"
        return
    url = fresh_database()
    yield url
    drop(url)


@pytest.fixture
async def house(url: str) -> AsyncIterator[House]:
    house = House(url)
    house.store()
    yield house
    for store in house.stores:
        await store.close()


@pytest.fixture
async def alone() -> AsyncIterator[House]:
    """A house of one process, in memory."""
    house = House("sqlite://", is_shared=False)
    house.store()
    yield house
    await house.stores[0].close()


class Around(Store):
    """A store that does something beside what it is asked for."""

    def __init__(self, inner: Store) -> None:
        self._inner = inner
        self.is_shared = True
        self.units = 0
        self.rings = 0
        self.heard: Callable[[], None] | None = None
        self.away = False
        self.lose: Callable[[object], bool] = lambda result: False
        self.gate: asyncio.Event | None = None
        self.reached = asyncio.Event()

    async def run(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        self.units += 1
        self.reached.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.away:
            raise StoreUnavailable("It is away.")
        result = await self._inner.run(unit, serial)
        if self.lose(result):
            raise StoreUnavailable("It broke off.")
        return result

    def ring(self) -> None:
        self.rings += 1

    def listen(self, on_ring: Callable[[], None]) -> None:
        self.heard = on_ring


# Once, whoever sends


async def test_f16_two_processes_send_each_message_once_and_in_order(house: House) -> None:
    one, two = house.process("one"), house.process("two")
    queued = [await house.queue(f"{n}", f"T{tenant}", f"{tenant}{n % 3}") for n in range(9) for tenant in range(4)]
    while len(house.sent()) < len(queued):
        await asyncio.gather(one.deliver(), two.deliver())
        house.clock.move_to(house.clock.now() + LANE + SECOND)
    assert sorted(house.sent()) == sorted(queued)
    assert {await house.state(id) for id in queued} == {OutboxState.SENT}
    for tenant in range(4):
        for place in range(3):
            got = house.platform.texts(f"{tenant}{place}")
            assert got == sorted(got)


async def test_f16_a_lane_is_one_process_alone_until_its_lease_ends(house: House) -> None:
    one, two = house.process("one"), house.process("two")
    first = await house.queue("first")
    await one.deliver()
    second, elsewhere = await house.queue("second"), await house.queue("elsewhere", "T2")
    house.clock.move_to(MONDAY + LANE)
    await two.deliver()
    assert house.sent() == [first, elsewhere]
    house.clock.move_to(MONDAY + LANE + SECOND)
    await two.deliver()
    assert house.sent() == [first, elsewhere, second]


async def test_f24_who_stops_leaves_its_lanes_to_others_at_once(house: House) -> None:
    one, two = house.process("one"), house.process("two")
    await house.queue("first")
    await one.deliver()
    await one.stop()
    second = await house.queue("second")
    await two.deliver()
    assert await house.state(second) == OutboxState.SENT


async def test_f16_what_was_claimed_before_a_long_stop_is_not_sent_after_it(house: House) -> None:
    """Another process has found that it was not sent, and has sent it."""
    one, two = house.process("one"), house.process("two")
    id = await house.queue("Hej")
    (stale,), _ = await one._claims.take()
    house.clock.move_to(MONDAY + timedelta(minutes=10))
    assert await two.recover(starting=False) == 0
    await two.deliver()
    assert house.sent() == [id]
    with capture_logs() as logged:
        await one._deliver_one(stale)
    assert house.sent() == [id]
    assert [entry["event"] for entry in logged] == ["late_end_refused"]
    assert (await house.row(id)).state == OutboxState.SENT


async def test_f14_while_nobody_knows_whose_lease_is_over_nothing_is_taken_for_stuck(house: House) -> None:
    """The clock that leases go by was set: another process is still sending."""
    one, two = house.process("one"), house.process("two", watch=NoDoubt(sees_leases=False))
    id = await house.queue("Hej")
    await one._claims.take()
    house.clock.move_to(MONDAY + timedelta(hours=1))
    await two.recover(starting=False)
    assert await house.state(id) == OutboxState.SENDING
    await house.process("three").recover(starting=False)
    assert await house.state(id) == OutboxState.PENDING


@pytest.mark.parametrize("both", [False, True], ids=["one knows an end", "each knows one"])
async def test_f11_after_the_database_was_away_who_knows_an_end_notes_it_before_others_guess(
    house: House, both: bool
) -> None:
    house.platform.cannot_look = True
    lost, gone = Around(house.store()), Around(house.store())
    one, two = house.process("one", lost), house.process("two", gone)
    id = await house.queue("Hej")
    (taken,), _ = await one._claims.take()
    other = await house.queue("Dav", "T2")
    (known,), _ = await two._claims.take()
    lost.away = gone.away = True
    for doing in (one._deliver_one(taken), two._deliver_one(known) if both else two.deliver()):
        with pytest.raises(StoreUnavailable):
            await doing
    house.clock.move_to(MONDAY + LEASE + SECOND)
    with pytest.raises(StoreUnavailable):
        await two.recover(starting=False)
    lost.away = gone.away = False
    await two.recover(starting=False)
    await one.recover(starting=False)
    assert await house.state(id) == OutboxState.SENT
    house.clock.move_to(MONDAY + LEASE + BACK + SECOND)
    await two.recover(starting=False)
    assert await house.state(id) == OutboxState.SENT
    assert (await house.state(other) == OutboxState.SENT) == both


async def test_f16_the_late_end_of_a_stale_sender_is_refused(house: House) -> None:
    """It had handed the message over when it was stopped; the other one has found it there."""
    one, two = house.process("one"), house.process("two")
    id = await house.queue("Hej")
    (stale,), _ = await one._claims.take()
    await house.platform.send(one._carrier.outgoing(stale), MONDAY)
    house.clock.move_to(MONDAY + LEASE + SECOND)
    await two.recover(starting=False)
    with capture_logs() as logged:
        await one._end(stale.row, Outcome(End.REFUSED, reason="late"))
    row = await house.row(id)
    assert (row.state, row.reference) == (OutboxState.SENT, f"ref-{id}")
    assert [entry["event"] for entry in logged] == ["late_end_refused"]
    assert house.ended == [(id, OutboxState.SENT)]


async def test_f16_a_platform_can_ask_whether_the_message_is_still_ours(alone: House) -> None:
    process = alone.process("one")
    await alone.queue("Hej", urgent=True)
    (taken,), _ = await process._claims.take()
    outgoing = process._carrier.outgoing(taken)
    assert outgoing.is_ours()
    assert outgoing.urgent
    alone.clock.move_to(MONDAY + LEASE)
    assert not outgoing.is_ours()


async def test_f11_what_was_claimed_as_the_database_went_is_sent_and_not_unknown(alone: House) -> None:
    """Nobody can look it up: only who claimed it knows that it was not sent."""
    alone.platform.cannot_look = True
    around = Around(alone.stores[0])
    process = alone.process("one", around)
    ids = [await alone.queue(f"{n}") for n in range(3)]
    around.lose = lambda result: bool(getattr(result, "claimed", ()))
    with pytest.raises(StoreUnavailable):
        await process.deliver()
    assert {await alone.state(id) for id in ids} == {OutboxState.SENDING}
    around.lose = lambda result: False
    await process.deliver()
    assert [(await alone.row(id)).attempts for id in ids] == [1, 1, 1]
    assert sorted(alone.sent()) == sorted(ids)


async def test_f11_what_was_claimed_as_the_database_went_for_longer_than_a_lease_is_sent(house: House) -> None:
    """The commit went through, and nobody heard of it until every lease was over."""
    house.platform.cannot_look = True
    around = Around(house.store())
    process, other = house.process("one", around), house.process("two")
    id = await house.queue("Hej")
    around.lose = lambda result: bool(getattr(result, "claimed", ()))
    with pytest.raises(StoreUnavailable):
        await process.deliver()
    around.lose, around.away = lambda result: False, True
    house.clock.move_to(MONDAY + LEASE + SECOND)
    with pytest.raises(StoreUnavailable):
        await process.deliver()
    around.away = False
    await process.deliver()
    await other.recover(starting=False)
    house.clock.move_to(house.clock.now() + SECOND)
    await process.deliver()
    assert (await house.state(id), house.sent()) == (OutboxState.SENT, [id])


# Nobody in another's way


async def test_f10_a_tenant_that_hangs_delays_no_other(alone: House) -> None:
    alone.platform.shut, alone.platform.abreast = {"T1"}, 3
    silent = [await alone.queue(f"{n}", "T1") for n in range(10)]
    process = alone.process("one")
    process.kick()
    await alone.platform.reached.wait()
    loud = [await alone.queue(f"{n}", "T2") for n in range(10)]
    all_loud = asyncio.Event()
    alone.platform.before = lambda: all_loud.set() if len(alone.platform.asked) == 10 else None
    process.kick()
    async with asyncio.timeout(10):
        await all_loud.wait()
        await asyncio.sleep(0)
    assert sorted(alone.sent()) == sorted(loud)
    states = [await alone.state(id) for id in silent]
    assert states.count(OutboxState.SENDING) == 3, "the others wait in the table"
    alone.platform.opens.set()
    await process.idle()
    assert {await alone.state(id) for id in silent} == {OutboxState.SENT}


async def test_f10_more_tenants_that_hang_than_are_served_at_a_time_delay_no_other(alone: House) -> None:
    alone.platform.shut = {f"T{n}" for n in range(LANES)}
    for tenant in [*sorted(alone.platform.shut), "T99"]:
        await alone.queue("Hej", tenant)
    loud = asyncio.Event()
    alone.platform.before = loud.set
    process = alone.process("one")
    process.kick()
    async with asyncio.timeout(10):
        await loud.wait()
    assert [asked.to.tenant for asked in alone.platform.asked] == ["T99"]
    alone.platform.opens.set()
    await process.idle()
    assert len(alone.sent()) == LANES + 1


async def test_f10_an_answer_overtakes_thousands_of_prompts(alone: House) -> None:
    alone.platform.abreast = 4
    for n in range(2000):
        await alone.queue(f"{n}")
    process = alone.process("one")
    answers: list[asyncio.Task[str]] = []

    def answer() -> None:
        if len(alone.platform.asked) > 9 and not answers:
            answers.append(asyncio.get_running_loop().create_task(alone.queue("answer", "T1", "here", urgent=True)))
            answers.append(asyncio.get_running_loop().create_task(alone.queue("answer", "T1", "T1 1999", urgent=True)))

    alone.platform.before = answer
    await process.deliver()
    texts = alone.texts("T1")
    assert len(texts) == 2002
    answered = [n for n, text in enumerate(texts) if text == "answer"]
    assert max(answered) < 60
    assert texts.index("1999") < max(answered), "what waits for the same person goes before it"


async def test_f10_thousands_of_one_tenant_delay_no_other(alone: House) -> None:
    alone.platform.abreast = 4
    for n in range(2000):
        await alone.queue(f"{n}", "T1")
    last = await alone.queue("last", "T2")
    await alone.process("one").deliver()
    assert alone.sent().index(last) < 10


async def test_tenants_are_served_in_turn(alone: House) -> None:
    """Also when there are more of them than are served at a time."""
    alone.platform.abreast = 2
    tenants = [f"T{n:02}" for n in range(LANES + 4)]
    for tenant in tenants:
        for n in range(10):
            await alone.queue(f"{n}", tenant)
    await alone.process("one").deliver()
    counts, apart = dict.fromkeys(tenants, 0), 0
    for asked in alone.platform.asked:
        counts[asked.to.tenant] += 1
        apart = max(apart, max(counts.values()) - min(counts.values()))
    assert set(counts.values()) == {10}
    assert apart <= 2 * alone.platform.abreast


async def test_those_that_were_not_served_are_served_before_those_that_were(alone: House) -> None:
    alone.platform.abreast = 2
    for n in range(3 * LANES):
        for place in range(4):
            await alone.queue(f"{place}", f"T{n:02}")
    process = alone.process("one")
    served: list[str] = []
    for _ in range(3):
        taken, _ = await process._claims.take()
        served += sorted({one.row.to.tenant for one in taken})
        for one in taken:
            process._claims.gone(one.row)
    assert sorted(served) == [f"T{n:02}" for n in range(3 * LANES)]


async def test_a_lane_where_all_must_wait_is_given_no_more_for_a_second(alone: House) -> None:
    """And then some more, as far as there is room: they wait in the table, and not in and out of it."""
    alone.platform.abreast = 5
    alone.platform.answers.extend([Outcome(End.LATER, after=60, counts=False)] * 1000)
    for n in range(100):
        await alone.queue(f"{n}")
    process = alone.process("one")
    await process.deliver()
    assert len(alone.platform.asked) < 20
    urgent = await alone.queue("answer", "T1", "here", urgent=True)
    await process.deliver()
    assert alone.platform.asked[-1].id == urgent, "an answer may be of another sort, which need not wait"


# What a platform asks for


async def test_f7_what_a_platform_asks_one_process_for_holds_for_the_next(house: House) -> None:
    """Also when it asked while a message waits where it is, and when the process stops."""
    one, two = house.process("one"), house.process("two")
    await house.queue("first")
    await one.deliver()
    house.platform.holds = [Hold("T1", "chat.update", 60.0), Hold("T2", "chat.update", 60.0)]
    await one.deliver()
    house.platform.holds = [Hold("T1", "chat.postMessage", 30.0)]
    house.clock.move_to(MONDAY + LANE)
    await one.stop()
    await house.queue("second")
    await two.deliver()
    assert sorted(house.platform.obeyed, key=lambda hold: hold.what) == [
        Hold("T1", "chat.postMessage", 30.0),
        Hold("T1", "chat.update", 50.0),
    ], "no other tenant's: its lane is not taken"
    assert len(house.sent()) == 2


async def test_f7_what_a_platform_asks_for_is_written_down_at_once_though_others_hang(alone: House) -> None:
    """Not when there is room for more: if this process dies now, the next would ask too early."""
    alone.platform.abreast = 16
    alone.platform.answers.extend([Outcome(End.LATER, after=60, counts=False), *[HANG] * 15])
    alone.platform.before = lambda: alone.platform.holds.append(Hold("T1", "chat.update", 60.0))
    for n in range(17):
        await alone.queue(f"{n}")
    delivering = asyncio.create_task(alone.process("one").deliver())
    async with asyncio.timeout(60):
        while not await alone.stores[0].run(lambda work: work.lanes.asked("playground", "T1", MONDAY)):
            assert not delivering.done()
    delivering.cancel()
    with pytest.raises(asyncio.CancelledError):
        await delivering


async def test_what_a_platform_asked_for_is_forgotten_when_it_is_over(alone: House) -> None:
    """It may name a conversation."""
    process = alone.process("one")
    alone.platform.holds = [Hold("T1", "a conversation", 60.0)]
    await process.deliver()

    async def kept() -> int:
        await process.recover(starting=False)
        return len(await alone.stores[0].run(lambda work: work.lanes._all(select(holds))))

    assert await kept() == 1
    alone.clock.move_to(MONDAY + timedelta(seconds=60))
    assert await kept() == 0


async def test_f7_who_keeps_its_lane_is_not_told_what_it_heard_itself(house: House) -> None:
    one = house.process("one")
    for n in range(3):
        await house.queue(f"{n}")
        await one.deliver()
        house.platform.holds = [Hold("T1", "chat.update", 60.0)]
        house.clock.move_to(house.clock.now() + KEEP)
    assert house.platform.obeyed == []


async def test_f7_what_a_platform_asks_for_while_the_database_is_away_is_written_down_later(alone: House) -> None:
    around = Around(alone.stores[0])
    process, other = alone.process("one", around), alone.process("two")
    alone.platform.holds = [Hold("T1", "chat.update", 60.0)]
    around.away = True
    with pytest.raises(StoreUnavailable):
        await process.deliver()
    around.away = False
    await process.deliver()
    await alone.queue("Hej")
    await other.deliver()
    assert alone.platform.obeyed == [Hold("T1", "chat.update", 60.0)]


# Nobody in another's way, also when something fails


async def test_f11_an_end_that_cannot_be_noted_stops_no_taking_while_another_tenant_hangs(alone: House) -> None:
    around = Around(alone.stores[0])
    alone.platform.shut = {"T1"}
    process = alone.process("one", around)
    process.start()
    silent = await alone.queue("silent", "T1")
    await alone.platform.reached.wait()
    sent, lost = asyncio.Event(), asyncio.Event()

    def lose(result: object) -> bool:
        if isinstance(result, set):
            lost.set()
        return isinstance(result, set)

    around.lose = lose
    alone.platform.before = sent.set
    broken = await alone.queue("broken", "T2")
    process.kick()
    await lost.wait()
    around.lose = lambda result: False
    sent.clear()
    healthy = await alone.queue("healthy", "T3")
    async with asyncio.timeout(60):
        await sent.wait()
        while (states := [await alone.state(id) for id in (broken, healthy)]) != [OutboxState.SENT] * 2:
            assert OutboxState.UNKNOWN not in states
    assert await alone.state(silent) == OutboxState.SENDING, "what is on its way is not broken off"
    alone.platform.opens.set()
    await process.stop()
    assert await alone.state(silent) == OutboxState.SENT


async def test_f11_after_the_database_was_away_others_are_served_while_one_hangs(alone: House) -> None:
    around = Around(alone.stores[0])
    alone.platform.shut = {"T1"}
    process = alone.process("one", around)
    silent = await alone.queue("silent", "T1")
    process.kick()
    await alone.platform.reached.wait()
    around.reached.clear()
    around.away = True
    with capture_logs() as logged:
        process.kick()
        await around.reached.wait()
        for _ in range(9):  # as far as it comes
            await asyncio.sleep(0)
    assert [entry["event"] for entry in logged] == ["take_failed"]
    around.away, sent = False, asyncio.Event()
    alone.platform.before = sent.set
    await alone.queue("healthy", "T2")
    process.kick()
    async with asyncio.timeout(60):
        await sent.wait()
    alone.platform.opens.set()
    await process.idle()
    assert await alone.state(silent) == OutboxState.SENT


async def test_f16_a_lane_with_messages_on_their_way_stays_with_who_has_them(house: House) -> None:
    """However long they take, and though it has no room for more."""
    house.platform.shut, house.platform.abreast = {"T1"}, 2
    one, two = house.process("one"), house.process("two")
    for n in range(4):
        await house.queue(f"{n}")
    delivering = asyncio.create_task(one.deliver())
    await house.platform.reached.wait()
    for _ in range(5):
        house.clock.move_to(house.clock.now() + KEEP)
        await one._claims.take()
        assert await two.deliver() == 0
    house.platform.opens.set()
    await delivering
    assert len(house.sent()) == 4


async def test_f10_a_hundred_tenants_that_hang_with_all_they_have_leave_room_for_others(alone: House) -> None:
    alone.platform.abreast = 48

    def fill(work: Work) -> None:
        for tenant in range(100):
            for n in range(48):
                to = AddressRow("playground", f"hangs {tenant}", f"{n}")
                work.outbox.add(to, "{}", "prompt", "exchange", MONDAY)

    await alone.stores[0].run(fill)
    claims = alone.process("one")._claims
    silent = 0
    while taken := (await claims.take())[0]:
        silent += len(taken)
    assert silent < MOST
    await alone.queue("healthy", "T1")
    taken, _ = await claims.take()
    assert [one.row.to.tenant for one in taken] == ["T1"]


async def test_f10_a_tenant_that_hangs_is_given_less_and_more_when_it_is_back(alone: House) -> None:
    alone.platform.abreast = 8
    claims = alone.process("one")._claims
    for n in range(40):
        await alone.queue(f"{n}")
    given = []
    for hangs in (True, True, False, False, False):
        taken, _ = await claims.take()
        given.append(len(taken))
        alone.clock.move_to(alone.clock.now() + (HANGS if hangs else SECOND))
        for one in taken:
            claims.learn(one.row, Outcome(End.UNKNOWN if hangs else End.SENT))
            claims.gone(one.row)
    assert given == [8, 1, 1, 2, 4]


async def test_f10_an_answer_to_a_tenant_that_hangs_goes_beside_what_hangs(alone: House) -> None:
    alone.platform.abreast = 2
    claims = alone.process("one")._claims
    for n in range(4):
        await alone.queue(f"{n}")
    for one in (await claims.take())[0]:
        alone.clock.move_to(MONDAY + HANGS)
        claims.learn(one.row, Outcome(End.UNKNOWN))
        claims.gone(one.row)
    assert len((await claims.take())[0]) == 1
    answer = await alone.queue("answer", urgent=True)
    assert [one.row.id for one in (await claims.take())[0]] == [answer]


async def test_f11_who_is_cancelled_while_it_takes_puts_back_all_of_it(house: House) -> None:
    """Also when its unit of work has not begun, for the store's threads are busy: it is not begun later unseen."""
    around = Around(house.store())
    one, two = house.process("one", around), house.process("two")
    ids = [await house.queue(f"{n}") for n in range(3)]
    around.gate = asyncio.Event()
    taking = asyncio.create_task(one._claims.take())
    await around.reached.wait()
    taking.cancel()
    for _ in range(9):  # as far as it comes
        await asyncio.sleep(0)
    assert not taking.done()
    around.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await taking
    assert {await house.state(id) for id in ids} == {OutboxState.SENDING}
    await one.stop()
    assert [(row.state, row.attempts) for row in [await house.row(id) for id in ids]] == [(OutboxState.PENDING, 0)] * 3
    await two.deliver()
    assert sorted(house.sent()) == sorted(ids)


# Ends


async def test_what_becomes_too_late_while_it_waits_expires(alone: House) -> None:
    alone.platform.answers.append(Outcome(End.LATER, after=60, counts=False))
    process = alone.process("one")
    id = await alone.queue("Hej", not_after=MONDAY + timedelta(seconds=30))
    await process.deliver()
    alone.clock.move_to(MONDAY + timedelta(seconds=60))
    await process.deliver()
    assert (await alone.state(id), alone.sent()) == (OutboxState.EXPIRED, [])
    assert alone.ended == [(id, OutboxState.EXPIRED)]


async def test_whoever_counts_is_told_of_each_end_once(alone: House) -> None:
    alone.platform.answers.extend(
        [Outcome(End.LATER), Outcome(End.SENT, "ref"), Outcome(End.REFUSED), Outcome(End.UNKNOWN)]
    )
    alone.platform.cannot_look = True
    process = alone.process("one")
    ids = [await alone.queue(f"{n}", "T1", "here") for n in range(3)]
    await process.deliver()
    assert alone.ended == list(zip(ids, (OutboxState.SENT, OutboxState.REFUSED, OutboxState.UNKNOWN), strict=True))


async def test_f7_each_try_is_longer_after_the_one_before_and_never_at_the_same_time(alone: House) -> None:
    alone.platform.answers.extend([Outcome(End.LATER, after=600)] * MOST_TRIES)
    process = alone.process("one")
    id = await alone.queue("Hej")
    waits = []
    for _ in range(MOST_TRIES - 1):
        await process.deliver()
        at = (await alone.row(id)).not_before
        waits.append((at - alone.clock.now()) / SECOND)
        alone.clock.move_to(at)
    assert waits == [wait * (1 + JITTER) for wait in (600, 1200, 2400, LONGEST_BACKOFF, LONGEST_BACKOFF)]
    await process.deliver()
    assert await alone.state(id) == OutboxState.REFUSED


async def test_f14_without_the_right_time_nothing_is_sent_and_nothing_expires(alone: House) -> None:
    due = await alone.queue("due")
    late = await alone.queue("late", not_after=MONDAY)
    alone.clock.move_to(MONDAY + timedelta(days=1))
    await alone.process("one", watch=NoDoubt(sends=False, trusted=False)).deliver()
    assert [await alone.state(id) for id in (due, late)] == [OutboxState.PENDING] * 2
    await alone.process("one", watch=NoDoubt(sends=True, trusted=False)).deliver()
    assert [await alone.state(id) for id in (due, late)] == [OutboxState.SENT, OutboxState.PENDING]
    await alone.process("one").deliver()
    assert await alone.state(late) == OutboxState.EXPIRED


async def test_what_ends_while_another_is_noted_is_noted_together(alone: House) -> None:
    around = Around(alone.stores[0])
    process = alone.process("one", around)
    ids = [await alone.queue(f"{n}", urgent=True) for n in range(5)]
    taken, _ = await process._claims.take()
    marks = Marks(around, lambda row, state: alone.ended.append((row.id, state)))
    around.units, around.gate, around.reached = 0, asyncio.Event(), asyncio.Event()

    def note(n: int) -> asyncio.Task[None]:
        row = taken[n].row
        return asyncio.create_task(marks.note(row, Mark(row.id, row.token, OutboxState.SENT)))

    first = note(0)
    await around.reached.wait()
    others = []
    for n in range(1, 5):
        others.append(note(n))
        for _ in range(3):  # as far as it comes
            await asyncio.sleep(0)
    around.gate.set()
    await asyncio.gather(first, *others)
    assert around.units == 2
    assert {id for id, _ in alone.ended} == set(ids)


async def test_f21_an_end_that_cannot_be_noted_keeps_no_other_from_it(alone: House) -> None:
    process = alone.process("one")
    ids = [await alone.queue(f"{n}") for n in range(3)]
    taken, _ = await process._claims.take()
    rows = {one.row.id: one.row for one in taken}
    ends = [OutboxState.SENT, OutboxState.PENDING, OutboxState.SENT]
    noting = [process._marks.note(rows[id], Mark(id, rows[id].token, end)) for id, end in zip(ids, ends, strict=True)]
    noted = await asyncio.gather(*noting, return_exceptions=True)
    assert [type(failure).__name__ for failure in noted] == ["NoneType", "ValueError", "NoneType"]
    assert [await alone.state(id) for id in ids] == [OutboxState.SENT, OutboxState.SENDING, OutboxState.SENT]


# Hearing of it


async def test_a_kick_rings_and_a_ring_kicks_without_ringing_again(alone: House) -> None:
    around = Around(alone.stores[0])
    process = alone.process("one", around)
    process.start()
    assert around.heard is not None
    id = await alone.queue("Hej")
    around.heard()
    await process.idle()
    assert (await alone.state(id), around.rings) == (OutboxState.SENT, 0)
    process.kick()
    await process.stop()
    assert around.rings == 1


async def test_it_looks_by_itself_for_what_nobody_told_it(alone: House) -> None:
    process = alone.process("one")
    alive = [process.alive]
    process.start()
    alive.append(process.alive)
    sent = asyncio.Event()
    alone.platform.before = sent.set
    await alone.queue("Hej")
    async with asyncio.timeout(20):
        await sent.wait()
    await process.stop()
    await asyncio.sleep(0)
    assert [*alive, process.alive] == [False, True, False]
