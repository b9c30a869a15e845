"""A small house for the playground to stand on: the real store and channel, and a desk that remembers."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.channel import Address, Incoming, Message, Outgoing, Part, Reply
from bot.channels.web.channel import WebChannel
from bot.channels.web.desk import PersonCard, Seen
from bot.channels.web.playground import playground
from bot.words import Words, read
from storage.records import AddressRow, Organisation, PersonRow
from storage.store import Store

NOON = datetime(2026, 5, 7, 10, 0, tzinfo=UTC)
JOBDATING = "#jobdating"
Client = TestClient[web.Request, web.Application]


WORDS = Words(*read())
"""The product's own words. Whether all are there is for the tests of the words to say."""


class FakeDesk:
    """People in the real store, a clock that is only moved, answers as a test sets them."""

    def __init__(self, store: Store) -> None:
        self.answers: dict[str, list[Seen]] = {}
        self.moves: list[datetime] = []
        self.coming: datetime | None = None
        self._now = NOON
        self._cards: list[PersonCard] = []
        self._store = store

    async def people(self) -> list[PersonCard]:
        return list(self._cards)

    async def add_person(self, name: str, role: str, unit: str, language: str) -> PersonCard:
        number = len(self._cards) + 1
        card = PersonCard(f"person{number}", name, role, unit, language, f"seat{number}")
        row = PersonRow(card.id, "here", name, unit, language=language)
        await self._store.run(lambda work: work.people.add(row))
        where = AddressRow("playground", "local", card.place)
        await self._store.run(lambda work: work.people.link(card.id, where))
        self._cards.append(card)
        return card

    async def channels(self) -> list[str]:
        return [JOBDATING]

    async def who_sees(self, person_id: str, language: str) -> list[Seen]:
        return self.answers.get(person_id, [])

    async def now(self) -> datetime:
        return self._now

    async def next_event(self) -> datetime | None:
        return self.coming

    async def move_to(self, moment: datetime) -> None:
        await asyncio.sleep(0)
        self.moves.append(moment)
        self._now = moment


@dataclass
class Playhouse:
    """Everything a test of the playground wants to reach."""

    store: Store
    desk: FakeDesk
    channel: WebChannel
    heard: list[Incoming] = field(default_factory=list)
    reply: Reply = field(default_factory=Reply)
    fault: Exception | None = None

    @classmethod
    async def build(cls, store: Store) -> "Playhouse":
        """A house with Sara in it, who is person1 in seat1."""
        organisation = Organisation("here", "Vejle Kommune", "DK", "Europe/Copenhagen", "da")
        await store.run(lambda work: work.people.add_organisation(organisation))
        house = cls(store, FakeDesk(store), WebChannel(store))
        await house.desk.add_person("Sara Lind", "employee", "Borgerservice", "da")
        return house

    async def receive(self, incoming: Incoming) -> Reply:
        if self.fault is not None:
            raise self.fault
        self.heard.append(incoming)
        return self.reply

    def app(self) -> web.Application:
        """The playground where it is mounted in the product."""
        root = web.Application()
        masked = self.masked
        made = playground(self.store, self.receive, self.desk, self.channel, WORDS, masked)
        root.add_subapp("/playground", made)
        return root

    @staticmethod
    def masked(text: str) -> str:
        return text.replace("010165-0000", "******-****")

    async def client(self) -> Client:
        """A browser on the same machine."""
        client: Client = TestClient(TestServer(self.app()))
        await client.start_server()
        return client

    async def send(self, id: str, text: str = "Hej", place: str = "seat1", **more: Any) -> None:
        """A message from Vidsyn, as delivery sends it."""
        await self.channel.send(replace(outgoing(id, text, place), **more), await self.desk.now())


def outgoing(id: str, text: str = "Hej", place: str = "seat1") -> Outgoing:
    """A message on its way to a seat or a channel."""
    message = Message(parts=(Part(text),), preview="Ny besked", card=f"card-{id}")
    return Outgoing(id, Address("playground", "local", place), message)


def answer(text: str, readers: list[str]) -> Seen:
    """An answer as the panel shows it."""
    day = date(2026, 5, 6)
    return Seen("Forberedelse", "Hvad vil du lære?", text, day, "J", "Du og Henrik kan se det her.", readers)
