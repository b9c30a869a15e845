"""The product, put together as the composition root does it, but with its pace opened wide: no limit is measured."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from aiohttp import web
from pydantic import SecretStr

from bot.app import App
from bot.channel import Channel, Directory
from bot.channels import organisations
from bot.channels.slack.pace import Pace as SlackPace
from bot.channels.slack.settings import Slack
from bot.channels.slack.slack import SlackRoom
from bot.channels.teams.pace import Pace as TeamsPace
from bot.channels.teams.settings import Teams
from bot.channels.teams.teams import TeamsRoom
from bot.clock import Clock, SystemClock
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.tick import Ticker
from bot.turns import people
from bot.turns.house import house as build_house
from bot.words import Words
from storage.records import AddressRow, Chat, PersonRow
from storage.store import Store, Work
from tests.benchmarks.databases import KEY
from tests.benchmarks.measure import Platform
from tests.benchmarks.sides import APP, SECRET, TEAM, TENANT, TOKEN, TOWN, place_of

ABREAST = 50
"""Messages on their way at once, where the pace is wide: as many as the bare loop has."""

IN_NO_HURRY = 1_000_000
"""Things that a person may do in a minute."""


class WideSlack(SlackPace):
    """Lines in which nobody waits."""

    async def turn(self, tenant: str, method: str, id: str, place: str, until: float) -> float:
        """At once."""
        return 0.0


class WideTeams(TeamsPace):
    """Lines in which nobody waits."""

    async def turn(self, tenant: str, place: str, id: str, until: float) -> float:
        """At once."""
        return 0.0


@dataclass
class House:
    """Everything that runs, and where it answers."""

    app: App
    port: int
    runner: web.AppRunner

    async def stop(self) -> None:
        """As the process stops."""
        await self.runner.cleanup()
        await self.app.stop()


def slack(api: str) -> Slack:
    """How the Slack at `api` is met, by signed requests."""
    token, secret = SecretStr(TOKEN), SecretStr(SECRET)
    return Slack("http", "token", f"{api}/api/", bot_token=token, signing_secret=secret)


def teams(api: str, *, alone: bool) -> Teams:
    """How the Teams at `api` is met, by one tenant or by many."""
    host = frozenset({api.removeprefix("http://")})
    return Teams(
        "SingleTenant" if alone else "MultiTenant", APP, SecretStr("the-secret-of-the-app"), TENANT if alone else "",
        openid=f"{api}/v1/.well-known/openidconfiguration", login=f"{api}/login", graph=f"{api}/graph",
        hosts=host, near=host,
    )  # fmt: skip


async def open_house(url: str, apis: Mapping[str, str], common: Clock | None = None) -> House:
    """The product on the platforms whose services are at `apis`, listening and started.

    With the `common` clock at the platforms' real pace, and so that nothing happens before somebody ticks.
    """
    store, words, clock, rules = Store.open(url, KEY), Words.load(), common or SystemClock(), build_house()
    change = people.Following(store, words, clock, rules)
    time = asyncio.get_running_loop().time
    rooms: list[SlackRoom | TeamsRoom] = []
    alone = common is None
    if "slack" in apis:
        pace = SlackPace(time, asyncio.sleep) if common else WideSlack(time, asyncio.sleep)
        met = slack(apis["slack"])
        rooms.append(SlackRoom(store, words, clock, met, people.arrive, change, pace, IN_NO_HURRY, alone=alone))
    if "teams" in apis:
        chance = Random(0).random
        wide = TeamsPace(time, asyncio.sleep, chance) if common else WideTeams(time, asyncio.sleep, chance)
        there = teams(apis["teams"], alone=alone)
        rooms.append(
            TeamsRoom(store, words, clock, there, people.arrive, change, pace=wide, most=IN_NO_HURRY, alone=alone)
        )
    if common is None:
        for room in rooms:
            room.channel.abreast = ABREAST
    channels: dict[str, Channel] = {room.channel.name: room.channel for room in rooms}
    directories: dict[str, Directory] = {room.channel.name: room.people for room in rooms}
    delivery = Delivery(store, clock, channels)
    ticker = Ticker(store, words, clock, rules)
    conversation = Conversation(store, words, clock, rules, delivery.kick, directories)
    application = web.Application()
    for room in rooms:
        room.opens(conversation, application)
    app = App(store, conversation, ticker, delivery, clock, application, platforms=tuple(rooms))
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    if common is None:
        await app.start()
    else:
        for room in rooms:
            await room.start()
        delivery.start()
    return House(app, runner.addresses[0][1], runner)


def prepare(url: str, platform: Platform, persons: int, api: str) -> None:
    """A database with so many people who have been greeted."""
    store = Store.open(url, KEY)
    store.migrate()
    try:
        store.run_now(lambda work: _settle(work, platform, persons, api))
    finally:
        asyncio.run(store.close())


def _settle(work: Work, platform: Platform, persons: int, api: str) -> None:
    tenant = TEAM if platform == "slack" else TENANT
    home = organisations.welcome(work, platform, tenant, TOWN, alone=True).organisation
    for number in range(persons):
        place = place_of(platform, number)
        person = PersonRow(f"person-{number}", home, f"Person {number}", "Familieafdelingen", told=frozenset({"hello"}))
        work.people.add(person)
        work.people.link(person.id, AddressRow(platform, tenant, place))
        if platform == "teams":
            chat = Chat(
                "teams", tenant, place, f"a:1{place}", f"29:1{place}", f"{api}/smba/emea/", touched=datetime.now(UTC)
            )
            work.chats.put(chat)
