"""The console command `vidsyn`."""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated

import structlog
import typer
from aiohttp import ClientSession
from typer.core import TyperGroup

from bot import condition, upkeep, word_files
from bot.app import WEB, WORKER, App, build, machine_identity
from bot.channels.slack.manifest import manifest
from bot.channels.teams.manifest import package
from bot.channels.teams.publisher import Publisher
from bot.clock import SystemClock
from bot.doctor import Finding, look_at_house
from bot.logs import set_up
from bot.opening import DOOR, called, open_known, open_store
from bot.serving import NoPort
from bot.serving import runner_of as runner_of
from bot.serving import serve as serve
from bot.settings import Settings, WrongSlack, WrongTeams, served
from bot.turns.people import hash_of
from bot.upkeep import now_there, sentences
from bot.waiting import arrive
from storage.lock import held
from storage.store import Store, StoreError, StoreUnavailable

CODE_LIVES = timedelta(hours=24)
TOLD_ONCE = {"Clock", "HR"}
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

ORDER = ("run", "migrate", "doctor", "hr-code", "backup", "restore", "quiet", "outbox", "inbox", "words", "manifest")


class InOrder(TyperGroup):
    """The commands as an operator comes to them."""

    def list_commands(self, ctx: object) -> list[str]:
        """Their names."""
        return list(ORDER)


main = typer.Typer(
    cls=InOrder,
    help="Vidsyn, the chat assistant for job exchanges.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # they print what is in memory, and that is people's words
)


manifests = typer.Typer(help="What a platform is told of Vidsyn, to paste there.", no_args_is_help=True)
main.add_typer(manifests, name="manifest")
main.add_typer(upkeep.outbox, name="outbox")
main.add_typer(upkeep.inbox, name="inbox")
main.add_typer(word_files.words, name="words")
main.command()(upkeep.backup)
main.command()(upkeep.restore)
main.command()(upkeep.quiet)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(f"Vidsyn {version_of('vidsyn')}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which this is.")]


@main.callback()
def vidsyn(version: Version = False) -> None:
    """Vidsyn, the chat assistant for job exchanges."""


Only = Annotated[
    str,
    typer.Option(
        metavar="[web|worker]",
        help="web: receive and answer. worker: say what is due, and send. On PostgreSQL. Left out: all of it.",
    ),
]


@main.command()
def run(only: Only = "") -> None:
    """Start Vidsyn. With nothing configured this is the playground, on this machine only."""
    with ExitStack() as running, sentences((StoreError, ValueError, NoPort, WrongSlack, WrongTeams)):
        if only not in ("", WEB, WORKER):
            raise ValueError(f"--only is {WEB} or {WORKER}. Leave it out for a process that does both.")
        settings = Settings()
        set_up(settings.log_level)
        running.enter_context(held(settings.url))
        live(settings, only, partial(build, settings, only))


def live(settings: Settings, only: str, making: Callable[[], App]) -> None:
    """Serves what `making` gives until it is told to stop. A database that goes before it is ready is waited for.

    Raises NoPort, WrongSlack, WrongTeams, and what `making` raises that no waiting mends.
    """
    away: StoreUnavailable | None = None
    while True:
        try:
            app = making() if away is None else asyncio.run(arrive(making, settings, only, away))
            if app is not None:
                asyncio.run(serve(app, settings))
            return
        except StoreUnavailable as why:
            if not (why.cause.passes and settings.url.startswith("postgresql")):
                raise
            away = why


@main.command()
def migrate() -> None:
    """Bring the database up to date."""
    with sentences():
        settings = Settings()
        store = open_store(settings)
        where = called(settings, store.run_now(lambda work: work.meta.get(DOOR)))
        store.close_now()
    typer.echo(f"Up to date: {where}.")


@main.command("hr-code")
def hr_code() -> None:
    """Print a code that makes one person HR. It works once, for 24 hours; HR types it to the bot."""
    with sentences():
        settings = Settings()
        store = open_known(settings)
    code = "HR-" + "-".join("".join(secrets.choice(LETTERS) for _ in range(5)) for _ in range(4))
    store.run_now(lambda work: work.people.add_code(hash_of(code), now_there(work) + CODE_LIVES))
    store.close_now()
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
    told: set[tuple[str, bool]] = set()
    found = []
    try:
        async for finding in _findings(settings, store):
            # Two platforms look at the same clock, and for the same people.
            if finding.what not in TOLD_ONCE or (finding.what, finding.good) not in told:
                found.append(_say(finding))
            told.add((finding.what, finding.good))
    finally:
        await store.close()
    return found


async def _findings(settings: Settings, store: Store) -> AsyncIterator[Finding]:
    slack, teams, clock = settings.slack, settings.teams, SystemClock()
    if slack is not None:
        from bot.channels.slack.doctor import PATIENCE, Doctor  # noqa: PLC0415 - brings Slack's library

        async with ClientSession(timeout=PATIENCE) as session:
            async for finding in Doctor(slack, store, clock, session).look():
                yield finding
    if teams is not None:
        from bot.channels.teams import doctor as teams_doctor  # noqa: PLC0415 - brings that of Teams

        async for finding in teams_doctor.Doctor(teams, store, clock, machine_identity()).look():
            yield finding
    if settings.mail is not None:
        from bot.channels.mail import doctor as mail_doctor  # noqa: PLC0415 - only where mail is sent

        for finding in await mail_doctor.look(settings.mail):
            yield finding
    if slack is not None or (teams is not None and teams.kind != "Anonymous"):
        for finding in condition.findings(await store.run(lambda work: condition.facts(work, clock)), settings):
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
    with sentences():
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
    with sentences():
        publisher = Publisher.at(domain, developer, website, privacy, terms)
        packed = package(app_id, publisher, version)
        try:
            out.write_bytes(packed)
        except OSError as exc:
            raise ValueError(f"{out} cannot be written: {exc.strerror}. Give --out another place.") from exc
    typer.echo(f"{out} is ready to upload. Everybody can see these pages from Teams, so open each of them once:")
    for page in (publisher.website, publisher.privacy, publisher.terms):
        typer.echo(page)


if __name__ == "__main__":
    main()
