"""What Teams sends: proven to be from Microsoft, of a decent size and well formed, or refused, never with a 5xx."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from aiohttp import web

from bot.channels.body import SLOWEST, parse, read, refuse_codings, sound
from bot.channels.teams.keys import Keys
from bot.channels.teams.settings import Teams
from bot.channels.teams.token import CHANNEL, Proof, Refused, check, prove
from bot.channels.web.doors import refusal
from bot.clock import Clock

log = structlog.get_logger()

PLAYED = (CHANNEL, "emulator")
"""The channels that the Agents Playground plays."""

_REFUSED = {401: web.HTTPUnauthorized, 403: web.HTTPForbidden}
_SAID = {401: "This request has no valid token.", 403: "The token is for something else."}
_MALFORMED = "The body is not what Teams sends."
_NOT_JSON = "Send JSON."
_ELSEWHERE = "Only the Agents Playground comes in here."


@dataclass(frozen=True)
class Door:
    """What a request is looked at with. `slowest`: seconds that a body may take to arrive."""

    teams: Teams
    keys: Keys
    clock: Clock
    slowest: float = SLOWEST


async def opened(request: web.Request, door: Door) -> dict[str, Any]:
    """The activity that Teams sends. Raises the HTTP refusal that fits.

    401 and 403 when it is not proven to be from Teams; only for what has a valid token 400, 408, 413 and 415. Whoever
    has none learns nothing: their body is not even read.
    """
    if door.teams.kind == "Anonymous":
        return await _played(request, door)
    try:
        proof = await _prove(request, door)
        activity = await _activity(request, door.slowest)
        check(proof, activity)
    except Refused as refused:
        log.warning("teams_refused", status=refused.status, code=refused.code)
        raise _REFUSED[refused.status](text=_SAID[refused.status]) from None
    return activity


async def _prove(request: web.Request, door: Door) -> Proof:
    headers = request.headers.getall("Authorization", [])
    if len(headers) != 1:
        raise Refused(401, "no_token")
    return await prove(headers[0], door.keys, door.teams.app_id, door.teams.issuer, door.clock.now())


async def _played(request: web.Request, door: Door) -> dict[str, Any]:
    """The activity that the Agents Playground sends. It proves nothing, so it comes from this machine."""
    sentence = refusal(request)
    if sentence:
        raise web.HTTPForbidden(text=sentence)
    activity = await _activity(request, door.slowest)
    if activity.get("channelId") not in PLAYED:
        raise web.HTTPForbidden(text=_ELSEWHERE)
    return activity


async def _activity(request: web.Request, slowest: float) -> dict[str, Any]:
    refuse_codings(request)
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text=_NOT_JSON)
    body = await read(request, slowest)
    try:
        return _checked(parse(body.decode("utf-8")))
    except (ValueError, RecursionError):
        # Nothing of what was sent is repeated: it may be somebody's text.
        raise web.HTTPBadRequest(text=_MALFORMED) from None


def _checked(activity: Any) -> dict[str, Any]:
    """The activity if it has the shape that everything from Teams has. Raises ValueError."""
    activity = sound(activity)
    if not isinstance(activity, dict) or not isinstance(activity.get("type"), str):
        raise ValueError("no type")
    return activity
