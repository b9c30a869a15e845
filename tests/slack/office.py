"""A post office for Slack: the real store, delivery and channel, the fake Slack, and a clock that waiting moves."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.channel import MESSAGE, Address, Message, Outgoing, Part
from bot.channels.slack.api import Api
from bot.channels.slack.calls import Answer, Ask, Calls
from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.many_tokens import ManyTokens
from bot.channels.slack.pace import Pace
from bot.channels.slack.renewal import Client, Renewal
from bot.channels.slack.tokens import Tokens
from bot.channels.slack.workspaces import welcome_workspace
from bot.clock import StandingClock
from bot.delivery import Delivery
from bot.words import Words
from storage.records import AddressRow, OutboxRow
from storage.store import Store, Work
from storage.vault import Vault
from tests.slack.fake import FakeSlack
from tests.slack.installs import an_install
from tests.storage.claims import sending

T = TypeVar("T")

FOUR = datetime(2026, 5, 4, 14, 0, tzinfo=UTC)
"""Four in the afternoon in Copenhagen."""

TURNS = 5
"""Turns of the event loop in which all who are about to wait, or to call, get that far."""

WORDS = Words.load()


@dataclass
class Time:
    """A clock that stands until somebody waits for it and no call is on its way; who waits least goes first."""

    clock: StandingClock = field(default_factory=lambda: StandingClock(FOUR))
    calls: int = 0
    ends: list[datetime] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def now(self) -> float:
        """Seconds since four."""
        return (self.clock.now() - FOUR) / timedelta(seconds=1)

    async def pause(self, seconds: float) -> None:
        """Waits on this clock."""
        end = self.clock.now() + timedelta(microseconds=math.ceil(seconds * 1_000_000))
        self.ends.append(end)
        try:
            for _ in range(TURNS):
                await asyncio.sleep(0)
            while self.calls or end > min(self.ends):
                await self.changed.wait()
            self.clock.move_to(end)
        finally:
            self.ends.remove(end)
            self._tell()

    def count(self, more: int) -> None:
        """So many calls more are on their way."""
        self.calls += more
        self._tell()

    def _tell(self) -> None:
        waiting, self.changed = self.changed, asyncio.Event()
        waiting.set()


class TimedStore(Store):
    """The time of day stands still while the store is asked."""

    time: Time

    async def run(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        """As the real one."""
        self.time.count(1)
        try:
            return await super().run(unit, serial)
        finally:
            self.time.count(-1)


class TimedApi(Api):
    """The time of day stands still while a call is on its way."""

    def __init__(self, calls: Calls, tokens: Tokens, pace: Pace, time: Time) -> None:
        super().__init__(calls, tokens, pace, time.clock)
        self._time = time

    async def ask(self, tenant: str, method: str, ask: Ask) -> Answer:
        """As the real one."""
        self._time.count(1)
        try:
            return await super().ask(tenant, method, ask)
        finally:
            self._time.count(-1)


@dataclass
class Office:
    """Everything between a row of the outbox and Slack's ledger."""

    slack: FakeSlack
    store: Store
    time: Time
    tokens: Tokens
    api: Api
    channel: SlackChannel
    delivery: Delivery
    said: dict[str, Message] = field(default_factory=dict)

    def again(self, patience: float = 60) -> Office:
        """After a restart: the same store and Slack, and nothing remembered."""
        return put_together(self.slack, self.store, self.time, patience)

    async def queue(self, to: str, message: Message | str = "Hej", tenant: str = "T1", **more: object) -> str:
        """Writes a message down to be sent to a user or a channel; its id."""
        what = Message((Part(message),), "Ny besked") if isinstance(message, str) else message
        where = AddressRow("slack", tenant, to)
        due = more.pop("due", None) or self.time.clock.now()

        def unit(work: Work) -> OutboxRow:
            return work.outbox.add(where, MESSAGE.dump_json(what).decode(), "answer", "subject", due, **more)  # type: ignore[arg-type]

        row = await self.store.run(unit)
        self.said[row.id] = what
        return row.id

    async def row(self, id: str) -> OutboxRow:
        """The message as it is written down."""
        return await self.store.run(lambda work: work.outbox.get(id))

    async def send(self, to: str, message: Message | str = "Hej", tenant: str = "T1", **more: object) -> OutboxRow:
        """Queues a message and delivers; what became of it."""
        id = await self.queue(to, message, tenant, **more)
        await self.delivery.deliver()
        return await self.row(id)

    async def outgoing(self, row: OutboxRow) -> Outgoing:
        """The message as the channel got it, also after it was sent."""

        def names(work: Work) -> tuple[str, str]:
            return work.outbox.reference(row.replaces), work.outbox.reference(row.thread)

        replaces, thread = await self.store.run(names)
        to = Address(row.to.channel, row.to.tenant, row.to.place)
        return Outgoing(row.id, to, self.said[row.id], replaces, thread)

    async def installs_again(self, team: str) -> None:
        """Somebody installs the assistant anew."""
        install = an_install(self.slack, self.slack.install(team))

        def unit(work: Work) -> None:
            welcome_workspace(work, team)
            work.installations.put(install)

        await self.store.run(unit)

    async def run_until_empty(self, seconds: float) -> None:
        """Ticks every five seconds until nothing waits, for so long at most."""
        end = self.time.clock.now() + timedelta(seconds=seconds)
        while (now := self.time.clock.now()) < end:
            await self.delivery.recover(starting=False)
            await self.delivery.deliver()
            next, stuck = await self.store.run(lambda work: (work.outbox.next_at(), sending(work)))
            if not next and not stuck:
                return
            tick = now + timedelta(seconds=5)
            self.time.clock.move_to(tick if stuck or next is None else max(tick, next))
        raise AssertionError(f"Something waits after {seconds} seconds.")


def put_together(slack: FakeSlack, store: Store, time: Time, patience: float = 60) -> Office:
    """As the composition root does it, with the time in our hands; `patience` in real seconds for each call."""
    calls = Calls(slack.base_url, patience)
    tokens = ManyTokens(store, Renewal(store, calls, time.clock, Client("1111.2222", "secret")))
    api = TimedApi(calls, tokens, Pace(time.now, time.pause), time)
    channel = SlackChannel(api, store, WORDS)
    return Office(slack, store, time, tokens, api, channel, Delivery(store, time.clock, {"slack": channel}, 60))


@asynccontextmanager
async def open_office(teams: Sequence[str] = ("T1",)) -> AsyncIterator[Office]:
    """One workspace or more, in each the assistant; Vera and Leo and the channel #jobbytte in the first."""
    time = Time()
    store = TimedStore.open("sqlite://", Vault({"test": bytes(32)}, "test"))
    assert isinstance(store, TimedStore)
    store.time = time
    store.migrate()
    async with FakeSlack(time.clock) as slack:
        office = put_together(slack, store, time)
        for team in teams:
            slack.add_team(team, f"Nordby {team}")
            await office.installs_again(team)
        for id, name in (("UVERA", "Vera Holm"), ("ULEO", "Leo Dahl")):
            slack.add_user(id, name)
        slack.add_channel("CJOB", "jobbytte", members=["UVERA"])
        yield office
    await store.close()
