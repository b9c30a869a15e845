"""Files that a reader may take along. A program that knows letters of one language only gets a name of ours."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from aiohttp import web

from bot.channel import File
from bot.channels.web.channel import letter
from bot.papers.content import content_of
from bot.papers.paper import ENDINGS
from storage.records import MailRow
from storage.store import NotFound, Store

_ENDINGS = {
    "text/plain": "txt",
    "text/markdown": "md",
    "text/html": "html",
    "text/csv": "csv",
    "text/calendar": "ics",
    "application/json": "json",
    "application/toml": "toml",
    **ENDINGS,
}
_NORDIC = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "ä": "ae", "ö": "oe"})


def safe_name(file: File, number: int) -> str:
    """A name of lower-case letters, digits and hyphens, with the ending of its kind."""
    stem = unicodedata.normalize("NFKC", file.name).lower().rpartition(".")[0] or file.name.lower()
    plain = re.sub(r"[^a-z0-9]+", "-", stem.translate(_NORDIC))[:40].strip("-") or str(number + 1)
    return f"vidsyn-{plain}.{_ENDINGS.get(_kind(file), 'bin')}"


async def row_of(store: Store, request: web.Request) -> MailRow:
    """The row whose file is asked for. Raises HTTPNotFound."""
    id = request.match_info["row"]
    try:
        return await store.run(lambda work: work.mail.get(id))
    except NotFound:
        raise web.HTTPNotFound from None


async def download(row: MailRow, request: web.Request) -> web.Response:
    """The file that is asked for, to be saved and never shown as a page of ours. Raises HTTPNotFound."""
    message, asked = letter(row).message, request.match_info["number"]
    files = message.files if message else ()
    if not (asked.isascii() and asked.isdigit() and len(asked) < 4 and int(asked) < len(files)):
        raise web.HTTPNotFound
    number = int(asked)
    return await attached(files[number], number)


async def attached(file: File, number: int = 0) -> web.Response:
    """The file, to be saved under its own name: the `number` is for one that has no letters (RFC 6266)."""
    kind = _kind(file)
    known = kind if kind in ENDINGS else f"{kind}; charset=utf-8" if kind in _ENDINGS else "application/octet-stream"
    return web.Response(
        body=await content_of(file),
        headers={"Content-Type": known, "Content-Disposition": f"attachment; {_called(file, number)}"},
    )


def _called(file: File, number: int) -> str:
    """The file's own name, in letters of any language, and a plain one for programs that know none (RFC 5987)."""
    own = quote(file.name.encode("utf-8", "replace"), safe="")
    return f"filename=\"{safe_name(file, number)}\"; filename*=UTF-8''{own}"


def _kind(file: File) -> str:
    return file.media_type.partition(";")[0].strip().lower()
