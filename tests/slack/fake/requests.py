"""Reading a request to the Web API, and the answers that are none."""

from __future__ import annotations

import base64
import json

from aiohttp import web

from tests.slack.fake.things import Json


async def arguments_of(request: web.Request) -> Json | None:
    """From the address, a form or a JSON body; None if that is no JSON object."""
    arguments: Json = dict(request.query)
    if request.method != "POST":
        return arguments
    if request.content_type == "application/json":
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            return None
        return arguments | body if isinstance(body, dict) else None
    form = await request.post()
    return arguments | {key: value for key, value in form.items() if isinstance(value, str)}


def client_of(request: web.Request) -> tuple[str, str] | None:
    header = request.headers.get("Authorization", "")
    if not header.startswith("Basic "):
        return None
    try:
        id, _, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
    except ValueError:
        return None
    return id, secret


def limited(retry_after: str | None) -> web.Response:
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)


def cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
