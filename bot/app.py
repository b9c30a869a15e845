"""The composition root: the only place that names concrete classes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from time import monotonic
from typing import TYPE_CHECKING, Protocol

import structlog
from aiohttp import web

from bot.channel import Channel, Directory
from bot.channels.slack.settings import Slack
from bot.channels.teams.read import CHANNEL as TEAMS
from bot.channels.teams.settings import Teams
from bot.channels.web.channel import WebChannel
from bot.channels.web.doors import check_host
from bot.channels.web.personal import PATH, page_at, personal
from bot.channels.web.playground import playground
from bot.channels.web.take import take_routes
from bot.clock import Clock, StandingClock, SystemClock
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.hr_desk import HrDesk
from bot.metrics import Meters
from bot.opening import ANONYMOUS, CHATS, PLAYGROUND, closed_if_it_fails, mark, open_store
from bot.presence import PRESENCE
from bot.programme.identifiers import mask
from bot.readiness import Readiness
from bot.scheduler import Ticking
from bot.script import House
from bot.settings import Settings
from bot.stage import Stage, open_stage
from bot.tick import Ticker
from bot.turns import mails, people
from bot.turns.common import OUTSIDE
from bot.turns.house import house as build_house
from bot.watch import Settable, Watch
from bot.web.health import public_routes
from bot.words import Words
from storage.records import AddressRow
from storage.store import Store

if TYPE_CHECKING:
    from bot.channels.slack.slack import SlackRoom
    from bot.channels.teams.login import Identity
    from bot.channels.teams.teams import TeamsRoom

log = structlog.get_logger()


class NotAlone(ValueError):
    """Only processes that share a PostgreSQL can divide the work. Set DATABASE_URL, or leave --only out."""


WEB, WORKER = "web", "worker"
"""What a process may be only: one that receives and answers, or one that says what is due and sends."""

LONGEST_TICK = 900.0
"""Seconds after which a part of a tick hangs. A hundred thousand prompts in one minute take less."""

HOUR = 3600.0
DECIDE_WITHIN = timedelta(days=30)
"""So long the text of unknown messages and of what is set aside is kept: an operator may still send or answer it."""

STARTS, STOPS = "starting", "stopping"
STARTING = "Vidsyn is starting. Wait a little."
STOPPING = "Vidsyn is stopping. Start it again when it has stopped."
HANGS = "Something has not come to its end for a quarter of an hour. Look for errors in the log, and start it again."
SENDS_NOT = "Nothing looks for messages to send. Look for errors in the log, and start this process again."


class Platform(Protocol):
    """A chat that people are reached in."""

    async def start(self) -> str:
        """Begins to take things in; what to tell the operator. A ValueError says what to mend."""
        ...

    async def stop(self) -> None:
        """Takes nothing more in, and finishes what is under way."""
        ...

    async def close(self) -> None:
        """Lets go of its connections: nothing is sent any more."""
        ...


class Part:
    """A part of every tick, never twice at once: one that takes long holds no other up."""

    def __init__(self, does: Callable[[], Awaitable[object]], meters: Meters) -> None:
        self._does = does
        self._name = getattr(does, "__name__", "").removeprefix("_")
        self._meters = meters
        self._lock = asyncio.Lock()
        self._since: float | None = None

    @property
    def hangs(self) -> bool:
        """Whether it does not come to its end."""
        return self._since is not None and monotonic() - self._since > LONGEST_TICK

    async def once(self) -> None:
        """Does it. What fails is tried again at the next tick."""
        async with self._lock:
            self._since = begun = monotonic()
            try:
                await self._does()
            except Exception as failure:  # its text may be somebody's words
                log.error("tick_failed", part=self._name, error=type(failure).__name__)
            finally:
                self._since = None
                self._meters.ticked(self._name, monotonic() - begun)

    async def idle(self) -> None:
        """Waits until it is not under way."""
        async with self._lock:
            pass


@dataclass
class App:
    """Everything that runs, put together. `stage` is there in the playground only.

    `only` is WEB or WORKER where the process does not do all of it. `watch` says whether the clock is to be trusted.
    """

    store: Store
    conversation: Conversation
    ticker: Ticker
    delivery: Delivery
    clock: Clock
    web: web.Application
    stage: Stage | None = None
    platforms: tuple[Platform, ...] = ()
    only: str = ""
    watch: Watch | None = None
    meters: Meters = field(default_factory=Meters)
    readiness: Readiness = field(init=False)
    ticking: Ticking = field(init=False)
    _parts: tuple[Part, ...] = field(init=False)
    _state: str = field(init=False, default=STARTS)
    _tidied: float = field(init=False, default=float("-inf"))

    def __post_init__(self) -> None:
        """What ticks is this very app, and what is asked whether it is ready."""
        looking = (self.watch.look,) if self.watch is not None else ()
        working = (self.conversation.catch_up, self.ticker.tick, self._send, self._tidy)
        self._parts = tuple(Part(does, self.meters) for does in (looking if self.only == WEB else working))
        self.ticking = Ticking(*(part.once for part in self._parts))
        self.readiness = Readiness(self.store, self.clock, self.meters)
        self.readiness.checks |= {
            "starting": lambda: STARTING if self._state == STARTS else "",
            "stopping": lambda: STOPPING if self._state == STOPS else "",
            "clock": lambda: self.watch.reason if self.watch else "",
            "ticking": lambda: HANGS if any(part.hangs for part in self._parts) else "",
            "delivery": lambda: SENDS_NOT if not self._state and self.only != WEB and not self.delivery.alive else "",
        }

    async def start(self) -> list[str]:
        """Looks after what an earlier process left, then ticks. What to tell the operator."""
        said = [await platform.start() for platform in self.platforms]
        if self.watch is not None:
            await self.watch.look()
        if not self.store.is_shared:  # whoever held something here has ended
            await self.conversation.recover()
            await self.ticker.recover()
        if self.only != WEB:
            await self.delivery.recover()
            self.delivery.start()
        self.ticking.start()
        await self.tick()
        if self._state == STARTS:
            self._state = ""
        return said

    async def tick(self) -> None:
        """Answers what was written down, says what is due, sends what waits. What fails holds nothing else up."""
        await asyncio.gather(*(part.once() for part in self._parts))

    def ends(self) -> None:
        """From now on this process begins nothing, and is not ready: it is about to stop."""
        self._state = STOPS
        self.ticker.ends()
        self.conversation.ends()

    async def _send(self) -> None:
        await self.delivery.recover(starting=False)
        # Not awaited: hundreds of messages take a minute at a platform's pace, and the next tick is in five seconds.
        self.delivery.kick()

    async def _tidy(self) -> None:
        """Once an hour empties what no operator has decided about for a month, and owes again what was given up."""
        if monotonic() - self._tidied >= HOUR:
            self._tidied = monotonic()
            before = self.clock.now() - DECIDE_WITHIN
            await self.store.run(lambda work: (work.overview.forget(before), work.overview.owe()), serial=False)

    async def stop(self) -> None:
        """Ends the ticking, lets what is under way finish, and closes the store."""
        self.ends()
        self.ticking.pause()
        for platform in self.platforms:
            await platform.stop()
        await self.conversation.idle()
        await self.delivery.stop()
        for part in self._parts:
            await part.idle()
        self.ticking.stop()
        for platform in self.platforms:
            await platform.close()
        await self.store.close()


Opening = Callable[[Settings], Store]


def build(settings: Settings, only: str = "", opening: Opening = open_store, clock: Settable | None = None) -> App:
    """What the settings ask for: the platforms that are configured, or the playground when there is none.

    `only` is WEB or WORKER, where other processes do the rest. `opening` opens the store, and `clock` tells the time
    in place of the system's. Raises WrongDatabase, NotAlone and what else is wrong with the settings, and refuses a
    playground that is not on loopback.
    """
    slack, teams = settings.slack, settings.teams
    if only and not (settings.url.startswith("postgresql") and (slack or teams)):
        raise NotAlone(NotAlone.__doc__)
    if not (slack or teams):
        check_host(settings.host)
    store, clock = opening(settings), clock or SystemClock()
    store.notice = PRESENCE.note
    with closed_if_it_fails(store):
        if slack or teams:
            return _platforms(settings, slack, teams, only, store, clock)
        return _playground(settings, store, clock)


def _playground(settings: Settings, store: Store, system: Clock) -> App:
    words, house = Words.load(), replace(build_house(), page=page_at(_address(settings)))
    store.run_now(lambda work: mark(work, PLAYGROUND, used=bool(work.people.organisations())))
    clock = StandingClock(store.run_now(lambda work: open_stage(work, words, house, system.now())))
    channel, pages = WebChannel(store), WebChannel(store, OUTSIDE)
    channels: dict[str, Channel] = {channel.name: channel, pages.name: pages}
    meters = Meters()
    delivery = Delivery(store, clock, channels, ended=lambda row, state: meters.ended(row, state, clock.now()))
    ticker = Ticker(store, words, clock, house)
    conversation = Conversation(store, words, clock, house, delivery.kick)
    stage = Stage(store, words, clock, house, ticker, delivery)
    office = HrDesk(store, words, clock, house)
    application = web.Application()
    application.add_subapp("/playground", playground(store, conversation.receive, stage, channel, words, mask, office))
    application.router.add_get("/", _home)
    application.add_subapp(PATH, personal(store, conversation.receive, words, pages, _address(settings), clock))
    app = App(store, conversation, ticker, delivery, clock, application, stage, meters=meters)
    application.add_routes(public_routes(app.readiness, near=True))
    return app


def _platforms(
    settings: Settings, slack: Slack | None, teams: Teams | None, only: str, store: Store, clock: Settable
) -> App:
    words = Words.load()
    spread = timedelta(minutes=settings.spread_minutes)
    house = replace(build_house(), page=page_at(_address(settings)), way_in=_way_in(teams), spread=spread)
    mail = settings.mail
    if mail is not None:
        house = replace(house, announce=mails.announce)
    is_open = teams is not None and teams.kind == "Anonymous"
    store.run_now(lambda work: mark(work, ANONYMOUS if is_open else CHATS, used=False))

    rooms = _rooms(settings, store, words, clock, house)
    pages = WebChannel(store, OUTSIDE)
    channels: dict[str, Channel] = {room.channel.name: room.channel for room in rooms} | {pages.name: pages}
    if mail is not None:
        from bot.channels.mail.channel import MailChannel  # noqa: PLC0415 - only where mail is sent

        channels[mails.CHANNEL] = MailChannel(mail, store)
    directories: dict[str, Directory] = {room.channel.name: room.people for room in rooms}
    watch, meters = Watch(store, clock), Meters()
    delivery = Delivery(
        store, clock, channels, ended=lambda row, state: meters.ended(row, state, clock.now()), watch=watch
    )
    ticker = Ticker(store, words, clock, house, watch)
    kick = store.ring if only == WEB else delivery.kick
    conversation = Conversation(store, words, clock, house, kick, directories)
    application = web.Application()
    if only != WORKER:
        for room in rooms:
            room.opens(conversation, application)
        application.add_subapp(PATH, personal(store, conversation.receive, words, pages, _address(settings), clock))
        application.add_routes(take_routes(store, clock, words))
    app = App(
        store,
        conversation,
        ticker,
        delivery,
        clock,
        application,
        platforms=tuple(rooms),
        only=only,
        meters=meters,
        watch=watch,
    )
    # Behind a proxy on this machine everybody seems to come from this machine.
    application.add_routes(public_routes(app.readiness, near=only == WORKER or not settings.public_url))
    return app


def _rooms(settings: Settings, store: Store, words: Words, clock: Clock, house: House) -> list[SlackRoom | TeamsRoom]:
    """The platforms that are configured. One that is not is not imported: its libraries are a fifth of the memory."""
    slack, teams = settings.slack, settings.teams
    change = people.Following(store, words, clock, house)
    alone = _is_one_town(slack, teams)
    rooms: list[SlackRoom | TeamsRoom] = []
    if slack is not None:
        from bot.channels.slack.slack import SlackRoom  # noqa: PLC0415

        rooms.append(SlackRoom(store, words, clock, slack, people.arrive, change, alone=alone))
    if teams is not None:
        from bot.channels.teams.teams import TeamsRoom  # noqa: PLC0415

        identity, origin = machine_identity(), _address(settings)
        rooms.append(
            TeamsRoom(store, words, clock, teams, people.arrive, change, identity=identity, origin=origin, alone=alone)
        )
    return rooms


def _address(settings: Settings) -> str:
    """Where people reach us; without a public address only those on this machine do."""
    return settings.public_url.rstrip("/") or f"http://{settings.host}:{settings.port}"


def _way_in(teams: Teams | None) -> Callable[[AddressRow], str]:
    """How somebody at an address installs the assistant; empty where nobody has to."""
    return lambda where: teams.way_in if teams is not None and where.channel == TEAMS else ""


def _is_one_town(slack: Slack | None, teams: Teams | None) -> bool:
    """Whether all that is configured is for one organisation."""
    return (slack is None or slack.install == "token") and (teams is None or teams.kind != "MultiTenant")


def machine_identity() -> Identity | None:
    """What an App Service tells its programs of their managed identity."""
    from bot.channels.teams.login import Identity  # noqa: PLC0415 - only where there is Teams

    endpoint, header = os.environ.get("IDENTITY_ENDPOINT", ""), os.environ.get("IDENTITY_HEADER", "")
    return Identity(endpoint, header) if endpoint and header else None


async def _home(request: web.Request) -> web.Response:
    raise web.HTTPFound("/playground")
