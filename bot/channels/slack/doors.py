"""What Slack sends over HTTP: signed, of a decent size and well formed, or refused, and never with a 5xx."""

from __future__ import annotations

import hmac
import re
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from bot.channels.body import SLOWEST, object_of, parse, read, refuse_codings, sound

NEAR = 300
"""Seconds that Slack's clock and ours may differ, either way."""

MOST_FIELDS = 100
"""Fields of a form; Slack's own have about fifteen."""

_STAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")

_REFUSED = "Slack did not sign this request."
_MALFORMED = "The body is not what Slack sends."


async def opened(request: web.Request, secret: str, now: datetime, slowest: float = SLOWEST) -> dict[str, Any]:
    """The body of a request from Slack: an event, an interaction or a command.

    `secret` is the signing secret, or several separated by commas while one takes the place of another.
    Raises the HTTP refusal that fits: 401, 408, 413 or 415, and 400 only for a body that Slack did sign.
    """
    refuse_codings(request)
    stamp = _stamp(request, now)
    signature = _only(request, "X-Slack-Signature", _SIGNATURE)
    body = await read(request, slowest)
    if not _signed(_secrets(secret), stamp, body, signature):
        raise web.HTTPUnauthorized(text=_REFUSED)
    try:
        return checked(_parsed(request.content_type, body))
    except (ValueError, RecursionError):
        # Nothing of what was sent is repeated: it may be somebody's text.
        raise web.HTTPBadRequest(text=_MALFORMED) from None


def checked(body: Any) -> dict[str, Any]:
    """The body if it has the shape that everything from Slack has, also over a socket. Raises ValueError."""
    body = sound(body)
    if not isinstance(body, dict):
        raise ValueError("not an object")
    if body.get("ssl_check") == "1" or isinstance(body.get("command"), str):
        return body
    if not isinstance(body.get("type"), str):
        raise ValueError("no type")
    if body["type"] == "event_callback":
        _check_event(body)
    return body


def _check_event(body: dict[str, Any]) -> None:
    event = body.get("event")
    if not isinstance(event, dict) or not isinstance(event.get("type"), str):
        raise ValueError("no event")
    if not isinstance(body.get("event_id"), str) or not body["event_id"]:
        raise ValueError("no event id")


def _stamp(request: web.Request, now: datetime) -> str:
    stamp = _only(request, "X-Slack-Request-Timestamp", _STAMP)
    if abs(now.timestamp() - int(stamp)) > NEAR:
        raise web.HTTPUnauthorized(text=_REFUSED)
    return stamp


def _only(request: web.Request, name: str, shape: re.Pattern[str]) -> str:
    """The one header called `name`, of this shape."""
    values: Sequence[str] = request.headers.getall(name, [])
    if len(values) != 1 or not shape.fullmatch(values[0]):
        raise web.HTTPUnauthorized(text=_REFUSED)
    return values[0]


def _secrets(setting: str) -> list[bytes]:
    # An empty secret is none: with it anybody could sign.
    return [secret.encode() for secret in map(str.strip, setting.split(",")) if secret]


def _signed(secrets: list[bytes], stamp: str, body: bytes, signature: str) -> bool:
    whole = f"v0:{stamp}:".encode() + body
    # All are tried, so that the time taken tells nothing of which one fits.
    fits = [hmac.compare_digest(f"v0={_sealed(secret, whole)}", signature) for secret in secrets]
    return any(fits)


def _sealed(secret: bytes, whole: bytes) -> str:
    return hmac.new(secret, whole, sha256).hexdigest()


def _parsed(content_type: str, body: bytes) -> Any:
    text = body.decode("utf-8", "strict")
    if content_type == "application/json":
        return parse(text)
    if content_type != "application/x-www-form-urlencoded":
        raise ValueError("neither JSON nor a form")
    pairs = parse_qsl(
        text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS, separator="&"
    )
    form = object_of(pairs)
    return parse(form["payload"]) if "payload" in form else form
