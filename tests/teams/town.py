"""A town that is met in Teams: the fake, the store, who is who, what is told, and a channel that posts to nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channel import MESSAGE, Message, Outcome, Outgoing, Part, Unhurried
from bot.channel import End as How
from bot.channels.teams import read
from bot.channels.teams.calls import Calls
from bot.channels.teams.changes import Changes
from bot.channels.teams.graph import Graph
from bot.channels.teams.people import TeamsPeople
from bot.channels.teams.places import Places
from bot.channels.teams.read import CHANNEL
from bot.channels.teams.tenants import Tenants
from bot.clock import StandingClock
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.moment import Moment
from bot.turns import people
from bot.turns.house import house
from bot.words import Words
from storage.records import AddressRow, Chat, OutboxRow, PersonRow, PlaceRow, Workspace
from storage.store import Store, Work
from tests.storage.samples import a_vault
from tests.teams.fake import FakeTeams, User
from tests.teams.fake.payloads import activity, instant
from tests.teams.fake.things import Json
from tests.teams.ours import calls

NOON = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
WORDS, HOUSE = Words.load(), house()


class Posts(Unhurried):
    """A channel that says everything to those who can be reached, and keeps it."""

    name = CHANNEL
    abreast = 50

    def __init__(self, store: Store) -> None:
        self._store = store
        self.sent: list[Outgoing] = []

    async def send(self, outgoing: Outgoing, now: datetime) -> Outcome:
        """As the real one decides it by the state of the chat."""
        chat = await self._store.run(lambda work: work.chats.find(CHANNEL, outgoing.to.tenant, outgoing.to.place))
        if chat is None or chat.state == "absent":
            return Outcome(How.LATER, after=86400.0, counts=False)
        if chat.state != "live":
            return Outcome(How.REFUSED, reason=chat.state)
        self.sent.append(outgoing)
        return Outcome(How.SENT, reference=f"{chat.chat}|{len(self.sent)}")

    async def find(self, outgoing: Outgoing) -> Outcome | None:
        """Nothing is ever lost here."""
        return None

    def to(self, user: User) -> list[str]:
        """What somebody was told, message by message."""
        return [_words(it.message) for it in self.sent if it.to.place == user.aad]


@dataclass
class Town:
    """Everything between the fake's activities and the outbox."""

    fake: FakeTeams
    clock: StandingClock
    store: Store
    calls: Calls
    people: TeamsPeople
    places: Places
    changes: Changes
    conversation: Conversation
    delivery: Delivery
    posts: Posts
    heard: list[bool] = field(default_factory=list)

    @property
    def tenant(self) -> str:
        """The town's own."""
        return self.fake.app.tenant

    def again(self) -> Town:
        """After a restart: the same store and Teams, and nothing remembered."""
        return put_together(self.fake, self.clock, self.store)

    async def gets(self, *activities: Json) -> list[str]:
        """Verified activities, one after the other, to the end; the installs that they name."""
        named = []
        for body in activities:
            self.heard.append(await self.changes.heard(body))
            if not self.heard[-1]:
                continue
            install = await self.changes.tell(body)
            heard = read.arrived(body, install) if install else read.said(body) if body["type"] == "message" else None
            if heard is not None:
                await self.conversation.accept(heard.incoming)
            named += [install] if install else []
            await self.settle()
        return named

    async def settle(self) -> None:
        """Until nothing is under way."""
        await self.changes.idle()
        await self.conversation.idle()
        await self.delivery.deliver()

    async def post(self, request: web.Request) -> web.Response:
        """Where the fake posts to; the door with the lock is another's."""
        await self.gets(await request.json())
        return web.Response()

    def passes(self, seconds: float) -> None:
        """Time."""
        self.clock.move_to(self.clock.now() + timedelta(seconds=seconds))

    async def chat(self, user: User) -> Chat | None:
        """How somebody is reached."""
        return await self.store.run(lambda work: work.chats.find(CHANNEL, user.tenant, user.aad))

    async def person(self, user: User) -> PersonRow | None:
        """Who somebody is."""
        return await self.store.run(lambda work: work.people.at(where(user)))

    async def known(self, user: User) -> PersonRow:
        """Who somebody is that we know."""
        found = await self.person(user)
        assert found is not None
        return found

    async def workspace(self, tenant: str = "") -> Workspace | None:
        """The tenant as it is written down."""
        return await self.store.run(lambda work: work.workspaces.find(CHANNEL, tenant or self.tenant))

    async def channels(self, tenant: str = "") -> list[str]:
        """What HR can post in."""
        rows: list[PlaceRow] = await self.store.run(lambda work: work.workspaces.places(CHANNEL, tenant or self.tenant))
        return [row.name for row in rows]

    async def queue(self, place: AddressRow, words: str = "Hej", due: datetime | None = None) -> str:
        """Something to say, now or when it is due; its id."""
        payload = MESSAGE.dump_json(Message((Part(words),), words)).decode()
        now = due or self.clock.now()
        row: OutboxRow = await self.store.run(lambda work: work.outbox.add(place, payload, "push", "s", now))
        return row.id

    async def row(self, id: str) -> OutboxRow:
        """What became of it."""
        return await self.store.run(lambda work: work.outbox.get(id))

    def says(self, user: User, kind: str, at: datetime | None = None, **more: object) -> Json:
        """An activity of somebody's in their own chat, at a moment (now)."""
        body = activity(self.fake, user, self.fake.personal(user), kind)
        return body | {"timestamp": instant(at or self.clock.now())} | more

    def install(self, user: User, action: str = "add", at: datetime | None = None) -> Json:
        """installationUpdate"""
        return self.says(user, "installationUpdate", at, action=action)

    def members(self, user: User, name: str = "membersAdded", at: datetime | None = None) -> Json:
        """conversationUpdate about the bot itself"""
        return self.says(user, "conversationUpdate", at, **{name: [{"id": self.fake.app.bot}]})


def where(user: User) -> AddressRow:
    """The address of a user."""
    return AddressRow(CHANNEL, user.tenant, user.aad)


def hello(user: User, language: str = "da") -> str:
    """The first hello as it reads."""
    values = {"name": user.name.split()[0], "contact": "HR"}
    return f"{WORDS.text(language, 'hello.bot', values)}\n{WORDS.text(language, 'hello.voluntary')}"


def put_together(fake: FakeTeams, clock: StandingClock, store: Store, ours: str = "", alone: bool = True) -> Town:
    """As the composition root does it; `ours` is the only tenant that is served."""
    to_teams = calls(fake)
    graph = Graph(to_teams, clock, fake.graph_url, fake.app.tenant)

    async def change(where: AddressRow, *, name: str, zone: str, active: bool) -> None:
        def unit(work: Work) -> None:
            people.change(Moment(work, WORDS, clock.now(), HOUSE), where, name=name, zone=zone, active=active)

        await store.run(unit)

    who = TeamsPeople(to_teams, graph, store, people.arrive)
    places = Places(store, to_teams)
    changes = Changes(store, clock, Tenants(store, graph, ours, alone), who, places, change)
    posts = Posts(store)
    delivery = Delivery(store, clock, {CHANNEL: posts}, 60)
    conversation = Conversation(store, WORDS, clock, HOUSE, lambda: None, {CHANNEL: who})
    return Town(fake, clock, store, to_teams, who, places, changes, conversation, delivery, posts)


@asynccontextmanager
async def town(ours: str = "", alone: bool = True) -> AsyncIterator[Town]:
    """A town with nobody in it yet."""
    clock = StandingClock(NOON)
    store = Store.open("sqlite://", a_vault())
    store.migrate()
    async with FakeTeams(clock) as fake:
        fake.limits.off = True  # the clock stands
        here = put_together(fake, clock, store, ours, alone)
        app = web.Application()
        app.router.add_post("/", here.post)
        async with TestServer(app) as server:
            fake.tell(str(server.make_url("/")))
            yield here
            await here.settle()
    await store.close()


def _words(message: Message) -> str:
    parts: Iterable[Part] = message.parts
    return "\n".join(part.text for part in parts)
