"""The whole fake: the Web API, the people, and the ways to the app."""

from __future__ import annotations

import secrets
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any

from aiohttp import web

from tests.slack.fake import payloads
from tests.slack.fake.answers import ResponseUrl, by_response_url
from tests.slack.fake.chat import as_json
from tests.slack.fake.events import AFTER_THE_END, EVENT_SCOPES, subscription
from tests.slack.fake.happenings import Admin
from tests.slack.fake.people import Person
from tests.slack.fake.server import ApiServer
from tests.slack.fake.sockets import Sockets
from tests.slack.fake.things import App, Clock, Json, Message, NotThere
from tests.slack.fake.ways import Answer, Delivery, HttpWay, Kind, Way, signed

RETRIES = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))
DELAYED = (timedelta(hours=1),) * 24


@dataclass
class Retry:
    """An event that the app did not take, and when it is sent again."""

    due: datetime
    delivery: Delivery


class FakeSlack(ApiServer):
    """`async with FakeSlack(clock) as slack:`; `slack.base_url` is the address of the Web API.

    Choose how the app is told with `tell_by_http` or `tell_by_socket`. `deliveries` is all that was sent to it.
    """

    def __init__(self, clock: Clock, app: App | None = None) -> None:
        super().__init__(clock, app)
        self.admin = Admin(self)
        self.sockets = Sockets(self)
        self.deliveries: list[Delivery] = []
        self.retries: list[Retry] = []
        self.delayed_events = False
        self.response_urls: dict[str, ResponseUrl] = {}
        self._ways: dict[str, Way] = {}
        self._echoed = 0

    async def __aenter__(self) -> FakeSlack:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def stop(self) -> None:
        """Closes the sockets, lets go of what hangs, and closes the server."""
        await self.sockets.stop()
        await super().stop()

    def add_routes(self, server: web.Application) -> None:
        """Also the websocket and the response_urls."""
        super().add_routes(server)
        server.router.add_get("/link/", self.sockets.handle)
        server.router.add_post("/actions/{id}", self._response)

    # The ways to the app

    def tell_by_http(self, url: str, team: str = "", patience: float = 3.0) -> HttpWay:
        """Everything that happens in the team (default: in all) is posted to this address."""
        way = HttpWay(url, self.app, self.clock, patience)
        self._ways[team] = way
        return way

    def tell_by_socket(self, team: str = "", patience: float = 3.0) -> Sockets:
        """Everything that happens in the team (default: in all) goes through the app's websockets."""
        self.sockets.patience = patience
        self._ways[team] = self.sockets
        return self.sockets

    async def send(self, kind: Kind, team: str, body: Json) -> Delivery:
        """One body to the app. An event that it does not take is sent again when `retry_due` finds it due."""
        delivery = Delivery(self.now, kind, team, deepcopy(body))
        await self._deliver(delivery)
        return delivery

    async def send_event(self, event: Json, *, team: str = "", event_id: str = "", **more: Any) -> Delivery:
        """Any event; `more` replaces keys of its envelope, for example event_time."""
        team = team or next(iter(self.teams))
        name = subscription(event)
        if self.app.events is not None and name not in self.app.events:
            raise NotThere(f"The app does not subscribe to {name}.")
        if name not in AFTER_THE_END:
            needed = EVENT_SCOPES.get(name, ())
            if needed and not self.token_of(team).scopes & set(needed):
                raise NotThere(f"Without {' or '.join(needed)} the app hears of no {name}.")
        body = payloads.wrapped(self, team, deepcopy(event), event_id, **more)
        return await self.send("event", team, body)

    async def retry_due(self) -> list[Delivery]:
        """Sends again whatever is due by now: at once, then after 1 and 5 minutes, then it is lost."""
        due = [retry for retry in self.retries if retry.due <= self.now]
        again = []
        for retry in due:
            if retry not in self.retries:
                continue
            self.retries.remove(retry)
            old = retry.delivery
            if old.envelope_id and old.envelope_id not in self.sockets.unacknowledged:
                continue
            delivery = Delivery(self.now, old.kind, old.team, old.body, old.retry + 1, old.answer.reason)
            delivery.envelope_id = old.envelope_id
            await self._deliver(delivery)
            again.append(delivery)
        return again

    async def send_echoes(self) -> list[Delivery]:
        """The message events for what the assistant itself has posted since the last call."""
        news = self.ledger.posted[self._echoed :]
        self._echoed = len(self.ledger.posted)
        sent = []
        for post in news:
            channel = self.channels[post.channel]
            message = Message(post.channel, post.ts, self.bots[post.team], post.text, post.blocks, team=post.team)
            event = as_json(self, message) | {"channel": post.channel, "channel_type": channel.kind}
            sent.append(await self.send_event(event, team=post.team))
        return sent

    # Bytes of one's own

    async def replay(self, delivery: Delivery) -> Answer:
        """The very same request once more, with the same signature."""
        return await self._http(delivery.team).post(delivery.raw, delivery.headers)

    async def post_raw(
        self, body: bytes, content_type: str = "application/json", headers: dict[str, str] | None = None,
        *, sign: bool = True, team: str = "",
    ) -> Answer:  # fmt: skip
        """These bytes to the app's address; signed for now unless told otherwise, `headers` on top."""
        own = signed(self.app, self.clock, body, content_type) if sign else {"Content-Type": content_type}
        return await self._http(team).post(body, own | (headers or {}))

    # People

    def person(self, user: str, team: str = "") -> Person:
        """Somebody who acts; `team` if it is not the user's own workspace."""
        return Person(self, self.users[user], team or self.users[user].team)

    def new_response_url(self, team: str, channel: str, user: str, message: Message | None = None) -> str:
        """An address at which the app may answer a gesture for half an hour, five times."""
        id = secrets.token_hex(12)
        self.response_urls[id] = ResponseUrl(team, channel, user, self.now, message)
        return f"{self.root}/actions/{id}"

    # Inside

    async def _deliver(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        way = self._ways.get(delivery.team) or self._ways.get("")
        if way is None:
            raise NotThere("Nobody has said how the app is told: tell_by_http or tell_by_socket.")
        delivery.answer = await way.deliver(delivery)
        if delivery.kind != "event" or delivery.answer.ok:
            return
        if delivery.answer.headers.get("X-Slack-No-Retry") == "1":
            return
        delays = RETRIES + (DELAYED if self.delayed_events else ())
        if delivery.retry < len(delays):
            self.retries.append(Retry(self.now + delays[delivery.retry], delivery))

    def _http(self, team: str) -> HttpWay:
        way = self._ways.get(team) or self._ways.get("")
        if not isinstance(way, HttpWay):
            raise NotThere("The app is not told by HTTP.")
        return way

    async def _response(self, request: web.Request) -> web.Response:
        where = self.response_urls.get(request.match_info["id"])
        if where is None:
            return web.Response(status=404, text="no_such_url")
        status, text = by_response_url(self, where, await request.read())
        return web.Response(status=status, text=text)
