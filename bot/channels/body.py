"""The body of a request: of a decent size, in decent time, and JSON that means one thing only."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Sequence
from typing import Any, NoReturn

import aiohttp
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

MOST_BYTES = 1_000_000
"""A body larger than this is refused before it is read to the end."""

SMALL = 64 * 1024
"""Bytes; nearly all that the platforms send is smaller, and is always let in."""

MOST_TOGETHER = 16_000_000
"""Bytes of larger bodies that are held at a time: a thousand who send slowly fill no memory."""

SLOWEST = 10.0
"""Seconds that a body may take to arrive."""

DEEPEST = 100
"""Lists and objects inside each other; those of the platforms go about a dozen deep."""


def refuse_codings(request: web.Request) -> None:
    """Raises the HTTP refusal 415 for a body with a coding: a few bytes could become any number."""
    if request.headers.getall("Content-Encoding", []):
        raise web.HTTPUnsupportedMediaType(text="The body is compressed. Send it as it is.")


class _LargeBodies:
    """How much of the larger bodies is held just now, in this process."""

    held = 0


async def read(request: web.Request, slowest: float = SLOWEST) -> bytes:
    """The whole body, if it comes within `slowest` seconds. Raises the HTTP refusal that fits: 400, 408, 413 or 503."""
    if (request.content_length or 0) > MOST_BYTES:
        raise web.HTTPRequestEntityTooLarge(MOST_BYTES, text="The body is too large.")
    body, held = bytearray(), 0
    try:
        async with asyncio.timeout(slowest):
            async for chunk in request.content.iter_chunked(64 * 1024):
                body += chunk
                if len(body) > MOST_BYTES:
                    raise web.HTTPRequestEntityTooLarge(MOST_BYTES, text="The body is too large.")
                more = max(len(body) - SMALL, 0) - held
                if _LargeBodies.held + more > MOST_TOGETHER:
                    raise web.HTTPServiceUnavailable(headers={"Retry-After": "1"}, text="Too much comes at once.")
                held += more
                _LargeBodies.held += more
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="The body took too long.") from None
    except (aiohttp.ClientError, ConnectionError, HttpProcessingError):
        raise web.HTTPBadRequest(text="The body broke off.") from None
    finally:
        _LargeBodies.held -= held
    return bytes(body)


def parse(text: str) -> Any:
    """The value that JSON stands for. Raises ValueError, also for names that stand twice and for no numbers.

    Raises RecursionError for what is far too deep.
    """
    return json.loads(text, parse_constant=_refuse, parse_float=_finite, object_pairs_hook=object_of)


def object_of(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these names and values. Raises ValueError for a name that stands twice."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    return made


def sound(value: Any, deep: int = 1) -> Any:
    """The value with half characters made whole: a lone surrogate is a string that no UTF-8 can hold.

    Raises ValueError for what is too deep.
    """
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if not isinstance(value, dict | list):
        return value
    if deep > DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, list):
        return [sound(one, deep + 1) for one in value]
    return {sound(key): sound(one, deep + 1) for key, one in value.items()}


def _refuse(constant: str) -> NoReturn:
    raise ValueError("not a number")


def _finite(number: str) -> float:
    value = float(number)
    if not math.isfinite(value):
        raise ValueError("too large a number")
    return value
