"""The stage on Slack: the same people and scenes, but everything they do and see goes through the fake Slack."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import Literal

from aiohttp import web
from pydantic import SecretStr

from bot.channel import Message, Newcomer
from bot.channels.slack.pace import Pace
from bot.channels.slack.settings import Slack
from bot.channels.slack.slack import SlackRoom
from bot.channels.web.channel import WebChannel
from bot.clock import StandingClock
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.stage import ZONES, Stage, first_morning
from bot.tick import Ticker
from bot.turns import people
from bot.turns.common import OUTSIDE
from bot.turns.house import house as build_house
from storage.records import AddressRow, PersonRow
from storage.store import Store, Work
from tests.slack.fake import FakeSlack
from tests.slack.seat import SlackSeat as SlackSeat
from tests.slack.sight import TEAM as TEAM
from tests.slack.sight import Source
from tests.stage.pace import paced
from tests.stage.play import KEY, WORDS, NotThere, Play

CHANNEL_ID, CHANNEL_NAME = "C0JOBBYTTE", "jobbytte"
CAST = (
    ("UHANNE", "Hanne Holm", "HR"),
    ("UEMIL", "Emil Eriksen", "Børnehaven Solsikken"),
    ("ULONE", "Lone Lund", "Børnehaven Solsikken"),
    ("UVERA", "Vera Vang", "Familieafdelingen"),
)
SECRET = "8f742231b10e8888abcd99abcdef85a5"
IN_NO_HURRY = 100_000
"""A story of weeks is played in a second."""

LOCALES = {"da": "da-DK", "nb": "nb-NO", "en": "en-GB"}


class SlackPlay(Play):
    """A house that is reached through Slack only. Made by `open`."""

    slack: FakeSlack
    room: SlackRoom
    transport: Literal["http", "socket"]

    def __init__(self, start: datetime, url: str, language: str) -> None:  # the playground's house is not built
        self.late: float = IN_NO_HURRY
        self.words = WORDS
        self.url = url
        self.language = language
        self.events = count()
        self.store = Store.open(url, KEY)
        self.store.migrate()
        self.house = build_house()
        self.clock = StandingClock(first_morning(start))
        self.sources: dict[int, tuple[Message, Source]] = {}
        self._runner: web.AppRunner | None = None

    @classmethod
    async def open(
        cls,
        start: datetime,
        language: str = "da",
        *,
        url: str = "sqlite://",
        transport: Literal["http", "socket"] = "http",
        late: float = IN_NO_HURRY,
    ) -> SlackPlay:
        """A workspace with its people, the assistant installed, Hanne of HR known to it."""
        play = cls(start, url, language)
        play.late = late
        play.transport = transport
        play.slack = FakeSlack(play.clock)
        play.slack.app.signing_secret = SECRET
        await play.slack.start()
        play.slack.add_team(TEAM, "Sundby Kommune")
        zone, _country = ZONES[language]
        for id, name, unit in CAST:
            play.slack.add_user(id, name, TEAM, title=unit, tz=zone, locale=LOCALES[language])
        play.bot_token = play.slack.install(TEAM).value
        play.app_token = play.slack.add_app_token()
        play.slack.add_channel(CHANNEL_ID, CHANNEL_NAME, TEAM, members=[id for id, _, _ in CAST])
        await play.put_together()
        organisation = await play.store.run(lambda work: work.people.organisations()[0])
        assert organisation.name == "Sundby Kommune"
        for id, _, unit in CAST:
            await play.arrives(id, unit, hr=unit == "HR")
        return play

    bot_token: str
    app_token: str

    async def put_together(self) -> None:
        """The process, as the composition root builds it; only the pace has the stage's clock."""
        self.build()
        app = web.Application()
        self.room.opens(self.conversation, app)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        if self.transport == "http":
            self.slack.tell_by_http(f"http://{host}:{port}/slack/events", patience=10.0)
        else:
            self.slack.tell_by_socket(patience=10.0)
        await self.room.start()
        if self.transport == "socket":
            await self.slack.sockets.connected()

    def settings(self) -> Slack:
        """How Slack is met."""
        tokens = {"bot_token": SecretStr(self.bot_token)}
        if self.transport == "socket":
            tokens["app_token"] = SecretStr(self.app_token)
        else:
            tokens["signing_secret"] = SecretStr(SECRET)
        return Slack(self.transport, "token", self.slack.base_url, **tokens)  # type: ignore[arg-type]

    def build(self) -> None:
        """Puts everything together on the store."""
        slack = self.settings()
        seconds, pause = paced(self.clock)
        change = people.Following(self.store, self.words, self.clock, self.house)
        pace = Pace(seconds, pause)
        self.room = SlackRoom(
            self.store, self.words, self.clock, slack, people.arrive, change, pace, IN_NO_HURRY, self.late
        )
        self.pages = WebChannel(self.store, OUTSIDE)
        self.delivery = Delivery(self.store, self.clock, {"slack": self.room.channel, OUTSIDE: self.pages})
        self.ticker = Ticker(self.store, self.words, self.clock, self.house)
        self.conversation = Conversation(
            self.store, self.words, self.clock, self.house, lambda: None, {"slack": self.room.people}
        )
        self.stage = Stage(self.store, self.words, self.clock, self.house, self.ticker, self.delivery)

    async def arrives(self, user: str, unit: str, *, hr: bool) -> None:
        """Somebody opens the assistant for the first time; their workplace is known, and HR has its code."""
        where = AddressRow("slack", TEAM, user)
        if self.language == "en":  # Slack in English says nothing about its reader: it is known from elsewhere
            await self.store.run(lambda work: self._reads_english(work, where))
        await self.slack.person(user).opens_messages_tab()
        await self.settle()
        zone, country = ZONES[self.language]

        def settle_in(work: Work) -> None:
            person = work.people.at(where)
            assert person is not None
            changed = replace(person, unit=unit, hr=hr, language=self.language, zone=zone, country=country)
            work.people.update(changed)

        await self.store.run(settle_in)

    def _reads_english(self, work: Work, where: AddressRow) -> None:
        organisation = work.people.organisations()[0].id
        people.arrive(work, where, Newcomer(self.slack.users[where.place].real_name, organisation, language="en"))

    async def settle(self) -> None:
        """Everything that was done is answered, shown and sent."""
        assert self.room.inbound is not None
        for _ in range(2):
            await self.conversation.idle()
            await self.room.inbound.idle()
            await self.delivery.deliver()

    async def seat(self, name: str) -> SlackSeat:
        """The person whose name begins so."""
        for row in await self.everybody():
            if row.name.startswith(name):
                user = (await self.store.run(lambda work, row=row: work.people.addresses(row.id)))[0].place  # type: ignore[misc]
                return SlackSeat(self, row.id, row.name, user)
        raise NotThere(f"There is no {name}.")

    async def everybody(self) -> list[PersonRow]:
        """All people on Slack that the house knows."""
        return await self.store.run(lambda work: work.people.on("slack", work.people.organisations()[0].id))

    async def add(self, name: str, role: str, unit: str = "", language: str = "da") -> SlackSeat:
        """One more person."""
        user = f"U{name.split()[0].upper()}"
        zone, _ = ZONES[language]
        self.slack.add_user(user, name, TEAM, title=unit, tz=zone, locale=LOCALES[language])
        self.slack.channels[CHANNEL_ID].members.add(user)
        await self.arrives(user, unit, hr=role == "hr")
        return await self.seat(name)

    async def restart(self) -> None:
        """The process ends and another begins on the same database."""
        await self._end()
        if self.url != "sqlite://":
            await self.store.close()
            self.store = Store.open(self.url, KEY)
            self.store.migrate()
        self.house = build_house()
        await self.put_together()

    async def until(self, moment: datetime) -> None:
        """Lets time pass; everything due on the way happens. Nobody leaves a form open for so long."""
        for user in [user for user, stack in self.slack.stacks.items() if stack]:
            await self.slack.person(user).closes(everything=True)
        await self.settle()
        await self.stage.move_to(max(moment, self.clock.now()))
        await self.settle()

    async def _end(self) -> None:
        await self.room.stop()
        await self.room.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def close(self) -> None:
        """Lets go of everything."""
        await self._end()
        await self.slack.stop()
        await self.store.close()
