"""Waits for a database that is away at the start, and meanwhile says so to whoever asks."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

import typer
from aiohttp import web

from bot.app import WORKER, App
from bot.metrics import Meters
from bot.presence import PRESENCE
from bot.serving import END_WITHIN, Doors
from bot.settings import Settings
from bot.watchdog import notify
from bot.web.health import operators_pages, public_routes
from storage.store import StoreUnavailable

AGAIN = 2.0
"""Seconds between two tries."""

PATIENCE = 90
"""Seconds; systemd is told before they are over that it goes on."""


class NotYet:
    """The readiness of who has no database. `why` is a sentence."""

    def __init__(self, why: str) -> None:
        self.why = why
        self._meters = Meters()

    async def failing(self) -> dict[str, str]:
        """What is in the way."""
        return {"database": f"{self.why} Vidsyn waits for it, and goes on by itself."}

    async def measured(self) -> bytes:
        """The page of /metrics."""
        return self._meters.page(None, ready=False)


async def arrive(build: Callable[[], App], settings: Settings, only: str, away: StoreUnavailable) -> App | None:
    """What `build` makes, once the database is there; it was `away` just now. None: told to stop.

    Raises NoPort, and what `build` raises that no waiting mends.
    """
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, _told_to_stop, stopping)
    asked = NotYet(str(away))
    application = web.Application()
    application.add_routes(public_routes(asked, near=only == WORKER or not settings.public_url))
    application.router.add_route("*", "/{any:.*}", _not_yet)
    doors = Doors(application, operators_pages(asked))
    try:
        await doors.open(settings)
        PRESENCE.note(away)
        typer.echo(f"{away} Vidsyn waits for it, and goes on by itself. Ctrl+C stops it.")
        sys.stdout.flush()
        app = await _tries(build, asked, stopping)
        if app is not None:
            PRESENCE.back()
            typer.echo("The database is there. Vidsyn goes on.")
        return app
    finally:
        await doors.close()


async def _tries(build: Callable[[], App], asked: NotYet, stopping: asyncio.Event) -> App | None:
    while True:
        notify(f"EXTEND_TIMEOUT_USEC={PATIENCE}000000\nSTATUS=Waiting for the database.")
        with suppress(TimeoutError):
            async with asyncio.timeout(AGAIN):
                await stopping.wait()
        if stopping.is_set():
            return None
        trying = asyncio.ensure_future(asyncio.to_thread(build))
        told = asyncio.ensure_future(stopping.wait())
        await asyncio.wait({trying, told}, return_when=asyncio.FIRST_COMPLETED)
        if stopping.is_set():
            await asyncio.wait({trying}, timeout=END_WITHIN)
            if not trying.done():  # a thread that hangs on the database would hold up an orderly end
                sys.stdout.flush()
                os._exit(0)
        told.cancel()
        try:
            app = trying.result()
        except StoreUnavailable as away:
            if not away.cause.passes:
                raise
            asked.why = str(away)
            PRESENCE.note(away)
        else:
            if not stopping.is_set():
                return app
            await app.store.close()


def _told_to_stop(stopping: asyncio.Event) -> None:
    if stopping.is_set():
        os._exit(1)
    stopping.set()


async def _not_yet(_: web.Request) -> web.Response:
    """Whoever is asked to come again does."""
    return web.Response(status=503, headers={"Retry-After": "5"})
