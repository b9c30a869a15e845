"""A post office for Teams: the real store, delivery and channel, the fake Teams, and a clock that waiting moves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from bot.channel import MESSAGE, Message, Part
from bot.channels.teams.calls import Answer, Calls
from bot.channels.teams.channel import TeamsChannel
from bot.channels.teams.login import Login
from bot.channels.teams.pace import Pace
from bot.channels.teams.settings import Teams
from bot.delivery import Delivery
from storage.records import AddressRow, Chat, OutboxRow
from storage.store import Work
from storage.vault import Vault
from tests.slack.office import WORDS, Time, TimedStore
from tests.storage.claims import sending
from tests.teams.fake import FakeTeams
from tests.teams.fake.cards import walk
from tests.teams.fake.things import Chat as Conversation
from tests.teams.fake.things import Posted, User
from tests.teams.ours import settings

ORIGIN = "https://vidsyn.example.dk"
"""Where files are downloaded from."""


class TimedCalls(Calls):
    """The time of day stands still while a call is on its way."""

    def __init__(self, teams: Teams, login: Login, patience: float, time: Time) -> None:
        super().__init__(teams, login, patience)
        self._time = time

    async def ask(
        self, method: str, url: str, *, body: Mapping[str, Any] | None = None, graph: bool = False, safe: bool = False
    ) -> Answer:
        """As the real one."""
        self._time.count(1)
        try:
            return await super().ask(method, url, body=body, graph=graph, safe=safe)
        finally:
            self._time.count(-1)


@dataclass
class Office:
    """Everything between a row of the outbox and Teams' ledger."""

    teams: FakeTeams
    store: TimedStore
    time: Time
    pace: Pace
    channel: TeamsChannel
    delivery: Delivery

    @property
    def tenant(self) -> str:
        """The bot's own."""
        return self.teams.app.tenant

    def again(self, patience: float = 60, random: Callable[[], float] = lambda: 0.5, **more: object) -> Office:
        """After a restart: the same store and Teams, and nothing remembered. `more` are settings."""
        return put_together(self.teams, self.store, self.time, patience, random, **more)

    # People

    async def meet(self, name: str, tenant: str = "") -> User:
        """Somebody who has installed the app and told us so."""
        user = self.teams.add_user(name, tenant)
        chat = self.teams.install(user)
        row = Chat("teams", user.tenant, user.aad, chat.id, user.id, self.teams.service_url, touched=self.teams.now)
        await self.keep(row)
        return user

    async def settle_in(self, tenant: str = "") -> None:
        """Something verified has come from the tenant."""
        row = Chat("teams", tenant or self.tenant, "", service=self.teams.service_url, touched=self.teams.now)
        await self.keep(row)

    async def join(self, team: str, name: str) -> Conversation:
        """A channel of a team that the app is in."""
        chat = self.teams.add_channel(self.teams.add_team(team, installed=True), name)
        await self.keep(
            Chat("teams", chat.tenant, chat.id, chat.id, service=self.teams.service_url, touched=self.teams.now)
        )
        return chat

    async def keep(self, row: Chat) -> None:
        """Writes down how a place is reached."""
        await self.store.run(lambda work: work.chats.put(row))

    async def kept(self, place: User | str) -> Chat:
        """How a place is reached, as it is written down."""
        id, tenant = (place.aad, place.tenant) if isinstance(place, User) else (place, self.tenant)
        found = await self.store.run(lambda work: work.chats.find("teams", tenant, id))
        assert found is not None
        return found

    async def change(self, place: User | str, **what: Any) -> None:
        """Changes what is written down about a place."""
        await self.keep(replace(await self.kept(place), **what))

    # Messages

    async def queue(self, to: User | str, message: Message | str = "Hej", **more: Any) -> str:
        """Writes a message down to be sent to a user or a channel; its id."""
        what = Message((Part(message),), "Ny besked") if isinstance(message, str) else message
        where = AddressRow("teams", to.tenant, to.aad) if isinstance(to, User) else AddressRow("teams", self.tenant, to)
        due = more.pop("due", None) or self.time.clock.now()

        def unit(work: Work) -> OutboxRow:
            return work.outbox.add(where, MESSAGE.dump_json(what).decode(), "answer", "subject", due, **more)

        return (await self.store.run(unit)).id

    async def row(self, id: str) -> OutboxRow:
        """The message as it is written down."""
        return await self.store.run(lambda work: work.outbox.get(id))

    async def send(self, to: User | str, message: Message | str = "Hej", **more: Any) -> OutboxRow:
        """Queues a message and delivers; what became of it."""
        id = await self.queue(to, message, **more)
        await self.delivery.deliver()
        return await self.row(id)

    def posts(self, to: User | str) -> list[Posted]:
        """What the bot has said there."""
        return self.teams.posts(to.aad if isinstance(to, User) else to)

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


def put_together(
    fake: FakeTeams, store: TimedStore, time: Time, patience: float, random: Callable[[], float], **more: object
) -> Office:
    """As the composition root does it, with the time in our hands; `patience` in real seconds for each call."""
    teams = settings(fake, **more)
    calls = TimedCalls(teams, Login(teams, time.clock, patience=patience), patience, time)
    pace = Pace(time.now, time.pause, random)
    channel = TeamsChannel(calls, store, WORDS, pace, time.clock, ORIGIN)
    return Office(fake, store, time, pace, channel, Delivery(store, time.clock, {"teams": channel}, 60))


@asynccontextmanager
async def open_office() -> AsyncIterator[Office]:
    """One tenant, from which something has come already; nobody is there."""
    time = Time()
    store = TimedStore.open("sqlite://", Vault({"test": bytes(32)}, "test"))
    assert isinstance(store, TimedStore)
    store.time = time
    store.migrate()
    async with FakeTeams(time.clock) as fake:
        office = put_together(fake, store, time, 60, lambda: 0.5)
        await office.settle_in()
        yield office
    await store.close()


def said(post: Posted) -> str:
    """The words on the card of a post."""
    runs = (element for element in walk(post.card or {}) if element.get("type") in ("TextBlock", "TextRun"))
    return " ".join(str(run["text"]) for run in runs).strip()
