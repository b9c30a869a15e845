"""What stands behind the way in, for tests: a conversation, people and news that remember, and a whole entrance."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.channel import Button, Field, Incoming, Message, Part, Reply
from bot.channels.slack.api import Api
from bot.channels.slack.calls import Calls
from bot.channels.slack.client import client
from bot.channels.slack.inbound import PATH, Inbound
from bot.channels.slack.news import News
from bot.channels.slack.pace import Pace
from bot.channels.slack.reception import Reception
from bot.channels.slack.showing import LATE, Showing
from bot.channels.slack.tokens import Access, NoAccess
from bot.words import Words, read
from tests.slack.fake import FakeSlack, Person, answered
from tests.slack.fake import Message as Shown
from tests.slack.payloads import Body

WORDS = Words(*read())
TEAM, VERA, LEO, JOBS = "T1", "UVERA", "ULEO", "CJOB"


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 7, 10, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time

    def steady(self) -> datetime:
        return self.time

    def wait(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)


class FakeConversation:
    """Remembers what came, and answers as told. Like the real one it takes each event once."""

    def __init__(self) -> None:
        self.came: list[Incoming] = []
        self.effects: list[Incoming] = []
        self.reply: Reply | Callable[[Incoming], Reply] = Reply()
        self.fault: Exception | None = None
        self.gate: asyncio.Event | None = None
        self.reached = asyncio.Event()

    async def accept(self, incoming: Incoming, answered: Callable[[], None] = lambda: None) -> None:
        await self._keep(incoming)
        answered()

    async def receive(self, incoming: Incoming) -> Reply:
        if not await self._keep(incoming):
            return Reply()
        return self.reply(incoming) if callable(self.reply) else self.reply

    async def _keep(self, incoming: Incoming) -> bool:
        if self.fault is not None:
            raise self.fault
        self.reached.set()
        if self.gate is not None:
            await self.gate.wait()
        self.came.append(incoming)
        if any(incoming.event == known.event for known in self.effects):
            return False
        self.effects.append(incoming)
        return True

    @property
    def last(self) -> Incoming:
        return self.came[-1]


@dataclass
class FakePeople:
    """The people of each workspace: (tenant, user) -> our id. Others cannot be people of ours."""

    known: dict[tuple[str, str], str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def person_of(self, tenant: str, user_id: str) -> str:
        self.asked.append((tenant, user_id))
        return self.known.get((tenant, user_id), "")

    async def members(self, tenant: str, people: Iterable[str]) -> Mapping[str, str]:
        wanted = set(people)
        return {person: user for (team, user), person in self.known.items() if team == tenant and person in wanted}


class FakeChanges:
    """Writes down the news, and fails when told to."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.fault: Exception | None = None

    async def met(self, tenant: str, enterprise: str) -> None:
        self._tell("met", tenant, enterprise)

    async def changed(self, tenant: str, user: Mapping[str, Any]) -> None:
        self._tell("changed", tenant, user["id"], user)

    async def joined(self, tenant: str, channel: str) -> None:
        self._tell("joined", tenant, channel)

    async def left(self, tenant: str, channel: str) -> None:
        self._tell("left", tenant, channel)

    async def renamed(self, tenant: str, channel: str, name: str) -> None:
        self._tell("renamed", tenant, channel, name)

    async def uninstalled(self, tenant: str, enterprise: str, at: datetime | None) -> None:
        self._tell("uninstalled", tenant, enterprise, at)

    async def revoked(self, tenant: str, enterprise: str, bots: list[str], at: datetime | None) -> None:
        self._tell("revoked", tenant, enterprise, bots, at)

    def _tell(self, *news: Any) -> None:
        if self.fault is not None:
            raise self.fault
        self.told.append(news)

    def of(self, kind: str) -> list[tuple[Any, ...]]:
        return [news[1:] for news in self.told if news[0] == kind]


class FakeTokens:
    """The tokens as the fake Slack has them now."""

    def __init__(self, slack: FakeSlack) -> None:
        self._slack = slack

    async def of(self, tenant: str, enterprise: str = "") -> Access:
        if tenant not in self._slack.teams:
            raise NoAccess("not_installed")
        token = self._slack.token_of(tenant)
        return Access(token.value, tenant, token.enterprise, token.bot_user)

    async def gone(self, tenant: str, enterprise: str = "", at: datetime | None = None) -> None:
        raise AssertionError(f"nothing was removed from {tenant}")


@dataclass
class Entrance:
    """The way in as a whole, between a fake Slack and a conversation that remembers."""

    slack: FakeSlack
    clock: Hands
    inbound: Inbound
    conversation: FakeConversation
    people: FakePeople
    changes: FakeChanges
    freshened: list[tuple[str, str]]
    address: str

    @property
    def vera(self) -> Person:
        return self.slack.person(VERA)

    @property
    def leo(self) -> Person:
        return self.slack.person(LEO)

    def replies(self, *shows: Message, **more: Any) -> None:
        """From now on the conversation answers this."""
        self.conversation.reply = Reply(shows=shows, **more)

    def called(self, method: str) -> int:
        """How often Slack was called like this."""
        return self.slack.ledger.methods().count(method)


async def language(tenant: str, user: str) -> str:
    return "da"


def populate(slack: FakeSlack) -> None:
    """Nordby, with Vera and Leo and a channel."""
    slack.add_team(TEAM, "Nordby")
    slack.install(TEAM, token="xoxb-one")
    slack.add_user(VERA, "Vera Holm")
    slack.add_user(LEO, "Leo Dahl")
    slack.add_channel(JOBS, "jobbytte", members=[VERA, LEO])


def built(
    slack: FakeSlack,
    clock: Hands,
    late: float = LATE,
    after: Callable[[str, str], Awaitable[None]] | None = None,
) -> Entrance:
    """The way in, not yet reachable by HTTP."""
    conversation, people, changes = FakeConversation(), FakePeople(), FakeChanges()
    freshened: list[tuple[str, str]] = []

    async def remember(tenant: str, user: str) -> None:
        freshened.append((tenant, user))

    api = Api(Calls(slack.base_url), FakeTokens(slack), Pace(monotonic, asyncio.sleep), clock)
    showing = Showing(api, after or remember, late)
    reception = Reception(conversation, people, WORDS, language, showing)
    inbound = Inbound(reception, showing, News(changes), clock, slack.app.signing_secret)
    return Entrance(slack, clock, inbound, conversation, people, changes, freshened, "")


@asynccontextmanager
async def entrance(late: float = LATE) -> AsyncIterator[Entrance]:
    """The way in, told by HTTP."""
    clock = Hands()
    async with FakeSlack(clock) as slack:
        populate(slack)
        made = built(slack, clock, late)
        app = web.Application()
        made.inbound.routes(app)
        async with TestServer(app) as server:
            made.address = str(server.make_url(PATH))
            slack.tell_by_http(made.address)
            yield made
            await made.inbound.idle()


def asking(card: str = "card1", *fields: Field, button: str = "send") -> Message:
    """A form with something to fill in."""
    return Message(
        parts=(Part("Logbog", "title"),),
        preview="Din logbog",
        card=card,
        fields=fields or (Field("q.what", "long", "Hvad lærte du?", required=True),),
        buttons=(
            Button(button, "Gem", main=True, sends=True),
            Button("back", "Tilbage", quiet=True),
            Button("pause", "Fortsæt senere"),
        ),
    )


def telling(sentence: str = "Tak for i dag.") -> Message:
    """A message with nothing to answer."""
    return Message(parts=(Part(sentence),), preview=sentence)


async def in_chat(way: Entrance, value: str = "card1|yes", place: str = VERA) -> Shown:
    """A message of ours with a button, seen by Vera."""
    channel = way.slack.im(VERA).id if place == VERA else place
    blocks = [{"type": "actions", "elements": [a_button(value)]}]
    token = way.slack.token_of(TEAM).value
    await client(token, way.slack.base_url).chat_postMessage(channel=channel, text="…", blocks=blocks)
    return way.slack.from_bot(place)[-1]


def a_button(value: str = "card1|yes", id: str = "press:0") -> Body:
    return {"type": "button", "action_id": id, "text": {"type": "plain_text", "text": "Ja"}, "value": value}


async def with_form(way: Entrance, *shows: Message) -> None:
    """Vera has this form open."""
    way.replies(*(shows or (asking(),)))
    answered(await way.vera.shortcut("vidsyn_open"))
    await way.inbound.idle()
    assert way.slack.view_of(VERA) is not None
