"""The composition root: the only place that names concrete classes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import structlog
from aiohttp import web

from bot.channel import Channel
from bot.channels.web.channel import WebChannel
from bot.channels.web.doors import check_host
from bot.channels.web.playground import playground
from bot.clock import StandingClock, SystemClock
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.programme.identifiers import mask
from bot.scheduler import Ticking
from bot.settings import Settings
from bot.stage import Stage, open_stage
from bot.tick import Ticker
from bot.turns.house import house as build_house
from bot.words import Words
from storage.store import Store
from storage.vault import Vault, load_or_create_key_file

log = structlog.get_logger()

DOOR = "door"
PLAYGROUND = "playground"


class WrongDatabase(ValueError):
    """This database is not the playground's. Set DATABASE_URL to one of its own, or remove the setting."""


class KeyFileGone(ValueError):
    """The database is there and its key file is not, so nothing in it can be read. Put the key file back."""


@dataclass
class App:
    """Everything that runs, put together."""

    store: Store
    conversation: Conversation
    ticker: Ticker
    delivery: Delivery
    stage: Stage
    clock: StandingClock
    web: web.Application
    ticking: Ticking = field(init=False)
    _one_tick: asyncio.Lock = field(init=False, default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        """What ticks is this very app."""
        self.ticking = Ticking(self.tick)

    async def start(self) -> None:
        """Looks after what an earlier process left, then ticks."""
        await self.delivery.recover()
        await self.tick()
        self.ticking.start()

    async def tick(self) -> None:
        """Answers what was written down, says what is due, sends what waits. What fails holds nothing else up."""
        async with self._one_tick:
            for part in (self.conversation.catch_up, self.ticker.tick, self._send):
                try:
                    await part()
                except Exception as failure:  # tried again at the next tick; its text may be somebody's words
                    log.error("tick_failed", part=part.__name__, error=type(failure).__name__)

    async def _send(self) -> None:
        await self.delivery.recover(starting=False)
        await self.delivery.deliver()

    async def stop(self) -> None:
        """Ends the ticking, lets what is under way finish, and closes the store."""
        self.ticking.pause()
        await self.delivery.stop()
        async with self._one_tick:
            self.ticking.stop()
        await self.store.close()


def open_vault(settings: Settings) -> Vault:
    """The master keys from the setting, else from the key file beside the data."""
    if settings.vidsyn_master_keys:
        return Vault.parse(settings.vidsyn_master_keys)
    key_file = settings.vidsyn_data / "master.key"
    if not settings.database_url and not key_file.exists() and any(file.exists() for file in settings.files):
        raise KeyFileGone(f"{KeyFileGone.__doc__} It belongs at {key_file}.")
    return load_or_create_key_file(key_file)


def open_store(settings: Settings) -> Store:
    """The store, its tables up to date."""
    settings.vidsyn_data.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = Store.open(settings.url, open_vault(settings))
    store.migrate()
    return store


def build(settings: Settings) -> App:
    """The playground with everything behind it. Raises WrongDatabase, and refuses a host that is not loopback."""
    check_host(settings.host)
    words, house = Words.load(), build_house()
    store = open_store(settings)
    store.run_now(lambda work: _mark(work.meta.get(DOOR), bool(work.people.organisations())))
    store.run_now(lambda work: work.meta.set(DOOR, PLAYGROUND))
    now = SystemClock().now()
    clock = StandingClock(store.run_now(lambda work: open_stage(work, words, house, now)))
    channel = WebChannel(store)
    channels: dict[str, Channel] = {channel.name: channel}
    delivery = Delivery(store, clock, channels)
    ticker = Ticker(store, words, clock, house)
    conversation = Conversation(store, words, clock, house, delivery.kick)
    stage = Stage(store, words, clock, house, ticker, delivery)
    application = web.Application()
    application.add_subapp("/playground", playground(store, conversation.receive, stage, channel, words, mask))
    application.router.add_get("/", _home)
    application.router.add_get("/healthz", _health)
    return App(store, conversation, ticker, delivery, stage, clock, application)


def _mark(door: str | None, used: bool) -> None:
    if door != PLAYGROUND and (door or used):
        raise WrongDatabase(WrongDatabase.__doc__)


async def _home(request: web.Request) -> web.Response:
    raise web.HTTPFound("/playground")


async def _health(request: web.Request) -> web.Response:
    return web.Response(text="ok")
