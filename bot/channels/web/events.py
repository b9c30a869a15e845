"""The stream that keeps an open page live. It begins with the state, so a page that was away catches up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiohttp import web

from bot.channels.web.bell import Ring, Rings
from bot.channels.web.doors import HEADERS
from bot.channels.web.view import Pages

STILL_HERE = 15.0
"""Seconds of silence after which a sign of life goes out, so that a dead page is noticed."""

LOOK = 2.0
"""Seconds between two looks at the store where another process may have put something into the box."""

MOST_PAGES = 200


Around = Callable[[], Awaitable[dict[str, Any]]]
"""What else an open page compares when it comes back."""


class Streams:
    """The open streams of one address."""

    def __init__(self, pages: Pages, around: Around) -> None:
        self._pages = pages
        self._around = around
        self._open = 0

    async def stream(
        self, request: web.Request, known: list[str], box: str, *, alone: bool = False
    ) -> web.StreamResponse:
        """Sends what changes. To begin with, the last message of each known box and all versions in `box`.

        `alone`: of no other box anything is told.
        """
        if self._open >= MOST_PAGES:
            raise web.HTTPServiceUnavailable(text="Too many pages are open. Close some.")
        self._open += 1
        try:
            with self._pages.channel.bell.listen() as rings:
                # Listening begins before the state is read: what happens in between is heard, not lost.
                state = await self._state(known, box)
                shared = alone and self._pages.store.is_shared
                look = partial(self._state, known, box) if shared else None
                return await _send(request, state, rings, box if alone else "", look)
        finally:
            self._open -= 1

    async def _state(self, known: list[str], box: str) -> dict[str, Any]:
        rows = await self._pages.store.run(lambda work: work.mail.of_boxes(known))
        last: dict[str, int] = {}
        for row in rows:
            last[row.box] = max(row.order, last.get(row.box, 0))
        return {
            "box": box,
            "rows": [[r.id, r.version] for r in rows if r.box == box],
            "last": last,
            **await self._around(),
        }


async def _send(
    request: web.Request, state: dict[str, Any], rings: Rings, only: str, look: Around | None
) -> web.StreamResponse:
    """`look` reads the state anew, where rings alone do not tell of everything."""
    silent, wait = 0.0, LOOK if look else STILL_HERE
    # The headers leave at once, before the doors could add theirs.
    response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    try:
        await response.write(b"retry: 1500\n\n" + event("state", state))
        while True:
            try:
                async with asyncio.timeout(wait):
                    ring = await rings.get()
            except TimeoutError:
                silent += wait
                if look is not None and (now := await look()) != state:
                    state, silent = now, 0.0
                    await response.write(event("state", state))
                elif silent >= STILL_HERE:
                    silent = 0.0
                    await response.write(b": still here\n\n")
                continue
            if ring is None:
                break
            if only in ("", ring.box):
                await response.write(_told(ring))
    except ConnectionResetError:
        pass  # the page was closed
    return response


def _told(ring: Ring) -> bytes:
    if not ring.box:
        return event("house", {})
    return event("row", {"box": ring.box, "id": ring.id, "order": ring.order, "version": ring.version})


def event(name: str, data: dict[str, Any]) -> bytes:
    """One event of the stream. JSON in ASCII has no line breaks of its own."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
