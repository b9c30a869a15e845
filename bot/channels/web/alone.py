"""A page with one thing to say to a visitor, who came by a link: the way on, or that it leads nowhere."""

from __future__ import annotations

from zlib import crc32

from aiohttp import web

from bot.channels.pace import Pace
from bot.channels.web.answers import html, wanted
from bot.channels.web.doors import is_loopback
from bot.channels.web.view import Pages, say

SOURCES = 1024
"""Visitors are counted in so many groups by where they come from, so that counting takes no more room than that."""


def onward(pages: Pages, language: str) -> web.Response:
    """The way on."""
    return _page(pages, language, 200)


def gone(pages: Pages, request: web.Request, why: str, status: int = 404) -> web.Response:
    """That the link leads nowhere; `why` is the key of what to do about it."""
    return _page(pages, wanted(request), status, why)


def too_fast(pace: Pace, request: web.Request) -> bool:
    """Counts one more link that is tried. True when too many are, from where this one comes from."""
    return pace.too_fast(str(crc32(_source(request).encode()) % SOURCES))


def _source(request: web.Request) -> str:
    """Where a visitor comes from: behind a proxy on this machine what it says last, or they would all be one."""
    near = request.remote or ""
    said = request.headers.getall("X-Forwarded-For", [""])[-1].rpartition(",")[2].strip()
    return said if said and is_loopback(near) else near


def _page(pages: Pages, language: str, status: int, why: str = "") -> web.Response:
    drawn = pages.templates.get_template("personal_alone.html").render(
        say=say(pages, language), language=language, why=why, person=None, here=None
    )
    return html(drawn, status)
