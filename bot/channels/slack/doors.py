"""What Slack sends over HTTP: signed, of a decent size and well formed, or refused, and never with a 5xx."""

from __future__ import annotations

import asyncio
import hmac
import json
import math
import re
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, NoReturn
from urllib.parse import parse_qsl

import aiohttp
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

MOST_BYTES = 1_000_000
"""A body larger than this is refused before it is read to the end."""

SLOWEST = 10.0
"""Seconds that a body may take to arrive."""

NEAR = 300
"""Seconds that Slack's clock and ours may differ, either way."""

DEEPEST = 100
"""Lists and objects inside each other; Slack's own go about a dozen deep."""

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
    if request.headers.getall("Content-Encoding", []):
        raise web.HTTPUnsupportedMediaType(text="The body is compressed. Send it as it is.")
    stamp = _stamp(request, now)
    signature = _only(request, "X-Slack-Signature", _SIGNATURE)
    body = await _body(request, slowest)
    if not _signed(_secrets(secret), stamp, body, signature):
        raise web.HTTPUnauthorized(text=_REFUSED)
    try:
        return checked(_parsed(request.content_type, body))
    except (ValueError, RecursionError):
        # Nothing of what was sent is repeated: it may be somebody's text.
        raise web.HTTPBadRequest(text=_MALFORMED) from None


def checked(body: Any) -> dict[str, Any]:
    """The body if it has the shape that everything from Slack has, also over a socket. Raises ValueError."""
    body = _sound(body)
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


async def _body(request: web.Request, slowest: float) -> bytes:
    if (request.content_length or 0) > MOST_BYTES:
        raise web.HTTPRequestEntityTooLarge(MOST_BYTES, text="The body is too large.")
    body = bytearray()
    try:
        async with asyncio.timeout(slowest):
            async for chunk in request.content.iter_chunked(64 * 1024):
                body += chunk
                if len(body) > MOST_BYTES:
                    raise web.HTTPRequestEntityTooLarge(MOST_BYTES, text="The body is too large.")
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="The body took too long.") from None
    except (aiohttp.ClientError, ConnectionError, HttpProcessingError):
        raise web.HTTPBadRequest(text="The body broke off.") from None
    return bytes(body)


def _parsed(content_type: str, body: bytes) -> Any:
    text = body.decode("utf-8", "strict")
    if content_type == "application/json":
        return _json(text)
    if content_type != "application/x-www-form-urlencoded":
        raise ValueError("neither JSON nor a form")
    pairs = parse_qsl(
        text, keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS, separator="&"
    )
    form = _object(list(pairs))
    return _json(form["payload"]) if "payload" in form else form


def _json(text: str) -> Any:
    return json.loads(text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_object)


def _refuse(constant: str) -> NoReturn:
    raise ValueError("not a number")


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError("too large a number")
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    return made


def _sound(value: Any, deep: int = 1) -> Any:
    """The value with half characters made whole: a lone surrogate is a string that no UTF-8 can hold."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if not isinstance(value, dict | list):
        return value
    if deep > DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, list):
        return [_sound(one, deep + 1) for one in value]
    return {_sound(key): _sound(one, deep + 1) for key, one in value.items()}
