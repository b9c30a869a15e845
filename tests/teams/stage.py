"""The stage on Teams: the same people and scenes, but everything they do and see goes through the fake Teams."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from itertools import count

from aiohttp import web
from pydantic import SecretStr

from bot.channel import Channel, File, Message
from bot.channels.teams.pace import Pace
from bot.channels.teams.settings import Teams
from bot.channels.teams.teams import TeamsRoom
from bot.channels.web.channel import WebChannel
from bot.channels.web.take import take_routes
from bot.clock import StandingClock
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.stage import ZONES, Stage, first_morning
from bot.tick import Ticker
from bot.turns import people
from bot.turns.common import OUTSIDE
from bot.turns.house import house as build_house
from dialogs.model import Visibility
from storage.records import AddressRow, PersonRow
from storage.store import Store, Work
from tests.stage.pace import paced
from tests.stage.play import KEY, WORDS, NotThere, Play
from tests.teams.fake import FakeTeams, Posted, Team, User
from tests.teams.seat import TeamsSeat
from tests.teams.sight import Source

CAST = {
    "Hanne Holm": "HR",
    "Emil Eriksen": "Børnehaven Solsikken",
    "Lone Lund": "Børnehaven Solsikken",
    "Vera Vang": "Familieafdelingen",
}
TEAM = "#jobbytte"
"""A team's General channel goes by the name of its team."""

LINK = "https://teams.microsoft.com/l/app/55555555-5555-4555-8555-555555555555"
LOCALES = {"da": "da-DK", "nb": "nb-NO", "en": "en-GB"}
OWN = frozenset({Visibility.PRIVATE, Visibility.SHARED_ON_REQUEST})
ORIGIN = "https://vidsyn.example.dk"
"""Where the files are downloaded from."""
IN_NO_HURRY = 100_000
"""A story of weeks is played in a second."""


def settings(teams: FakeTeams) -> Teams:
    """How this Teams is met."""
    app = teams.app
    return Teams(
        "SingleTenant",
        app.id,
        SecretStr(app.secret),
        app.tenant,
        openid=teams.openid_url,
        login=teams.login_url,
        graph=teams.graph_url,
        hosts=frozenset({teams.host}),
        near=frozenset({teams.host}),
        link=LINK,
    )


class TeamsPlay(Play):
    """A house that is reached through Teams only. Made by `open`."""

    teams: FakeTeams
    room: TeamsRoom
    team: Team
    own: dict[str, str]
    """What people have written of themselves in cards and dialogs, with who wrote it."""
    shared: set[str]
    """What people had chosen to show to others, or agreed on with them, whenever anybody looked."""
    most: int
    late: float
    soon: float
    address: str
    """Where the process answers."""

    def __init__(self, start: datetime, url: str, language: str) -> None:  # the playground's house is not built
        self.words = WORDS
        self.url = url
        self.language = language
        self.events = count()
        self.store = Store.open(url, KEY)
        self.store.migrate()
        self.house = build_house()
        self.clock = StandingClock(first_morning(start))
        self.sources: dict[int, tuple[Message, Source]] = {}
        self.own = {}
        self.shared = set()
        self._runner: web.AppRunner | None = None

    @classmethod
    async def open(
        cls,
        start: datetime,
        language: str = "da",
        *,
        url: str = "sqlite://",
        most: int = IN_NO_HURRY,
        late: float = IN_NO_HURRY,
        soon: float = IN_NO_HURRY,
    ) -> TeamsPlay:
        """A tenant with its people, the assistant in their chats and in a team, Hanne of HR known to it."""
        play = cls(start, url, language)
        play.most, play.late, play.soon = most, late, soon
        play.teams = FakeTeams(play.clock)
        await play.teams.start()
        users = [play.add_user(name, unit) for name, unit in CAST.items()]
        play.teams.consent.add(play.teams.app.tenant)
        play.teams.tenants[play.teams.app.tenant] = "Sundby Kommune"
        play.team = play.teams.add_team(TEAM, members=[user.aad for user in users])
        await play.put_together()
        await play.teams.admin.adds_to(play.team, by=users[0])
        await play.settle()
        for user in users:
            await play.arrives(user, hr=user.department == "HR")
        return play

    def add_user(self, name: str, unit: str) -> User:
        """Somebody in the tenant."""
        zone, _country = ZONES[self.language]
        return self.teams.add_user(name, department=unit, zone=zone, locale=LOCALES[self.language])

    async def put_together(self) -> None:
        """The process, as the composition root builds it; only the pace has the stage's clock."""
        self.build()
        app = web.Application()
        self.room.opens(self.conversation, app)
        app.add_routes(take_routes(self.store, self.clock, self.words))
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"http://{host}:{port}"
        self.teams.tell(f"{self.address}/api/messages")
        await self.room.start()

    def build(self) -> None:
        """Puts everything together on the store."""
        seconds, pause = paced(self.clock)
        change = people.Following(self.store, self.words, self.clock, self.house)
        self.room = TeamsRoom(
            self.store,
            self.words,
            self.clock,
            settings(self.teams),
            people.arrive,
            change,
            pace=Pace(seconds, pause, lambda: 0.5),
            most=self.most,
            late=self.late,
            soon=self.soon,
            alone=True,
            origin=ORIGIN,
        )
        channels: dict[str, Channel] = {"teams": self.room.channel, OUTSIDE: WebChannel(self.store, OUTSIDE)}
        self.delivery = Delivery(self.store, self.clock, channels)
        self.ticker = Ticker(self.store, self.words, self.clock, self.house)
        self.conversation = Conversation(
            self.store, self.words, self.clock, self.house, lambda: None, {"teams": self.room.people}
        )
        self.stage = Stage(self.store, self.words, self.clock, self.house, self.ticker, self.delivery)

    async def arrives(self, user: User, *, hr: bool) -> None:
        """Somebody installs the assistant; HR has its code."""
        await self.teams.person(user).installs()
        await self.settle()
        zone, country = ZONES[self.language]

        def settle_in(work: Work) -> None:
            person = work.people.at(AddressRow("teams", user.tenant, user.aad))
            assert person is not None
            work.people.update(replace(person, hr=hr, language=self.language, zone=zone, country=country))

        await self.store.run(settle_in)

    async def settle(self) -> None:
        """Everything that was done is answered, shown and sent."""
        for _ in range(2):
            await self.conversation.idle()
            await self.room.idle()
            await self.delivery.deliver()

    async def seat(self, name: str) -> TeamsSeat:
        """The person whose name begins so."""
        for row in await self.everybody():
            if row.name.startswith(name) and (seat := await self.seat_of(row)):
                return seat
        raise NotThere(f"There is no {name}.")

    async def seat_of(self, row: PersonRow) -> TeamsSeat | None:
        """Where somebody sits at Teams, if they are there."""
        addresses = await self.store.run(lambda work: work.people.addresses(row.id))
        there = next((it for it in addresses if it.channel == "teams"), None)
        return TeamsSeat(self, row.id, row.name, there.place) if there else None

    async def everybody(self) -> list[PersonRow]:
        """All people that the house knows."""
        return await self.store.run(lambda work: work.people.all(work.people.organisations()[0].id))

    async def add(self, name: str, role: str, unit: str = "", language: str = "da") -> TeamsSeat:
        """One more person."""
        user = self.add_user(name, unit)
        self.team.members.add(user.aad)
        await self.arrives(user, hr=role == "hr")
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
        """Lets time pass; everything due on the way happens. Nobody leaves a dialog open for so long."""
        self.teams.open.clear()
        await self.settle()
        await self.stage.move_to(max(moment, self.clock.now()))
        await self.settle()

    def posted(self, place: str) -> list[Posted]:
        """What the assistant has said to somebody, or in a channel."""
        return self.teams.posts(self.team.id if place == self.team.name else place)

    def downloaded(self, file: File) -> File:
        """A file with what is given out by the link that stands for its text."""
        secret = file.text.removeprefix(f"{ORIGIN}/take/")
        found = self.store.run_now(lambda work: work.takeaways.find(secret, self.clock.now()))
        return replace(file, text=found.text if found else "")

    def is_own(self, key: str) -> bool:
        """Whether the answer to a question is for oneself, or for those alone whom one shows it to."""
        asks = (ask for script in self.house.scripts.values() for ask in script.dialog.asks)
        return any(ask.words == key.partition("#")[0] and ask.visibility in OWN for ask in asks)

    def nothing_refused(self) -> None:
        """Teams took everything; Graph knows nobody's leader in this tenant."""
        refused = [(call.what, call.status, call.code, call.why) for call in self.teams.ledger.refused]
        assert [it for it in refused if it[:2] != ("manager", 404)] == []

    async def looks(self) -> None:
        """Keeps in mind what is shared now."""
        self.shared |= await self.store.run(_shared)

    def no_own_words(self) -> None:
        """Nothing that somebody wrote of themselves ever stood in a chat; but for others, what they were shown."""
        ours = "\n".join(self.words.plain(self.language, key) for key in self.words.keys)
        own = {text: aad for text, aad in self.own.items() if text not in ours}
        for call in self.teams.ledger.accepted:
            said = json.dumps(call.body, ensure_ascii=False)
            for text, aad in own.items():
                mine = call.where == self.teams.personal(self.teams.users[aad]).id
                shown = not mine and any(text in each for each in self.shared)
                assert shown or json.dumps(text, ensure_ascii=False)[1:-1] not in said, (text, said)

    async def _end(self) -> None:
        await self.room.stop()
        await self.room.close()
        if self._runner is not None:
            await self._runner.cleanup()

    async def close(self) -> None:
        """Lets go of everything."""
        await self._end()
        await self.teams.stop()
        await self.store.close()


def _shared(work: Work) -> set[str]:
    everybody = work.people.all(work.people.organisations()[0].id)
    rows = [row for person in everybody for row in work.answers.by(person.id)]
    return {str(row.value) for row in rows if row.released or row.confirmed}
