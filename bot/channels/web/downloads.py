"""Files that a reader may take along. Their names on disk are ours, whatever the file is called."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from aiohttp import web

from bot.channel import File
from bot.channels.web.channel import letter
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


def download(row: MailRow, request: web.Request) -> web.Response:
    """The file that is asked for, to be saved and never shown as a page of ours. Raises HTTPNotFound."""
    message, asked = letter(row).message, request.match_info["number"]
    files = message.files if message else ()
    if not (asked.isascii() and asked.isdigit() and len(asked) < 4 and int(asked) < len(files)):
        raise web.HTTPNotFound
    number = int(asked)
    return attached(files[number], f'filename="{safe_name(files[number], number)}"')


def attached(file: File, called: str) -> web.Response:
    """The file, to be saved. `called` are the parameters that name it (RFC 6266)."""
    kind = _kind(file)
    return web.Response(
        body=file.text.encode("utf-8", "replace"),
        headers={
            "Content-Type": f"{kind}; charset=utf-8" if kind in _ENDINGS else "application/octet-stream",
            "Content-Disposition": f"attachment; {called}",
        },
    )


def full_name(file: File) -> str:
    """The file's own name, in letters of any language, and a plain one for programs that know none (RFC 5987)."""
    own = quote(file.name.encode("utf-8", "replace"), safe="")
    return f"filename=\"{safe_name(file, 0)}\"; filename*=UTF-8''{own}"


def _kind(file: File) -> str:
    return file.media_type.partition(";")[0].strip().lower()
