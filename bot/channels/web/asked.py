"""Reads what a browser sent. What does not fit is refused with 400, 408, 413 or 415, never a 5xx."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Literal, NoReturn, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.channels.web.doors import MOST_BYTES
from dialogs.model import Raw

SLOWEST = 15.0
"""Seconds that a body may take to arrive."""

MOST_TEXT = 40_000
"""Characters in one text, as chat platforms have it; how much is an answer is the conversation's to say."""


class Asked(BaseModel):
    """One request. Unknown fields and other types than these are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Name(Asked):
    """Somebody to add."""

    name: str = Field(min_length=1, max_length=80)
    role: Literal["employee", "leader", "host", "hr"]
    unit: str = Field(default="", max_length=120)
    language: Literal["da", "nb", "en"] = "da"


class Typed(Asked):
    """A text that a person sends. `event` is the browser's own id of it, the same for each try."""

    person: str = Field(max_length=200)
    event: str = Field(min_length=8, max_length=100)
    text: str = Field(min_length=1, max_length=MOST_TEXT)


class Pressed(Asked):
    """A button that a person presses, with the card's values when it sends them."""

    person: str = Field(max_length=200)
    event: str = Field(min_length=8, max_length=100)
    card: str = Field(max_length=200)
    button: str = Field(max_length=200)
    values: dict[str, Raw] = Field(default_factory=dict, max_length=200)
    leave: Literal["", "mask", "keep"] = ""
    leaves: list[str] = Field(default_factory=list, max_length=200)


class Moved(Asked):
    """Where the clock shall go: to the next event, a day on, or to a date."""

    person: str = Field(default="", max_length=200)
    event: str = Field(min_length=8, max_length=100)
    to: Literal["next", "day", "date"]
    date: str = Field(default="", max_length=10)


class Language(Asked):
    """The language of the page for a person."""

    person: str = Field(max_length=200)
    language: Literal["da", "nb", "en"]


A = TypeVar("A", bound=Asked)


async def asked(request: web.Request, kind: type[A]) -> A:
    """The request's body as `kind`. Raises the HTTP refusal that fits."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise web.HTTPUnsupportedMediaType(text="The body is compressed. Send it as it is.")
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="The body is not JSON.")
    try:
        return kind.model_validate(_parsed(await _body(request)))
    except (ValidationError, ValueError, RecursionError):
        # Nothing of what was sent is repeated: it may be somebody's text.
        raise web.HTTPBadRequest(text="The body is not what this address expects.") from None


async def _body(request: web.Request) -> bytes:
    body = bytearray()
    try:
        async with asyncio.timeout(SLOWEST):
            async for chunk in request.content.iter_chunked(16 * 1024):
                body += chunk
                if len(body) > MOST_BYTES:
                    raise web.HTTPRequestEntityTooLarge(MOST_BYTES, text="The body is too large.")
    except TimeoutError:
        raise web.HTTPRequestTimeout(text="The body took too long.") from None
    return bytes(body)


def _parsed(body: bytes) -> Any:
    text = body.decode("utf-8", "strict")
    value = json.loads(text, parse_constant=_refuse, object_pairs_hook=_object)
    # A lone surrogate is a string that no UTF-8 can hold.
    json.dumps(value, ensure_ascii=False).encode("utf-8", "strict")
    return value


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice")
    return made
