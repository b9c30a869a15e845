"""A page with one thing to say to a visitor, who came by a link: the way on, or that it leads nowhere."""

from __future__ import annotations

from zlib import crc32

from aiohttp import web

from bot.channels.pace import Pace
from bot.channels.web.answers import html, wanted
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
    return pace.too_fast(str(crc32((request.remote or "").encode()) % SOURCES))


def _page(pages: Pages, language: str, status: int, why: str = "") -> web.Response:
    drawn = pages.templates.get_template("personal_alone.html").render(
        say=say(pages, language), language=language, why=why, person=None, here=None
    )
    return html(drawn, status)
