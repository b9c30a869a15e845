"""The bare ceilings, in a process of their own: an echo that keeps nothing, and a loop that only sends."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
import jwt
from aiohttp import web
from jwt.algorithms import RSAAlgorithm
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

from tests.benchmarks.sides import APP, SECRET, TENANT, TOKEN, place_of
from tests.benchmarks.worker import Do, Json, run

IN_FLIGHT = 50


def bolt(api: str, session: aiohttp.ClientSession) -> web.Application:
    """Slack's own framework: an echo as it is documented, but with one session for all calls."""
    client = AsyncWebClient(TOKEN, base_url=f"{api}/api/", session=session)
    app = AsyncApp(client=client, signing_secret=SECRET)

    @app.event("message")
    async def echo(event: dict[str, Any], say: AsyncSay) -> None:
        await say(text=event["text"], channel=event["user"])

    async def posted(request: web.Request) -> web.Response:
        response = await app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(response)

    application = web.Application()
    application.router.add_post("/slack/events", posted)
    return application


async def thin(api: str, session: aiohttp.ClientSession) -> web.Application:
    """Teams by hand: the token is checked, and the words go back."""
    async with session.get(f"{api}/v1/.well-known/keys") as got:
        keys = {key["kid"]: RSAAlgorithm.from_jwk(key) for key in (await got.json())["keys"]}
    going: set[asyncio.Task[None]] = set()

    async def echo(activity: dict[str, Any]) -> None:
        conversation = activity["conversation"]["id"]
        async with session.post(
            f"{activity['serviceUrl']}v3/conversations/{conversation}/activities",
            json={"type": "message", "text": activity["text"]},
            headers={"Authorization": "Bearer the-token"},
        ) as response:
            await response.read()

    async def posted(request: web.Request) -> web.Response:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        key = keys[jwt.get_unverified_header(token)["kid"]]
        claims = jwt.decode(token, key, ["RS256"], audience=APP)  # type: ignore[arg-type]
        activity = await request.json()
        if claims["serviceurl"] != activity["serviceUrl"]:
            raise web.HTTPForbidden
        task = asyncio.create_task(echo(activity))
        going.add(task)
        task.add_done_callback(going.discard)
        return web.Response()

    application = web.Application()
    application.router.add_post("/api/messages", posted)
    return application


class Sends:
    """A loop that sends to one person after the other, fifty at a time."""

    def __init__(self, platform: str, api: str, session: aiohttp.ClientSession) -> None:
        self._platform = platform
        self._api = api
        self._session = session

    async def run(self, told: Json) -> Json:
        """Sends `messages`."""
        numbers = iter(range(told["messages"]))

        async def one_by_one() -> None:
            for number in numbers:
                await self._send(number)

        await asyncio.gather(*(one_by_one() for _ in range(IN_FLIGHT)))
        return {}

    async def _send(self, number: int) -> None:
        place = place_of(self._platform, number)
        if self._platform == "slack":
            text = "Der er en hilsen til dig."
            blocks = [{"type": "section", "text": {"type": "plain_text", "text": text}}]
            url, token = f"{self._api}/api/chat.postMessage", TOKEN
            body: dict[str, Any] = {"channel": place, "text": text, "blocks": blocks}
        else:
            url, token = f"{self._api}/smba/emea/v3/conversations/a:1{place}/activities", "the-token"
            body = {"type": "message", "text": "Der er en hilsen til dig.", "channelData": {"tenant": {"id": TENANT}}}
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        async with self._session.post(url, data=json.dumps(body).encode(), headers=headers) as response:
            await response.read()


async def begin(told: Json) -> tuple[Json, Mapping[str, Do]]:
    """An echo on `platform`, whose services are at `api`."""
    logging.disable(logging.CRITICAL)
    platform, api = told["platform"], told["api"]
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    app = bolt(api, session) if platform == "slack" else await thin(api, session)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()

    async def stop(told: Json) -> Json:
        await runner.cleanup()
        await session.close()
        return {}

    return {"port": runner.addresses[0][1]}, {"send": Sends(platform, api, session).run, "stop": stop}


if __name__ == "__main__":
    run(begin)
