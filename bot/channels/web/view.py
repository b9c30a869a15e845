"""What the pages show: boxes, messages and the clock, made ready for the templates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote

from jinja2 import Environment
from markupsafe import Markup

from bot.channel import Message
from bot.channels.web.channel import WebChannel, letter
from bot.channels.web.desk import LANGUAGES, Desk, PersonCard, Words
from bot.channels.web.draw import Drawer, Look, environment, saying
from bot.channels.web.when import day_in_words, hour_in_words, local_day, place_in_words
from storage.records import MailRow
from storage.store import Store

BASE = "/playground"


@dataclass(frozen=True)
class Pages:
    """What conversations are shown with. `base` is where the pages are mounted."""

    base: str
    store: Store
    channel: WebChannel
    words: Words

    @cached_property
    def templates(self) -> Environment:
        """They know where they are."""
        made = environment()
        made.globals["base"] = self.base
        return made

    @cached_property
    def drawer(self) -> Drawer:
        """Draws what is in a message."""
        return Drawer(self.words, self.templates)


@dataclass(frozen=True)
class House(Pages):
    """Everything that the playground stands on."""

    desk: Desk

    async def person(self, id: str) -> PersonCard | None:
        """The person with this id, if they can be played."""
        return next((card for card in await self.desk.people() if card.id == id), None)

    async def language(self, person: PersonCard) -> str:
        """The page's language for a person: the one chosen for the page, else the person's own."""
        chosen = await self.store.run(lambda work: work.meta.get(language_mark(person.id)))
        return chosen or (person.language if person.language in LANGUAGES else "da")


def language_mark(person_id: str) -> str:
    """Where the page's language for a person is kept."""
    return f"playground.language.{person_id}"


@dataclass(frozen=True)
class Box:
    """A conversation in the list: with Vidsyn, or a channel."""

    id: str
    title: str
    private: bool
    href: str


def link(person_id: str, box: str = "") -> str:
    """The address of a conversation as a person sees it."""
    return f"{BASE}?person={quote(person_id, safe='')}" + (f"&box={quote(box, safe='')}" if box else "")


def boxes(person: PersonCard, channels: Sequence[str]) -> list[Box]:
    """The conversations of a person: their own with Vidsyn, then the channels."""
    own = Box(person.id, "Vidsyn", True, link(person.id))
    return [own, *(Box(name, name, False, link(person.id, name)) for name in channels)]


@dataclass(frozen=True)
class Reader:
    """Who reads: the person, and the language of the page."""

    person: PersonCard
    language: str

    @property
    def zone(self) -> str:
        """Where the reader is."""
        return self.person.zone


@dataclass(frozen=True)
class Entry:
    """One message in a conversation."""

    id: str
    order: int
    version: int
    thread: str
    mine: bool
    day: str
    day_words: str
    hour: str
    at: str
    html: Markup
    text: str


def entry(house: Pages, reader: Reader, row: MailRow) -> Entry:
    """The row as the reader sees it."""
    message = letter(row).message
    mine = bool(row.author) and row.author == reader.person.place
    day = local_day(row.at, reader.zone)
    if message is None:
        text = house.words.text(reader.language, "playground.unreadable", {})
    else:
        text = "\n".join(part.text for part in message.parts) if mine else ""
    drawn = "" if mine or message is None else _drawn(house, reader, row, message)
    return Entry(
        id=row.id,
        order=row.order,
        version=row.version,
        thread=row.thread,
        mine=mine,
        day=day.isoformat(),
        day_words=day_in_words(day, reader.language),
        hour=hour_in_words(row.at, reader.zone, reader.language),
        at=row.at.isoformat(),
        html=Markup(drawn),  # noqa: S704 - the drawer's template has escaped it
        text=text,
    )


def _drawn(house: Pages, reader: Reader, row: MailRow, message: Message) -> str:
    who = quote(reader.person.id, safe="")
    files = [f"{house.base}/files/{quote(row.id, safe='')}/{n}?person={who}" for n in range(len(message.files))]
    return house.drawer.draw(message, Look(at=f"m-{row.id}", files=files, action=f"{house.base}/press"))


async def fragments(house: Pages, reader: Reader, box: str, ids: Sequence[str]) -> list[dict[str, Any]]:
    """The messages of a box, or those with the given ids: each as HTML, its place and version."""
    template = house.templates.get_template("entry.html")
    shared = {"say": say(house, reader.language), "person": reader.person}
    return [
        {
            "id": it.id,
            "order": it.order,
            "version": it.version,
            "thread": it.thread,
            "html": template.render(**shared, it=it),
        }
        for it in await entries(house, reader, box, ids)
    ]


async def entries(house: Pages, reader: Reader, box: str, ids: Sequence[str] = ()) -> list[Entry]:
    """The messages of a box in order; with `ids`, those only."""
    rows = await house.store.run(lambda work: work.mail.list(box))
    return [entry(house, reader, row) for row in rows if not ids or row.id in ids]


@dataclass(frozen=True)
class Watch:
    """The playground's time as the reader says it."""

    day: str
    hour: str
    place: str
    iso_day: str
    at: str
    next_event: str


async def watch(house: House, reader: Reader) -> Watch:
    """The clock as it stands."""
    now = await house.desk.now()
    coming = await house.desk.next_event()
    return Watch(
        day=day_in_words(local_day(now, reader.zone), reader.language),
        hour=hour_in_words(now, reader.zone, reader.language),
        place=place_in_words(reader.zone, reader.language),
        iso_day=local_day(now, reader.zone).isoformat(),
        at=now.isoformat(),
        next_event=house.words.text(
            reader.language,
            "playground.day_and_hour",
            {
                "day": day_in_words(local_day(coming, reader.zone), reader.language),
                "hour": hour_in_words(coming, reader.zone, reader.language),
            },
        )
        if coming
        else "",
    )


def say(house: Pages, language: str) -> Callable[..., str]:
    """How a template of the page says a sentence."""
    return saying(house.words, language)
