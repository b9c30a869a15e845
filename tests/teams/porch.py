"""A server that is nothing but the door that Teams comes in by, and remembers what came through."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from bot.channels.teams.doors import Door, opened
from bot.channels.teams.keys import Keys
from bot.channels.teams.settings import Teams
from bot.clock import StandingClock
from tests.teams.jwks import APP_ID, NOON, SERVICE, Json, Microsoft, token

CANARY = "kanariefugl"
NEAR = frozenset({"localhost:56150"})
PATH = "/api/messages"

Client = TestClient[web.Request, web.Application]


def activity(**changes: Any) -> Json:
    """A message in a personal chat."""
    usual = {"type": "message", "id": "f:1", "channelId": "msteams", "serviceUrl": SERVICE, "text": CANARY}
    return usual | changes


HELLO = json.dumps(activity()).encode()


class Porch:
    """The door, a Microsoft whose keys it asks for, and a client before it."""

    def __init__(self, kind: str, slowest: float) -> None:
        self.microsoft = Microsoft()
        self.clock = StandingClock(NOON)
        self.came: list[Json] = []
        self.log: list[Any] = []
        self._kind = kind
        self._slowest = slowest

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Porch]:
        """Open for requests."""
        await self.microsoft.start()
        self.keys = Keys(self.microsoft.document)
        teams = Teams("SingleTenant", APP_ID, openid=self.microsoft.document)
        anonymous = Teams("Anonymous", hosts=NEAR, near=NEAR)
        self.door = Door(anonymous if self._kind == "Anonymous" else teams, self.keys, self.clock, self._slowest)
        app = web.Application()
        app.router.add_post(PATH, self._handle)
        self.client: Client = TestClient(TestServer(app))
        await self.client.start_server()
        try:
            yield self
        finally:
            await self.client.close()
            await self.keys.close()
            await self.microsoft.close()

    async def _handle(self, request: web.Request) -> web.Response:
        self.came.append(await opened(request, self.door))
        return web.Response()

    async def post(self, body: bytes = HELLO, bearer: str | None = None, **headers: str) -> int:
        """The status of the answer, which quotes nothing. `bearer` is a token; without, a good one."""
        given = {"Content-Type": "application/json", "Authorization": f"Bearer {token() if bearer is None else bearer}"}
        with capture_logs() as said:
            response = await self.client.post(PATH, data=body, headers=given | headers)
        self.log = list(said)
        text = await response.text()
        assert CANARY not in text + repr(said)
        assert not bearer or bearer not in text + repr(said)
        return response.status

    async def refuses(self, code: str, body: bytes = HELLO, bearer: str | None = None, **headers: str) -> int:
        """The status, when nothing came in and the log says why in this one word."""
        status = await self.post(body, bearer, **headers)
        assert self.came == []
        assert [(entry["event"], entry["code"]) for entry in self.log] == [("teams_refused", code)]
        assert set(self.log[0]) == {"event", "code", "status", "log_level"}
        return status


@asynccontextmanager
async def porch(kind: str = "SingleTenant", slowest: float = 10.0) -> AsyncIterator[Porch]:
    """An open door."""
    async with Porch(kind, slowest).opened() as there:
        yield there
