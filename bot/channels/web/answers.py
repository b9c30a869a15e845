"""How the pages answer: HTML, a sentence, and a sentence too when something fails."""

from __future__ import annotations

import logging
import traceback

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.channels.web.desk import LANGUAGES, Words
from bot.channels.web.doors import Handler
from storage.store import StoreUnavailable

LOG = logging.getLogger(__name__)

MOST_IDS = 200
"""Messages that are asked for at once."""


def html(text: str, status: int = 200) -> web.Response:
    """A page, or a part of one."""
    return web.Response(text=text, content_type="text/html", charset="utf-8", status=status)


def sentence(text: str, status: int) -> web.Response:
    """What the page says beside the form that was sent."""
    return web.json_response({"sentence": text}, status=status)


def wanted(request: web.Request) -> str:
    """The page's language when nobody is known: as asked for, else as the browser prefers."""
    asked_for = request.query.get("language", "")
    if asked_for in LANGUAGES:
        return asked_for
    for part in request.headers.get("Accept-Language", "").split(","):
        tag = part.partition(";")[0].strip().lower()[:2]
        if tag in {"da", "en", "nb", "no", "nn"}:
            return "nb" if tag in {"no", "nn"} else tag
    return "da"


def ids_of(request: web.Request) -> list[str]:
    """The messages that are asked for; all of them when none is named."""
    return [id for id in request.query.get("ids", "").split(",") if id][:MOST_IDS]


def steady(words: Words) -> Middleware:
    """Turns a fault into a sentence. Only its place is logged: its text may be somebody's."""

    @web.middleware
    async def steadied(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except StoreUnavailable:
            status = 503
        except Exception as fault:
            frames = "".join(traceback.format_tb(fault.__traceback__))
            LOG.error("A page failed with %s:\n%s", type(fault).__name__, frames)
            status = 500
        return sentence(words.text(wanted(request), "playground.trouble", {}), status)

    return steadied
