"""The test client: people who read, press, fill in and type, as they would in a chat."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import select

from bot.channel import Address, Button, Channel, Field, Incoming, Message, Reply
from bot.channels.web.channel import WebChannel, letter
from bot.clock import StandingClock
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.stage import CHANNEL, TENANT, ZONES, Stage, open_stage
from bot.tick import Ticker
from bot.turns.common import OUTSIDE
from bot.turns.house import house as build_house
from bot.words import Words
from dialogs.model import Raw
from storage.records import PersonRow
from storage.store import Store, Work
from storage.tables import outbox
from storage.vault import Vault

WORDS = Words.load()
KEY = Vault({"test": b"k" * 32}, "test")


ANSWERS = {"answer", "card"}
"""Kinds of messages that answer what their reader has just done."""


@dataclass(frozen=True)
class Sent:
    """One message: its kind, its day where the reader is, and what it is about."""

    kind: str
    day: date
    subject: str = ""

    @property
    def unasked(self) -> bool:
        """Whether it came by itself or because of what somebody else did."""
        return self.kind not in ANSWERS


def spaced(text: str) -> str:
    """The text with common spaces only: nobody types the one that holds a date together."""
    return text.replace("\u00a0", " ")


class NotThere(AssertionError):
    """What somebody wanted to press, fill in or read is not on the screen."""


@dataclass
class Seat:
    """One person at their chat."""

    play: Play
    id: str
    name: str

    async def messages(self) -> list[Message]:
        """All messages in the private chat that are the bot's, oldest first."""
        rows = await self.play.store.run(lambda work: work.mail.list(self.id))
        letters = [letter(row) for row in rows if row.author != self.id]
        return [kept.message for kept in letters if kept.message is not None]

    async def last(self) -> Message:
        """The newest message."""
        return (await self.messages())[-1]

    async def text(self) -> str:
        """The newest message as it reads."""
        return read(await self.last())

    async def everything(self) -> str:
        """All of the chat as it reads."""
        return "\n\n".join(read(message) for message in await self.messages())

    async def says(self, text: str) -> Reply:
        """Types."""
        return await self._receive(Incoming(self.address(), self._event(), "text", text=text))

    async def presses(self, label: str, values: Mapping[str, Raw] | None = None, *, leave: str = "") -> Reply:
        """Presses the newest button with this label, with a form's values by question key or label."""
        message, button = await self.offered(label)
        return await self.press(message, button, values or {}, leave=leave)

    async def offered(self, label: str, channel: str = "") -> tuple[Message, Button]:
        """The newest button with this label, and the message it is on."""
        messages = await (self.posts(channel) if channel else self.messages())
        for message in reversed(messages):
            for button in message.buttons:
                if spaced(button.label) == spaced(label):
                    return message, button
        offered = [button.label for button in messages[-1].buttons] if messages else []
        raise NotThere(f"{self.name} has no button {label!r}; the newest message offers {offered}.")

    async def taps(self, key: str, values: Mapping[str, Raw] | None = None, **names: object) -> Reply:
        """Presses the newest button with these words, whatever the language of the seat."""
        person = await self.person()
        return await self.presses(self.play.words.text(person.language, key, names), values)

    async def fills(self, values: Mapping[str, Raw] | None = None, *, leave: str = "") -> Reply:
        """Fills in the newest message and sends it off. What is not given stays as it stands there."""
        message = await self.last()
        button = next((button for button in message.buttons if button.sends), None)
        if button is None:
            raise NotThere(f"There is nothing to fill in for {self.name}:\n{read(message)}")
        return await self.press(message, button, values or {}, leave=leave)

    async def person(self) -> PersonRow:
        """What the house knows of the person."""
        return await self.play.store.run(lambda work: work.people.get(self.id))

    async def lives_in(self, country: str) -> None:
        """Has another country's holidays from now on."""
        zone = {"DK": "Europe/Copenhagen", "NO": "Europe/Oslo"}[country]
        person = replace(await self.person(), country=country, zone=zone)
        await self.play.store.run(lambda work: work.people.update(person))

    async def press(
        self, message: Message, button: Button, values: Mapping[str, Raw], *, leave: str = "", event: str = ""
    ) -> Reply:
        """Presses a button of a message, also of an old one."""
        filled = _filled(message, values) if button.sends else {}
        incoming = Incoming(
            self.address(),
            event or self._event(),
            "press",
            card=message.card,
            button=button.id,
            values=filled,
            leave=leave,  # type: ignore[arg-type]
            leaves=sorted(filled) if leave else [],
        )
        return await self._receive(incoming)

    async def presses_in_channel(self, label: str, channel: str = "#jobbytte") -> Reply:
        """Presses a button of a post in a channel."""
        message, button = await self.offered(label, channel)
        return await self.press(message, button, {})

    async def posts(self, channel: str) -> list[Message]:
        """All posts of a channel, oldest first."""
        rows = await self.play.store.run(lambda work: work.mail.list(channel))
        return [kept.message for kept in map(letter, rows) if kept.message is not None]

    def address(self) -> Address:
        """Where the person is reached."""
        return Address(CHANNEL, TENANT, self.id)

    def _event(self) -> str:
        return f"{self.id}-{next(self.play.events)}"

    async def _receive(self, incoming: Incoming) -> Reply:
        reply = await self.play.conversation.receive(incoming)
        await self.play.delivery.deliver()
        return reply


@dataclass
class PageSeat(Seat):
    """Somebody on no platform, at the page behind their personal link."""

    organisation: str = ""

    def address(self) -> Address:
        return Address(OUTSIDE, self.organisation, self.id)


def _filled(message: Message, values: Mapping[str, Raw]) -> dict[str, Raw]:
    """A form's values as a page sends them: what was filled in, else what stood there."""
    filled: dict[str, Raw] = {shown.key: _standing(shown) for shown in message.fields}
    for name, value in values.items():
        shown = next((each for each in message.fields if name in (each.key, each.label)), None)
        if shown is None:
            raise NotThere(f"The form has no field {name!r}; it has {[each.label for each in message.fields]}.")
        filled[shown.key] = _chosen(shown, value)
    return filled


def _standing(shown: Field) -> Raw:
    if shown.kind == "many":
        return list(shown.chosen)
    return shown.chosen[0] if shown.chosen else shown.value


def _chosen(shown: Field, value: Raw) -> Raw:
    """The values behind labels, so that a test reads as a person speaks."""
    by_label = {choice.label: choice.value for choice in shown.choices}
    if isinstance(value, list):
        return [by_label.get(each, each) for each in value]
    return by_label.get(value, value)


def read(message: Message) -> str:
    """A message as a person reads it."""
    lines = [part.text for part in message.parts]
    for shown in message.fields:
        lines.append(f"? {shown.label}" + (f" ({shown.who})" if shown.who else ""))
        lines += [f"    {hint}" for hint in shown.hints]
        if shown.choices and shown.kind in ("one", "many", "person"):
            lines.append("    " + " / ".join(choice.label for choice in shown.choices))
    if message.buttons:
        lines.append(" ".join(f"[{button.label}]" for button in message.buttons))
    lines += [f"<{file.name}>" for file in message.files]
    return "\n".join(lines)


class Play:
    """A house with a clock and people in it."""

    def __init__(self, start: datetime, url: str = "sqlite://", language: str = "da") -> None:
        self.words = WORDS
        self.url = url
        self.language = language
        self.events = count()
        self.more: dict[str, Channel] = {}
        """Other ways to reach somebody, by name."""
        self.store = Store.open(url, KEY)
        self.store.migrate()
        self.house = build_house()
        self.clock = StandingClock(start)
        self.store.run_now(lambda work: open_stage(work, self.words, self.house, self.clock.now()))
        self.clock = StandingClock(datetime.fromisoformat(str(self.store.run_now(lambda work: work.meta.get("clock")))))
        self.store.run_now(lambda work: _speak(work, language))
        self.build()

    async def sent(self, seat: Seat) -> list[Sent]:
        """Everything that has been sent to a person, oldest first; what took the place of another is not counted."""
        rows = await self.store.run(lambda work: work.outbox._all(select(outbox).order_by(outbox.c.order)))
        zone = ZoneInfo((await seat.person()).zone)
        return [
            Sent(row["kind"], row["not_before"].astimezone(zone).date(), row["subject"])
            for row in rows
            if row["place"] == seat.id and not row["replaces"]
        ]

    async def restart(self) -> None:
        """The process ends and another begins on the same database. One in memory stays; all else is new."""
        if self.url != "sqlite://":
            await self.store.close()
            self.store = Store.open(self.url, KEY)
            self.store.migrate()
        self.house = build_house()
        self.build()

    def build(self) -> None:
        """Puts everything together on the store."""
        self.channel = WebChannel(self.store)
        self.pages = WebChannel(self.store, OUTSIDE)
        pages: dict[str, Channel] = {channel.name: channel for channel in (self.channel, self.pages)}
        channels = pages | self.more
        self.delivery = Delivery(self.store, self.clock, channels)
        self.ticker = Ticker(self.store, self.words, self.clock, self.house)
        self.conversation = Conversation(self.store, self.words, self.clock, self.house, lambda: None)
        self.stage = Stage(self.store, self.words, self.clock, self.house, self.ticker, self.delivery)

    async def seat(self, name: str) -> Seat:
        """The person whose name begins so."""
        cards = await self.stage.people()
        card = next(card for card in cards if card.name.startswith(name))
        return Seat(self, card.id, card.name)

    async def add(self, name: str, role: str, unit: str = "", language: str = "da") -> Seat:
        """One more person."""
        card = await self.stage.add_person(name, role, unit, language)
        await self.delivery.deliver()
        return Seat(self, card.id, card.name)

    async def outside(self) -> list[PageSeat]:
        """Those who are on no platform, by name."""

        def unit(work: Work) -> list[PageSeat]:
            home = work.people.organisations()[0].id
            return [PageSeat(self, row.id, row.name, home) for row in work.people.on(OUTSIDE, home)]

        return await self.store.run(unit)

    async def until(self, moment: datetime) -> None:
        """Lets time pass; everything due on the way happens."""
        await self.stage.move_to(moment)

    async def next_event(self) -> datetime:
        """Goes to the next thing that is due."""
        at = await self.stage.next_event()
        if at is None:
            raise NotThere("Nothing is due.")
        await self.stage.move_to(at)
        return at

    async def close(self) -> None:
        """Lets go of the store."""
        await self.store.close()


def _speak(work: Work, language: str) -> None:
    """Everybody there speaks the language, and lives where it is spoken."""
    zone, country = ZONES[language]
    for person in work.people.all(work.people.organisations()[0].id):
        work.people.update(replace(person, language=language, zone=zone, country=country))
