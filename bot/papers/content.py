"""The bytes of a file. A document is drawn here, when somebody fetches it, and not while a turn holds the store."""

from __future__ import annotations

import asyncio

from bot.channel import File
from bot.papers.paper import PDF, Paper, paper_in


async def content_of(file: File) -> bytes:
    """What stands in the file. A document takes some tens of milliseconds, beside the event loop."""
    paper = paper_in(file)
    if paper is None:
        return file.text.encode("utf-8", "replace")
    return await asyncio.to_thread(_drawn, paper, file.media_type)


def _drawn(paper: Paper, media_type: str) -> bytes:
    if media_type == PDF:
        from bot.papers.pdf import drawn as as_pdf  # noqa: PLC0415 - brings the typesetter, 90 MB

        return as_pdf(paper)
    from bot.papers.word import drawn as as_word  # noqa: PLC0415 - brings lxml

    return as_word(paper)
