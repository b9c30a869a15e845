"""Slack, put together: what comes in, what goes out, and who is who."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Protocol

import structlog
from aiohttp import web

from bot.channel import Address, Incoming, Message, NotReached, Part, Reply
from bot.channels.connections import Connections
from bot.channels.people import Arrive, Change
from bot.channels.reception import MOST, language_in
from bot.channels.slack.api import Api
from bot.channels.slack.calls import Calls
from bot.channels.slack.changes import Changes
from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.inbound import Inbound
from bot.channels.slack.many_tokens import ManyTokens
from bot.channels.slack.meeting import Meeting
from bot.channels.slack.news import News
from bot.channels.slack.oauth import install_routes
from bot.channels.slack.one_token import OneToken
from bot.channels.slack.pace import Pace
from bot.channels.slack.people import GUEST, SlackPeople
from bot.channels.slack.places import Places
from bot.channels.slack.reception import Reception
from bot.channels.slack.renewal import Client, Renewal
from bot.channels.slack.settings import Slack
from bot.channels.slack.showing import LATE, Showing
from bot.channels.slack.socket import Socket
from bot.channels.slack.view import home
from bot.channels.slack.workspaces import CHANNEL
from bot.clock import Clock
from bot.words import Words
from storage.store import Store

log = structlog.get_logger()


class Talks(Protocol):
    """The conversation, and the page of one's own."""

    async def accept(self, incoming: Incoming, answered: Callable[[], None] = ...) -> None:
        """Answers a little later, and then calls `answered`."""
        ...

    async def receive(self, incoming: Incoming) -> Reply:
        """Answers at once."""
        ...

    async def page(self, sender: Address) -> tuple[Message, ...]:
        """The sections of somebody's page; none for somebody unknown."""
        ...

    async def idle(self) -> None:
        """Waits until what was accepted is answered."""
        ...


class SlackRoom:
    """Everything about Slack. First there is the channel, then with `opens` the way in, then `start`.

    `most`: so many things by one person in a minute; beyond that they are asked to wait. `late`: seconds after which
    Slack opens no form any more. `alone`: we serve no other town.
    """

    def __init__(
        self,
        store: Store,
        words: Words,
        clock: Clock,
        slack: Slack,
        arrive: Arrive,
        change: Change,
        pace: Pace | None = None,
        most: int = MOST,
        late: float = LATE,
        alone: bool = False,
    ) -> None:
        self._store = store
        self._words = words
        self._clock = clock
        self._slack = slack
        self._most = most
        self._late = late
        self._connections = Connections()
        calls = Calls(slack.api, connections=self._connections)
        token = slack.bot_token.get_secret_value()
        one = OneToken(store, calls, token, clock, alone) if slack.install == "token" else None
        self.tokens = one or ManyTokens(store, Renewal(store, calls, clock, _client(slack)))
        self._api = Api(calls, self.tokens, pace or Pace(monotonic, asyncio.sleep), clock)
        self.channel = SlackChannel(self._api, store, words)
        self.people = SlackPeople(self._api, store, arrive, change)
        places = Places(store, self._api)
        self._meeting = Meeting(store, calls, places, one, slack.app_token.get_secret_value())
        self._changes = Changes(store, self._api, self.tokens, self.people, places, self._meeting.again, alone)
        self._talks: Talks | None = None
        self._socket: Socket | None = None
        self.inbound: Inbound | None = None

    def opens(self, talks: Talks, app: web.Application) -> None:
        """Lets in what Slack sends, for this conversation: by a socket, or at addresses of `app`."""
        self._talks = talks
        showing = Showing(self._api, self.refresh, self._late)
        reception = Reception(talks, self.people, self._words, language_in(self._store, CHANNEL), showing, self._most)
        secret = self._slack.signing_secret.get_secret_value()
        self.inbound = Inbound(reception, showing, News(self._changes), self._clock, secret)
        if self._slack.transport == "socket":
            self._socket = Socket(self.inbound.dispatch, self._slack.app_token.get_secret_value(), self._slack.api)
        else:
            self.inbound.routes(app)
        if self._slack.install == "oauth":
            app.add_routes(install_routes(self._store, self._words, self._clock, self._slack))

    async def start(self) -> str:
        """Gets to know the workspaces and opens the socket; what to tell the operator. Raises WrongSlack."""
        names = await self._meeting.start()
        if self._socket is not None:
            await self._socket.start()
        if names is None:
            return "Slack does not answer yet; Vidsyn goes on trying."
        return f"Vidsyn is ready in Slack: {', '.join(names)}." if names else "Vidsyn is ready for Slack."

    async def stop(self) -> None:
        """Takes nothing more, and waits until what was answered is shown."""
        if self._socket is not None:
            await self._socket.stop()
        if self.inbound is not None:
            await self.inbound.idle()
        await self._meeting.stop()

    async def close(self) -> None:
        """Lets go of the connections: nothing is sent any more."""
        await self._connections.close()

    async def refresh(self, tenant: str, user: str) -> None:
        """Draws somebody's own page anew."""
        if self._talks is None:
            return
        sections = await self._talks.page(Address(CHANNEL, tenant, user))
        if not sections:  # somebody new, who is just being looked up
            await self._talks.idle()
            sections = await self._talks.page(Address(CHANNEL, tenant, user))
        if not sections:
            sections = await self._turned_away(Address(CHANNEL, tenant, user))
        if not sections:
            return
        language = sections[0].language
        view = home(sections, lambda key: self._words.text(language, key))
        answer = await self._api.ask(
            tenant, "views.publish", lambda slack: slack.views_publish(user_id=user, view=view)
        )
        if not answer.done:
            log.info("slack_home_not_shown", code=answer.code)

    async def _turned_away(self, sender: Address) -> tuple[Message, ...]:
        """What the page of somebody says who belongs here and cannot take part."""
        try:
            who = await self.people.look_up(sender)
        except NotReached:
            return ()
        if who.refused != GUEST:
            return ()
        sentence = self._words.text(who.language, who.refused)
        return (Message((Part(sentence),), preview=sentence, language=who.language),)


def _client(slack: Slack) -> Client:
    return Client(slack.client_id, slack.client_secret.get_secret_value())
