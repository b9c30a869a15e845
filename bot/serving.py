"""Runs an app until it is told to stop: its addresses, its signals, its watchdog, its end."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import sys
from importlib.metadata import version as version_of

import structlog
import typer
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.app import App
from bot.crowd import Crowd, Entrance
from bot.logs import Textless, unhandled
from bot.settings import Settings, served
from bot.watchdog import Watchdog, notify
from bot.web.health import operators_pages

log = structlog.get_logger()

END_WITHIN = 25.0
"""Seconds to finish what is under way. What does not is left as it is written down, and looked after later."""


class NoPort(Exception):
    """The port is taken."""


async def serve(app: App, settings: Settings, end_within: float = END_WITHIN) -> None:
    """Serves until SIGTERM or SIGINT; a second one ends the process at once. Raises NoPort, WrongSlack, WrongTeams."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(unhandled)
    stopping = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, _told_to_stop, app, stopping)
    dog = Watchdog(app.meters.lagged)
    dog.start()
    doors, ready, until = Doors(app.web, operators_pages(app.readiness)), False, float("inf")
    try:
        # The port first: who does not get it leaves the messages to the one who has it.
        await doors.open(settings)
        starting = asyncio.ensure_future(app.start())
        told = asyncio.ensure_future(stopping.wait())
        await asyncio.wait({starting, told}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            for said in starting.result() or [_here(app, settings)]:
                typer.echo(f"{said} Ctrl+C stops it.")
            sys.stdout.flush()
            log.info("ready", **_about(app, settings))
            ready = True
            notify("READY=1")
            await told
        else:  # told to stop before it has begun: what it has begun comes to its end
            starting.cancel()
            until = loop.time() + end_within
            await asyncio.wait({starting}, timeout=end_within)
    finally:
        notify("STOPPING=1")
        await _end(app, min(until - loop.time(), end_within), doors)
        dog.stop()
        if ready:
            log.info("stopped")


class Doors:
    """Where everybody asks, and where operators do."""

    def __init__(self, everybody: web.Application, operators: web.Application) -> None:
        self._crowds = Crowd(everybody), Crowd(operators)
        self._runners = runner_of(everybody), runner_of(operators)

    async def open(self, settings: Settings) -> None:
        """Listens from now on, at the operators' address only where one is set. Raises NoPort."""
        (everybody, operators), (crowd, few) = self._runners, self._crowds
        await _listen(everybody, crowd, settings.host, settings.port, "HOST and PORT")
        if settings.ops_port:
            await _listen(operators, few, settings.ops_host, settings.ops_port, "OPS_HOST and OPS_PORT")

    async def shut(self) -> None:
        """Lets in nobody more but operators, and finishes what is asked."""
        await self._runners[0].cleanup()

    async def close(self) -> None:
        """Lets in nobody more."""
        for runner in self._runners:
            await runner.cleanup()


def _about(app: App, settings: Settings) -> dict[str, object]:
    """What a reader of logs wants to know of a start: no password, and nobody's name."""
    return {
        "version": version_of("vidsyn"),
        "database": "postgresql" if app.store.is_shared else "sqlite",
        "port": settings.port,
        "ops_port": settings.ops_port or None,
        "role": app.only or "all",
        "serves": served(settings),
    }


def _here(app: App, settings: Settings) -> str:
    if app.stage is None:
        return "Vidsyn is ready."
    return f"Vidsyn is ready. Open http://{settings.host}:{settings.port}/playground in a browser."


def _told_to_stop(app: App, stopping: asyncio.Event) -> None:
    if stopping.is_set():
        os._exit(1)  # whoever asks twice does not want to wait; nothing is lost, as when the power fails
    app.ends()
    stopping.set()


async def _end(app: App, within: float, doors: Doors) -> None:
    try:
        async with asyncio.timeout(within):
            await doors.shut()
            await app.stop()
            await doors.close()
    except TimeoutError:
        # A thread that hangs on the database would hold up an orderly end for ever.
        log.warning("stop_broken_off", seconds=round(within))
        sys.stdout.flush()
        os._exit(0)


def runner_of(application: web.Application) -> web.AppRunner:
    """What serves the application. What goes wrong in a handler is logged by type and place, and no request ever is."""
    application.on_response_prepare.append(_say_no_version)
    ours = logging.getLogger("vidsyn.http")
    ours.propagate = False  # aiohttp quotes what it was sent
    ours.handlers = [Textless()]
    ours.filters = [_is_our_fault]
    return web.AppRunner(application, access_log=None, logger=ours, shutdown_timeout=5)


async def _say_no_version(_: web.Request, response: web.StreamResponse) -> None:
    response.headers.popall("Server", None)


def _is_our_fault(record: logging.LogRecord) -> bool:
    """Whether it is no more than a request that nobody can read: anybody may send those, as many as they like."""
    failure = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    return not isinstance(failure, HttpProcessingError)


async def _listen(runner: web.AppRunner, crowd: Crowd, host: str, port: int, names: str) -> None:
    await runner.setup()
    try:
        await Entrance(runner, crowd, host, port).start()
    except OSError as exc:
        raise NoPort(f"Nothing can listen on {host}:{port}: {_why(exc, names)}") from exc


def _why(refusal: OSError, names: str) -> str:
    host, _, port = names.split()
    match refusal.errno:
        case errno.EADDRINUSE:
            said = f"something does already. Perhaps Vidsyn runs; else stop what does, or set {port} to another number."
        case errno.EADDRNOTAVAIL:
            said = f"this machine has no such address. Set {host} to one that it has."
        case errno.EACCES:
            said = f"this user may not. Set {port} to 1024 or more."
        case _:
            said = f"{refusal.strerror}. Look at {names}."
    return said
