"""The console command `vidsyn`."""

from __future__ import annotations

import asyncio
import logging
import secrets
import signal
import sys
from datetime import timedelta

import structlog
import typer
from aiohttp import web

from bot.app import App, build, open_store
from bot.clock import SystemClock
from bot.settings import Settings
from bot.turns.people import hash_of
from storage.store import StoreError

CODE_LIVES = timedelta(hours=24)
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

main = typer.Typer(help="Vidsyn, the chat assistant for job exchanges.", no_args_is_help=True, add_completion=False)


@main.command()
def run() -> None:
    """Start Vidsyn. With nothing configured this is the playground, on this machine only."""
    _quiet()
    settings = Settings()
    try:
        app = build(settings)
    except (StoreError, ValueError) as refusal:
        typer.echo(str(refusal), err=True)
        raise typer.Exit(1) from refusal
    asyncio.run(_serve(app, settings))


async def _serve(app: App, settings: Settings) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopping.set)
    await app.start()
    runner = web.AppRunner(app.web, access_log=None, shutdown_timeout=5)
    await runner.setup()
    site = web.TCPSite(runner, settings.host, settings.port)
    await site.start()
    typer.echo(
        f"Vidsyn is ready. Open http://{settings.host}:{settings.port}/playground in a browser. Ctrl+C stops it."
    )
    sys.stdout.flush()
    await stopping.wait()
    await runner.cleanup()
    await app.stop()


@main.command()
def migrate() -> None:
    """Bring the database up to date."""
    open_store(Settings())
    typer.echo("The database is up to date.")


@main.command("hr-code")
def hr_code() -> None:
    """Print a code that makes one person HR. It works once, for 24 hours; HR types it to the bot."""
    store = open_store(Settings())
    code = "HR-" + "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))
    expires = SystemClock().now() + CODE_LIVES
    store.run_now(lambda work: work.people.add_code(hash_of(code), expires))
    typer.echo(code)


def _quiet() -> None:
    """Logs one line of JSON an event, without any text of people."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.JSONRenderer(ensure_ascii=True),
        ]
    )


if __name__ == "__main__":
    main()
