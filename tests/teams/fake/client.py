"""A bot that only asks and listens, to try the fake with."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import jwt
from aiohttp import web

from tests.teams.fake.keys import ISSUER
from tests.teams.fake.teams import FakeTeams
from tests.teams.fake.things import Json


class Client:
    """Calls the fake with a good token. Each call returns status, body and headers."""

    def __init__(self, teams: FakeTeams) -> None:
        self._teams = teams
        self.token = teams.tokens.give(ISSUER).value

    async def ask(
        self, method: str, path: str, body: Json | None = None, *, token: str | None = None, **more: Any
    ) -> tuple[int, Any, dict[str, str]]:
        """A path under the service address, or a whole address."""
        url = path if path.startswith("http") else self._teams.service_url + path
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"} | more.pop("headers", {})
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, url, json=body, headers=headers, allow_redirects=False, **more) as response,
        ):
            text = await response.text()
            parsed = json.loads(text) if response.content_type == "application/json" else text
            return response.status, parsed, dict(response.headers)

    async def posts(self, conversation: str, activity: Json) -> str:
        """The id of a message that is taken."""
        status, body, _ = await self.ask("POST", f"v3/conversations/{conversation}/activities", activity)
        assert status == 201, body
        return str(body["id"])


class Listener:
    """Writes down what comes with a good token, and answers with the next of `answers`: a status or JSON.

    Nothing is answered while `hold` is cleared.
    """

    def __init__(self, teams: FakeTeams) -> None:
        self.got: list[Json] = []
        self.answers: list[Any] = []
        self.hold = asyncio.Event()
        self.hold.set()
        self._teams = teams

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """401 for a token that is not the fake's."""
        activity = await request.json()
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or not self._good(token, activity):
            return web.Response(status=401)
        self.got.append(activity)
        answer = self.answers.pop(0) if self.answers else 200
        await self.hold.wait()
        return web.Response(status=answer) if isinstance(answer, int) else web.json_response(answer)

    def _good(self, token: str, activity: Json) -> bool:
        keys = {key["kid"]: jwt.PyJWK(key, "RS256") for key in self._teams.keys.document()["keys"]}
        try:
            key = keys[jwt.get_unverified_header(token)["kid"]]
            options: Any = {"verify_exp": False, "verify_nbf": False, "require": ["exp", "nbf"]}
            claims = jwt.decode(token, key, ["RS256"], options, audience=self._teams.app.id, issuer=ISSUER)
        except (KeyError, jwt.InvalidTokenError):
            return False
        now = self._teams.now.timestamp()
        return bool(claims["nbf"] <= now < claims["exp"] and claims["serviceurl"] == activity["serviceUrl"])


@asynccontextmanager
async def listening(teams: FakeTeams) -> AsyncIterator[Listener]:
    """A listener that the fake tells."""
    listener = Listener(teams)
    server = web.Application()
    server.router.add_post("/teams/messages", listener.handle)
    runner = web.AppRunner(server, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    teams.tell(f"http://{host}:{port}/teams/messages")
    yield listener
    listener.hold.set()
    await runner.cleanup()
