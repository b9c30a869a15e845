"""The product at real clients: those who sit at one, and colleagues at a page of ours, all in one organisation."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import count

from aiohttp import web

from bot.channels.teams.settings import Teams
from bot.channels.teams.teams import TeamsRoom
from bot.channels.web.channel import WebChannel
from bot.clock import StandingClock
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.moment import Moment
from bot.stage import Stage
from bot.tick import Ticker
from bot.turns import people
from bot.turns.house import house as build_house
from bot.turns.people import hash_of
from storage.records import AddressRow, Organisation, new_id
from storage.store import Store, Work
from tests.agents.region import Region, region, served
from tests.agents.tenant import Person
from tests.stage.play import KEY, WORDS, Play

MUNICIPALITY = "Sundby Kommune"
IN_NO_HURRY = 100_000
"""A browser may press faster than a person can."""


class AgentsPlay(Play):
    """A house whose messages go to the clients of a region. What is done at a client is answered as it comes."""

    bot = ""
    """Where it takes what the clients send."""

    def __init__(self, start: datetime, region: Region) -> None:
        self.region = region
        self.words = WORDS
        self.url = "sqlite://"
        self.language = "da"
        self.events = count()
        self.store = Store.open(self.url, KEY)
        self.store.migrate()
        self.house = build_house()
        self.clock = StandingClock(start)
        home = Organisation(new_id(), MUNICIPALITY, "DK", "Europe/Copenhagen", "da")
        self.store.run_now(lambda work: work.people.add_organisation(home))
        self.build()

    def build(self) -> None:
        """Puts everything together on the store, as the composition root does."""

        async def change(where: AddressRow, *, name: str, zone: str, active: bool) -> None:
            def unit(work: Work) -> None:
                moment = Moment(work, self.words, self.clock.now(), self.house)
                people.change(moment, where, name=name, zone=zone, active=active)

            await self.store.run(unit)

        hosts = frozenset({self.region.host})
        teams = Teams("Anonymous", hosts=hosts, near=hosts)
        self.room = TeamsRoom(
            self.store, self.words, self.clock, teams, people.arrive, change, most=IN_NO_HURRY, alone=True
        )
        self.channel = WebChannel(self.store)
        self.delivery = Delivery(self.store, self.clock, {"teams": self.room.channel, self.channel.name: self.channel})
        self.ticker = Ticker(self.store, self.words, self.clock, self.house)
        self.conversation = Conversation(
            self.store, self.words, self.clock, self.house, self.delivery.kick, {"teams": self.room.people}
        )
        self.stage = Stage(self.store, self.words, self.clock, self.house, self.ticker, self.delivery)

    async def hr_code(self) -> str:
        """What makes somebody HR who writes it, as an operator prints it."""
        code = "HR-ABCDE-FGHJK-LMNPQ-RSTUV"
        ends = self.clock.now() + timedelta(hours=1)
        await self.store.run(lambda work: work.people.add_code(hash_of(code), ends))
        return code


@asynccontextmanager
async def playing(start: datetime, reader: Person) -> AsyncIterator[AgentsPlay]:
    """The house as it runs, until the block ends. `reader` is whose client shows what is posted in the channel."""
    async with region(reader) as here:
        play = AgentsPlay(start, here)
        app = web.Application()
        play.room.opens(play.conversation, app)
        async with served(app) as host:
            play.bot = f"http://{host}/api/messages"
            await play.room.start()
            try:
                yield play
            finally:
                await play.room.stop()
                await play.conversation.idle()
                await play.delivery.stop()
                await play.room.close()
        await play.close()
