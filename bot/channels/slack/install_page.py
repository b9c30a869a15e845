"""The page at the end of an install: one sentence, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

from aiohttp import web

from bot.channels.web.doors import HEADERS
from bot.words import Words

AGAIN = "slack.install_again"

STRICT = {
    **HEADERS,
    "Content-Security-Policy": "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
"""Nothing is loaded, and no address with a code in it goes on to another page."""

_TAGS = {"da": "da", "nb": "nb", "no": "nb", "nn": "nb", "en": "en"}


def language(request: web.Request) -> str:
    """The first of the browser's languages that we speak; English for other languages, Danish for none."""
    said = request.headers.get("Accept-Language", "")
    for part in said.split(","):
        tag = part.partition(";")[0].strip().lower()
        if tag[:2] in _TAGS and tag[2:3] in ("", "-"):
            return _TAGS[tag[:2]]
    return "en" if said.strip() else "da"


def page(
    request: web.Request, words: Words, key: str, values: Mapping[str, Any], status: int, *, again: str = ""
) -> web.Response:
    """The sentence `key` on a page of its own. `again`: the path where an install begins, to lead there."""
    reader = language(request)
    link = f'<p><a href="{escape(again)}">{escape(words.text(reader, AGAIN))}</a></p>' if again else ""
    html = (
        f'<!doctype html>\n<html lang="{reader}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><title>Vidsyn</title></head>\n'
        f"<body><main><h1>Vidsyn</h1><p>{escape(words.text(reader, key, values))}</p>{link}</main></body>\n</html>\n"
    )
    return web.Response(text=html, status=status, content_type="text/html", headers=STRICT)
