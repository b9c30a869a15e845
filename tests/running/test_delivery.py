"""Every message ends in a named state, in order for its reader, and never twice."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import pytest
from structlog.testing import capture_logs

from bot.channel import MESSAGE, Channel, End, Message, Outcome, Outgoing, Part
from bot.claims import LEASE, Taken
from bot.clock import StandingClock
from bot.delivery import ASK_AGAIN, LOOK_BACK, MOST_TRIES, Delivery
from storage.claiming import Mark
from storage.records import AddressRow, OutboxRow, OutboxState
from storage.store import Store, StoreUnavailable, Work
from storage.vault import Vault
from tests.running.fakes import HANG, LOST, Answer, FakePlatform
from tests.running.story import MONDAY
from tests.storage.claims import claim

T = TypeVar("T")
SECRET = "Hemmelig tanke om chefen"


@dataclass
class Post:
    """A post office: a store with nothing but messages in it, and the platform they go to."""

    store: Store
    clock: StandingClock
    platform: FakePlatform
    delivery: Delivery

    async def queue(self, text: str, place: str = "here", channel: str = "playground", **more: object) -> str:
        """Writes a message down to be sent; its id."""
        message = MESSAGE.dump_json(Message((Part(text),), "Ny besked")).decode()
        to = AddressRow(channel, "local", place)
        now = self.clock.now()

        def unit(work: Work) -> OutboxRow:
            return work.outbox.add(to, message, "answer", "exchange", now, **more)  # type: ignore[arg-type]

        return (await self.store.run(unit)).id

    async def row(self, id: str) -> OutboxRow:
        return await self.store.run(lambda work: work.outbox.get(id))

    async def state(self, id: str) -> OutboxState:
        return (await self.row(id)).state

    async def dies_sending(self, id: str, *, arrived: bool) -> None:
        """The process is killed after it claimed the message: before the platform took it, or after."""
        (row,) = await self.store.run(lambda work: claim(work, self.clock.now(), 1))
        assert row.id == id
        if arrived:
            await self.platform.send(self.outgoing(row), self.clock.now())

    def outgoing(self, row: OutboxRow) -> Outgoing:
        """The message as the platform gets it."""
        return self.delivery._carrier.outgoing(Taken(row))

    def restarted(self) -> Delivery:
        return Delivery(self.store, self.clock, {"playground": self.platform}, patience=0.05)


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    store = Store.open("sqlite://", Vault({"test": bytes(32)}, "test"))
    store.migrate()
    clock, platform = StandingClock(MONDAY), FakePlatform()
    delivery = Delivery(store, clock, {"playground": platform}, patience=0.05, random=lambda: 0.0)
    yield Post(store, clock, platform, delivery)
    await store.close()


def later(after: float = 0.0) -> Outcome:
    return Outcome(End.LATER, reason="busy", after=after)


# The five ends


async def test_sent(post: Post) -> None:
    id = await post.queue("Hej")
    await post.delivery.deliver()
    row = await post.row(id)
    assert (row.state, row.reference, row.payload) == (OutboxState.SENT, f"ref-{id}", "")
    assert post.platform.texts("here") == ["Hej"]


async def test_refused(post: Post) -> None:
    post.platform.answers.append(Outcome(End.REFUSED, reason="blocked"))
    id = await post.queue("Hej")
    await post.delivery.deliver()
    row = await post.row(id)
    assert (row.state, row.reason, row.payload) == (OutboxState.REFUSED, "blocked", "")


async def test_f18_cancelled_by_a_withdrawal(post: Post) -> None:
    post.platform.answers.append(later(60))
    id = await post.queue("Hej")
    await post.delivery.deliver()
    await post.store.run(lambda work: work.outbox.cancel("exchange"))
    post.clock.move_to(MONDAY + timedelta(hours=1))
    await post.delivery.deliver()
    assert await post.state(id) == OutboxState.CANCELLED
    assert post.platform.ledger == []


async def test_expired(post: Post) -> None:
    id = await post.queue("Hej", not_after=MONDAY + timedelta(minutes=5))
    on_time = await post.queue("Hej", place="there", not_after=MONDAY + timedelta(minutes=6))
    post.clock.move_to(MONDAY + timedelta(minutes=6))
    await post.delivery.deliver()
    assert await post.state(id) == OutboxState.EXPIRED
    assert await post.state(on_time) == OutboxState.SENT


@pytest.mark.parametrize("fault", [LOST, HANG, RuntimeError("odd"), Outcome(End.UNKNOWN, reason="odd")])
async def test_f10_unknown_is_not_sent_again(post: Post, fault: Outcome) -> None:
    post.platform.answers.append(fault)
    post.platform.cannot_look = True
    id = await post.queue("Hej")
    await post.delivery.deliver()
    await post.restarted().recover()
    await post.restarted().deliver()
    assert await post.state(id) == OutboxState.UNKNOWN
    assert len(post.platform.asked) == 1


@pytest.mark.parametrize("fault", [LOST, HANG])
async def test_f2_what_arrived_although_its_answer_was_lost_is_found_at_once(post: Post, fault: Answer) -> None:
    post.platform.answers.append(fault)
    id, after = await post.queue("first"), await post.queue("second")
    await post.delivery.deliver()
    assert (await post.row(id)).reference == f"ref-{id}"
    assert [await post.state(each) for each in (id, after)] == [OutboxState.SENT, OutboxState.SENT]
    assert post.platform.texts("here") == ["first", "second"]


@pytest.mark.parametrize("arrives", [True, False])
async def test_f2_what_is_not_there_yet_is_not_sent_before_its_lease_is_over(post: Post, arrives: bool) -> None:
    """A platform may still be at it when we look: what is not there at once may be there a little later."""
    post.platform.answers.append(Outcome(End.UNKNOWN, reason="timeout"))
    id, after = await post.queue("first"), await post.queue("second")
    await post.delivery.deliver()
    await post.delivery.recover(starting=False)
    assert (await post.state(id), len(post.platform.asked)) == (OutboxState.SENDING, 1)
    if arrives:
        post.platform.ledger.append(post.platform.asked[0])
    post.clock.move_to(MONDAY + LEASE + timedelta(seconds=1))
    await post.delivery.recover(starting=False)
    await post.delivery.deliver()
    assert [await post.state(each) for each in (id, after)] == [OutboxState.SENT, OutboxState.SENT]
    assert post.platform.texts("here") == ["first", "second"]


async def test_f2_what_broke_too_long_ago_is_not_looked_up(post: Post) -> None:
    """The platform would seem never to have had it."""
    id = await post.queue("Hej")
    await post.dies_sending(id, arrived=True)
    post.clock.move_to(MONDAY + LOOK_BACK + timedelta(minutes=1))
    post.platform.ledger.clear()
    assert await post.restarted().recover() == 1
    assert (await post.state(id), post.platform.looked) == (OutboxState.UNKNOWN, [])


async def test_f2_a_platform_that_does_not_say_is_asked_again_for_a_day(post: Post) -> None:
    post.platform.answers.append(Outcome(End.UNKNOWN, reason="timeout"))
    post.platform.blind = Outcome(End.LATER)
    said, silent = await post.queue("Hej"), await post.queue("Hej", "there")
    for id in (said, silent):
        await post.dies_sending(id, arrived=False)
    for hour in range(24):
        post.clock.move_to(MONDAY + timedelta(hours=hour, minutes=1))
        assert await post.delivery.recover(starting=hour == 0) == 0
    assert [await post.state(id) for id in (said, silent)] == [OutboxState.SENDING] * 2
    post.platform.blind = None
    post.clock.move_to(post.clock.now() + LEASE + timedelta(seconds=1))
    post.platform.ledger.append(post.outgoing(await post.row(said)))
    post.platform.asked.clear()
    await post.delivery.recover(starting=False)
    assert await post.state(said) == OutboxState.SENT
    assert await post.state(silent) == OutboxState.PENDING


async def test_f11_what_the_store_is_needed_to_look_up_waits_for_it(post: Post) -> None:
    """A channel asks the store who may ask the platform: that it is away says nothing of the message."""
    post.platform.answers.append(Outcome(End.UNKNOWN, reason="timeout"))
    post.platform.blind = StoreUnavailable("away")
    id = await post.queue("Hej")
    await post.delivery.deliver()
    assert await post.state(id) == OutboxState.SENDING
    post.platform.blind = None
    post.clock.move_to(MONDAY + LEASE + timedelta(seconds=1))
    await post.delivery.recover(starting=False)
    await post.delivery.deliver()
    assert (await post.state(id), post.platform.texts("here")) == (OutboxState.SENT, ["Hej"])


async def test_f2_a_platform_that_never_says_leaves_it_unknown(post: Post) -> None:
    post.platform.blind = Outcome(End.LATER)
    id = await post.queue("Hej")
    await post.dies_sending(id, arrived=True)
    post.clock.move_to(MONDAY + ASK_AGAIN + timedelta(minutes=1))
    assert await post.delivery.recover(starting=False) == 1
    assert await post.state(id) == OutboxState.UNKNOWN


async def test_f10_lookups_that_hang_hang_together(post: Post) -> None:
    for n in range(30):
        await post.dies_sending(await post.queue("Hej", f"place {n}"), arrived=True)
    post.platform.slow = 0.05
    patient = Delivery(post.store, post.clock, {"playground": post.platform})
    async with asyncio.timeout(30 * 0.05):
        assert await patient.recover() == 0
    assert len(post.platform.looked) == 30


async def test_f10_a_lookup_that_hangs_is_made_again(post: Post) -> None:
    id = await post.queue("Hej")
    await post.dies_sending(id, arrived=True)
    post.platform.slow = 60
    assert await post.delivery.recover() == 0
    assert await post.state(id) == OutboxState.SENDING
    post.platform.slow = 0
    await post.delivery.recover()
    assert await post.state(id) == OutboxState.SENT


async def test_a_channel_that_is_not_here_is_refused(post: Post) -> None:
    id = await post.queue("Hej", channel="teams")
    await post.delivery.deliver()
    assert (await post.row(id)).reason == "no such channel here"


async def test_a_message_of_another_version_is_refused_and_holds_nobody_up(post: Post) -> None:
    to = AddressRow("playground", "local", "here")
    odd = await post.store.run(lambda work: work.outbox.add(to, '{"shape": "new"}', "answer", "", MONDAY))
    good = await post.queue("Hej")
    await post.delivery.deliver()
    assert [await post.state(id) for id in (odd.id, good)] == [OutboxState.REFUSED, OutboxState.SENT]


# Order and tries


async def test_each_reader_gets_the_messages_in_their_order(post: Post) -> None:
    post.platform.answers.extend([later(), later(), Outcome(End.REFUSED), later()])
    for n in range(5):
        for place in ("one", "two"):
            await post.queue(f"{n}", place)
    await post.delivery.deliver()
    assert post.platform.texts("one") == sorted(post.platform.texts("one"))
    assert post.platform.texts("two") == sorted(post.platform.texts("two"))
    assert len(post.platform.ledger) == 9


async def test_a_later_message_waits_for_the_one_before(post: Post) -> None:
    post.platform.answers.append(later(60))
    await post.queue("first")
    await post.queue("second")
    await post.queue("other", "there")
    await post.delivery.deliver()
    assert post.platform.texts("here") == []
    assert post.platform.texts("there") == ["other"]
    post.clock.move_to(MONDAY + timedelta(seconds=59))
    await post.delivery.deliver()
    assert len(post.platform.asked) == 2
    post.clock.move_to(MONDAY + timedelta(seconds=60))
    await post.delivery.deliver()
    assert post.platform.texts("here") == ["first", "second"]


async def test_f7_tries_are_bounded(post: Post) -> None:
    post.platform.answers.extend([later()] * 50)
    id = await post.queue("Hej")
    await post.delivery.deliver()
    assert len(post.platform.asked) == MOST_TRIES
    row = await post.row(id)
    assert (row.state, row.reason) == (OutboxState.REFUSED, "busy")


async def test_s14_waiting_in_line_is_no_try(post: Post) -> None:
    for _ in range(5):
        post.platform.answers.extend([Outcome(End.LATER, after=1, counts=False)] * (3 * MOST_TRIES))
        post.platform.answers.append(later())
    post.platform.answers.append(Outcome(End.LATER, after=1, counts=False))
    id = await post.queue("Hej")
    for second in range(100):
        post.clock.move_to(MONDAY + timedelta(seconds=second))
        await post.delivery.deliver()
    assert len(post.platform.asked) == 5 * (3 * MOST_TRIES + 1) + 2
    assert ((await post.row(id)).attempts, await post.state(id)) == (MOST_TRIES, OutboxState.SENT)


async def test_f7_a_wait_begins_when_the_platform_asks_for_it(post: Post) -> None:
    """And not when the message was taken: it may have stood in line for a while."""
    post.platform.answers.append(later(10))
    post.platform.before = lambda: post.clock.move_to(MONDAY + timedelta(seconds=8))
    id = await post.queue("Hej")
    await post.delivery.deliver()
    assert (await post.row(id)).not_before == MONDAY + timedelta(seconds=18)


@pytest.mark.parametrize("after", [-1.0, 1e300, float("inf")])
async def test_f7_no_wait_is_too_odd(post: Post, after: float) -> None:
    post.platform.answers.append(later(after))
    id = await post.queue("Hej")
    await post.delivery.deliver()
    post.clock.move_to(MONDAY + timedelta(days=1))
    await post.delivery.deliver()
    assert await post.state(id) == OutboxState.SENT


async def test_many_deliveries_at_once_send_each_message_once(post: Post) -> None:
    other = post.restarted()
    for n in range(8):
        await post.queue(f"{n}", f"place{n % 3}")
    await asyncio.gather(*(delivery.deliver() for delivery in (post.delivery, other) for _ in range(3)))
    await post.delivery.deliver()
    assert len(post.platform.ledger) == 8
    for n in range(3):
        assert post.platform.texts(f"place{n}") == sorted(post.platform.texts(f"place{n}"))


async def test_f10_a_silent_platform_holds_up_no_other_reader(post: Post) -> None:
    post.platform.answers.append(HANG)
    post.platform.cannot_look = True
    silent, loud = await post.queue("Hej"), await post.queue("Hej", "there")
    await post.delivery.deliver()
    assert [await post.state(id) for id in (silent, loud)] == [OutboxState.UNKNOWN, OutboxState.SENT]


async def test_f10_what_comes_while_others_hang_goes_at_once(post: Post) -> None:
    """Also what is for one whose elder message has just gone."""
    silent, loud = asyncio.Event(), asyncio.Event()

    def count() -> None:
        if len(post.platform.asked) >= 60:
            silent.set()
        if len(post.platform.asked) == 62:
            loud.set()

    post.platform.before = count
    post.platform.answers.extend([HANG] * 60)
    for n in range(60):
        await post.queue("Hej", f"silent {n}")
    delivery = Delivery(post.store, post.clock, {"playground": post.platform}, patience=60)
    delivery.kick()
    await silent.wait()
    first = await post.queue("one", "loud")
    await post.queue("two", "loud")
    delivery.kick()
    async with asyncio.timeout(10):
        await loud.wait()
    assert await post.state(first) == OutboxState.SENT
    sending = delivery._running
    assert sending is not None
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending


async def test_one_that_fails_breaks_no_other_off(post: Post) -> None:
    """The end of one could not be noted: those beside it are sent, and theirs are noted."""
    post.platform.answers.append(HANG)
    slow = await post.queue("Hej")
    await post.queue("Hej", "there")
    full = [True]
    ends = Flaky(post.store, lambda: bool(post.platform.ledger[1:]) and bool(full) and full.pop())
    delivery = Delivery(ends, post.clock, {"playground": post.platform}, patience=0.2)
    with pytest.raises(StoreUnavailable):
        await delivery.deliver()
    assert await post.state(slow) == OutboxState.SENT


async def test_what_is_written_down_while_sending_goes_too(post: Post) -> None:
    queued: list[asyncio.Task[str]] = []

    def once() -> None:
        post.platform.before = None
        queued.append(asyncio.get_running_loop().create_task(post.queue("two")))
        post.delivery.kick()

    post.platform.before = once
    await post.queue("one")
    post.delivery.kick()
    await post.delivery.idle()
    await queued[0]
    await post.delivery.deliver()
    assert post.platform.texts("here") == ["one", "two"]


# After a kill


async def test_f1_killed_before_the_platform_took_it_it_is_sent_once(post: Post) -> None:
    id = await post.queue("Hej")
    await post.dies_sending(id, arrived=False)
    again = post.restarted()
    assert await again.recover() == 0
    await again.deliver()
    assert await post.state(id) == OutboxState.SENT
    assert post.platform.texts("here") == ["Hej"]


async def test_f2_killed_after_the_platform_took_it_it_is_found(post: Post) -> None:
    id = await post.queue("Hej")
    await post.dies_sending(id, arrived=True)
    again = post.restarted()
    assert await again.recover() == 0
    await again.deliver()
    row = await post.row(id)
    assert (row.state, row.reference) == (OutboxState.SENT, f"ref-{id}")
    assert post.platform.texts("here") == ["Hej"]


@pytest.mark.parametrize("arrived", [True, False])
@pytest.mark.parametrize("why", ["cannot tell", "fails", "channel gone"])
async def test_f2_when_nobody_can_tell_it_is_unknown_and_not_sent_again(post: Post, arrived: bool, why: str) -> None:
    id = await post.queue("Hej")
    await post.dies_sending(id, arrived=arrived)
    post.platform.cannot_look = why == "cannot tell"
    post.platform.blind = ConnectionError() if why == "fails" else None
    channels: dict[str, Channel] = {} if why == "channel gone" else {"playground": post.platform}
    again = Delivery(post.store, post.clock, channels)
    before = list(post.platform.ledger)
    assert await again.recover() == 1
    await again.deliver()
    assert await post.state(id) == OutboxState.UNKNOWN
    assert post.platform.ledger == before


async def test_what_waited_behind_the_killed_one_goes_after_it(post: Post) -> None:
    id = await post.queue("first")
    await post.queue("second")
    await post.dies_sending(id, arrived=False)
    again = post.restarted()
    await again.deliver()
    assert post.platform.texts("here") == []
    await again.recover()
    await again.deliver()
    assert post.platform.texts("here") == ["first", "second"]


async def test_a_damaged_message_does_not_keep_the_house_from_starting(post: Post) -> None:
    to = AddressRow("playground", "local", "here")
    row = await post.store.run(lambda work: work.outbox.add(to, '{"shape": "new"}', "answer", "", MONDAY))
    await post.store.run(lambda work: claim(work, MONDAY, 1))
    assert await post.restarted().recover() == 1
    assert await post.state(row.id) == OutboxState.UNKNOWN


async def test_i3_an_end_that_could_not_be_noted_is_noted_later(post: Post) -> None:
    """The disk was full when the platform had taken it: nobody waits behind it for ever."""
    id = await post.queue("first")
    await post.queue("second")
    post.platform.before = lambda: fails.append(1)
    fails: list[int] = []
    flaky = Flaky(post.store, lambda: bool(fails))
    delivery = Delivery(flaky, post.clock, {"playground": post.platform})
    with pytest.raises(StoreUnavailable):
        await delivery.deliver()
    assert await post.state(id) == OutboxState.SENDING
    fails.clear()
    post.platform.before = None
    await delivery.recover(starting=False)
    assert await post.state(id) == OutboxState.SENT
    await delivery.deliver()
    assert post.platform.texts("here") == ["first", "second"]
    assert post.platform.looked == []


async def test_what_is_on_its_way_here_is_not_looked_after(post: Post) -> None:
    """Also when the clock jumps by days while the platform thinks."""
    post.platform.answers.append(HANG)
    id = await post.queue("Hej")
    delivery = Delivery(post.store, post.clock, {"playground": post.platform}, patience=60)
    sending = asyncio.create_task(delivery.deliver())
    await post.platform.hung.wait()
    post.clock.move_to(MONDAY + timedelta(days=3))
    assert await delivery.recover(starting=False) == 0
    assert await delivery.recover() == 0
    assert await post.state(id) == OutboxState.SENDING
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert post.platform.looked == []


async def test_f24_who_stops_takes_nothing_new(post: Post) -> None:
    def stop() -> None:
        stopping.append(asyncio.get_running_loop().create_task(post.delivery.stop()))

    stopping: list[asyncio.Task[None]] = []
    post.platform.before = stop
    first, second = await post.queue("first"), await post.queue("second")
    post.delivery.kick()
    await post.delivery.idle()
    await asyncio.gather(*stopping)
    assert [await post.state(id) for id in (first, second)] == [OutboxState.SENT, OutboxState.PENDING]


async def test_what_ends_while_others_are_noted_is_no_failure(post: Post) -> None:
    marks = post.delivery._marks
    row = await post.row(await post.queue("Hej"))
    refused = Mark(row.id, "not its token", OutboxState.REFUSED)

    async def one_after_the_other(pause: int) -> None:
        for _ in range(20):
            await marks.note(row, refused)
            for _ in range(pause):
                await asyncio.sleep(0)

    noting = asyncio.gather(*map(one_after_the_other, range(4)))
    while not noting.done():
        await asyncio.sleep(0)
        await marks.again()
    assert marks.kept == set()
    assert await post.state(row.id) == OutboxState.PENDING


# What is said about it


@pytest.mark.parametrize("fault", [LOST, HANG, RuntimeError(SECRET), StoreUnavailable(SECRET)])
async def test_i4_no_text_is_in_any_log(post: Post, fault: Exception, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with capture_logs() as logged:
        post.platform.answers.append(fault)
        post.platform.blind = RuntimeError(SECRET)
        await post.queue(SECRET)
        await post.delivery.deliver()
        killed = await post.queue(SECRET)
        await post.dies_sending(killed, arrived=False)
        await post.restarted().recover()
        broken = Delivery(Flaky(post.store, lambda: True), post.clock, {"playground": post.platform})
        broken.kick()
        await broken.idle()
    assert SECRET not in repr(logged) + caplog.text
    assert {entry["event"] for entry in logged} == {"send_failed", "find_failed", "delivery_failed"}


class Flaky(Store):
    """A store whose disk is full when `full` says so."""

    def __init__(self, inner: Store, full: Callable[[], bool]) -> None:
        self._inner = inner
        self._full = full

    async def run(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        if self._full():
            raise StoreUnavailable(SECRET)
        return await self._inner.run(unit, serial)
