"""The console command `vidsyn`."""

from __future__ import annotations

import asyncio
import errno
import logging
import secrets
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import structlog
import typer
from aiohttp import ClientSession, web

from bot.app import App, build, machine_identity, open_store
from bot.channels.slack.doctor import PATIENCE
from bot.channels.slack.doctor import Doctor as SlackDoctor
from bot.channels.slack.manifest import manifest
from bot.channels.teams.doctor import Doctor as TeamsDoctor
from bot.channels.teams.manifest import package
from bot.channels.teams.publisher import Publisher
from bot.clock import SystemClock
from bot.doctor import Finding, look_at_house, sentence
from bot.settings import Settings, WrongSlack, WrongTeams, served
from bot.turns.people import hash_of
from storage.lock import held
from storage.store import Store, StoreError, Work


class NoPort(Exception):
    """The port is taken."""


CODE_LIVES = timedelta(hours=24)
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

main = typer.Typer(
    help="Vidsyn, the chat assistant for job exchanges.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print what is in memory, and that is people's words
)


manifests = typer.Typer(help="What a platform is told of Vidsyn, to paste there.", no_args_is_help=True)
main.add_typer(manifests, name="manifest")


@main.command()
def run() -> None:
    """Start Vidsyn. With nothing configured this is the playground, on this machine only."""
    _quiet()
    with ExitStack() as running:
        with _sentences():
            settings = Settings()
            running.enter_context(held(settings.url))
            app = build(settings)
        with _sentences((NoPort, WrongSlack, WrongTeams)):
            asyncio.run(_serve(app, settings))


async def _serve(app: App, settings: Settings) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stopping.set)
    runner = runner_of(app.web)
    await runner.setup()
    try:
        # The port first: who does not get it leaves the messages to the one who has it.
        await _listen(runner, settings)
        here = f"Vidsyn is ready. Open http://{settings.host}:{settings.port}/playground in a browser."
        for said in await app.start() or [here]:
            typer.echo(f"{said} Ctrl+C stops it.")
        sys.stdout.flush()
        await stopping.wait()
    finally:
        await runner.cleanup()
        await app.stop()


def runner_of(application: web.Application) -> web.AppRunner:
    """What serves the application. aiohttp's own log would quote requests that it cannot read."""
    silent = logging.getLogger("vidsyn.http")
    silent.disabled = True
    return web.AppRunner(application, access_log=None, logger=silent, shutdown_timeout=5)


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as exc:
        raise NoPort(f"Nothing can listen on {settings.host}:{settings.port}: {_why(exc)}") from exc


def _why(refusal: OSError) -> str:
    match refusal.errno:
        case errno.EADDRINUSE:
            said = "something does already. Perhaps Vidsyn runs; else stop what does, or set PORT to another number."
        case errno.EADDRNOTAVAIL:
            said = "this machine has no such address. Set HOST to one that it has."
        case errno.EACCES:
            said = "this user may not. Set PORT to 1024 or more."
        case _:
            said = f"{refusal.strerror}. Look at HOST and PORT."
    return said


@main.command()
def migrate() -> None:
    """Bring the database up to date."""
    with _sentences():
        open_store(Settings())
    typer.echo("The database is up to date.")


@main.command("hr-code")
def hr_code() -> None:
    """Print a code that makes one person HR. It works once, for 24 hours; HR types it to the bot."""
    with _sentences():
        settings = Settings()
        store = open_store(settings)
    code = "HR-" + "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))
    store.run_now(lambda work: work.people.add_code(hash_of(code), _now(work) + CODE_LIVES))
    typer.echo(code)
    typer.echo(f"It is for {served(settings)}, with the settings that are set here.", err=True)


@main.command()
def doctor() -> None:
    """Look at settings, database, Slack and Teams, and say in a sentence what is to mend."""
    # What is logged on the way says the same to somebody else.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    house = look_at_house()
    found = [_say(finding) for finding in house.findings]
    if house.settings and house.store:
        found += asyncio.run(_look_at_platforms(house.settings, house.store))
    if not all(found):
        raise typer.Exit(1)


async def _look_at_platforms(settings: Settings, store: Store) -> list[bool]:
    try:
        return [_say(finding) async for finding in _findings(settings, store)]
    finally:
        await store.close()


async def _findings(settings: Settings, store: Store) -> AsyncIterator[Finding]:
    slack, teams, clock = settings.slack, settings.teams, SystemClock()
    if slack is not None:
        async with ClientSession(timeout=PATIENCE) as session:
            async for finding in SlackDoctor(slack, store, clock, session).look():
                yield finding
    if teams is not None:
        async for finding in TeamsDoctor(teams, store, clock, machine_identity()).look():
            yield finding


def _say(finding: Finding) -> bool:
    typer.echo(str(finding))
    return finding.good


@manifests.command("slack")
def slack_manifest(
    address: Annotated[str, typer.Option(help="Where Slack reaches Vidsyn, like https://vidsyn.example.dk.")] = "",
    name: Annotated[str, typer.Option(help="What the assistant is called in Slack.")] = "Vidsyn",
    socket: Annotated[bool, typer.Option("--socket", help="Socket Mode: no address, behind a firewall.")] = False,
) -> None:
    """Print the manifest to paste at api.slack.com/apps. Without options: what the settings say."""
    with _sentences():
        if address and socket:
            raise ValueError("Socket Mode needs no address. Give --address or --socket, not both.")
        settings = Settings()
        socket = socket or (not address and settings.slack_app_token is not None)
        address = "" if socket else address or settings.public_url
        if not (address or socket):
            raise ValueError("Give --address with the address that Slack reaches Vidsyn at, or --socket for none.")
        typer.echo(manifest(address, name), nl=False)


@manifests.command("teams")
def teams_manifest(
    app_id: Annotated[str, typer.Option(help="The Application (client) ID of the registration.")],
    domain: Annotated[str, typer.Option(help="The host that Vidsyn answers at, like vidsyn.example.dk.")],
    developer: Annotated[str, typer.Option(help="The name of your organisation. Else the domain.")] = "",
    website: Annotated[str, typer.Option(help="A page about it. Else the top of the domain.")] = "",
    privacy: Annotated[str, typer.Option(help="Your privacy policy. Else /privacy at the domain.")] = "",
    terms: Annotated[str, typer.Option(help="Your terms of use. Else /terms at the domain.")] = "",
    version: Annotated[str, typer.Option(help="Higher than what was uploaded last. Else Vidsyn's own.")] = "",
    out: Annotated[Path, typer.Option(help="Where the package is written.")] = Path("vidsyn-teams.zip"),
) -> None:
    """Write the package to upload in the Teams admin center."""
    with _sentences():
        publisher = Publisher.at(domain, developer, website, privacy, terms)
        packed = package(app_id, publisher, version)
        try:
            out.write_bytes(packed)
        except OSError as exc:
            raise ValueError(f"{out} cannot be written: {exc.strerror}. Give --out another place.") from exc
    typer.echo(f"{out} is ready to upload. Everybody can see these pages from Teams, so open each of them once:")
    for page in (publisher.website, publisher.privacy, publisher.terms):
        typer.echo(page)


def _now(work: Work) -> datetime:
    """The time there: the playground's own, where there is one."""
    kept = work.meta.get("clock")
    return datetime.fromisoformat(kept) if kept else SystemClock().now()


@contextmanager
def _sentences(refusals: tuple[type[Exception], ...] = (StoreError, ValueError)) -> Iterator[None]:
    """A refusal is a sentence for the operator, and no list of lines of code."""
    try:
        yield
    except refusals as refusal:
        typer.echo(sentence(refusal), err=True)
        raise typer.Exit(1) from refusal


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
