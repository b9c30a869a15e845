"""The playground: a chat client in the browser, where one may be anybody and set the clock."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from aiohttp import web

from bot.channel import Address
from bot.channels.web.answers import html, ids_of, sentence, steady, wanted
from bot.channels.web.asked import Language, Moved, Name, Pressed, Typed, asked
from bot.channels.web.bell import Ring
from bot.channels.web.channel import WebChannel
from bot.channels.web.desk import LANGUAGES, ROLES, Desk, Masked, PersonCard, Receive, Words
from bot.channels.web.doing import Doing
from bot.channels.web.doors import DOORS
from bot.channels.web.downloads import download, row_of
from bot.channels.web.draw import HERE
from bot.channels.web.events import Streams
from bot.channels.web.hands import Hands
from bot.channels.web.hr_pages import HrPages
from bot.channels.web.office import Office
from bot.channels.web.view import BASE, House, Reader, boxes, entries, fragments, language_mark, link, say, watch
from bot.channels.web.when import day_in_words
from storage.store import Store


def playground(
    store: Store,
    receive: Receive,
    desk: Desk,
    channel: WebChannel,
    words: Words,
    masked: Masked,
    office: Office | None = None,
) -> web.Application:
    """The application to mount under /playground. Its doors are on: it answers this machine only.

    `office` is behind HR's own pages.
    """
    house = House(BASE, store, channel, words, desk)
    pages = Playground(house, Doing(channel, receive, words, masked, desk.now))
    app = web.Application(middlewares=[*DOORS, steady(words)])
    app.router.add_get("", pages.page)
    app.router.add_get("/", pages.page)
    app.router.add_get("/people", pages.people)
    app.router.add_post("/people", pages.add_person)
    app.router.add_get("/boxes", pages.boxes)
    app.router.add_get("/messages", pages.messages)
    app.router.add_post("/text", pages.text)
    app.router.add_post("/press", pages.press)
    app.router.add_get("/clock", pages.clock)
    app.router.add_post("/clock", pages.move)
    app.router.add_get("/seen", pages.seen)
    app.router.add_post("/language", pages.language)
    app.router.add_get("/files/{row}/{number}", pages.file)
    app.router.add_get("/events", pages.events)
    app.router.add_static("/static", HERE / "static", append_version=False)
    app.on_shutdown.append(pages.close)
    if office is not None:
        HrPages(house, office).routes(app)
    return app


class Playground:
    """The routes. Each finds out who asks, asks the house, and answers with a page, a fragment or JSON."""

    def __init__(self, house: House, doing: Doing) -> None:
        self._house = house
        self._doing = doing
        self._streams = Streams(house, self._around)
        self._hands = Hands(house.desk)

    async def close(self, app: web.Application) -> None:
        """Lets the open pages go, so that stopping does not wait for them."""
        self._house.channel.bell.close()

    async def _around(self) -> dict[str, Any]:
        """What else an open page compares when it comes back."""
        now, people = await self._house.desk.now(), await self._house.desk.people()
        return {"now": now.isoformat(), "people": len(people)}

    # Pages and fragments

    async def page(self, request: web.Request) -> web.Response:
        """The whole client, as the chosen person sees it, or the welcome when nobody is chosen."""
        house = self._house
        people, channels = await house.desk.people(), await house.desk.channels()
        chosen = request.query.get("person", "")
        person = next((card for card in people if card.id == chosen), None)
        shared: dict[str, Any] = {"people": people, "roles": ROLES, "languages": LANGUAGES, "link": link}
        if person is None:
            language = wanted(request)
            gone = bool(chosen)
            drawn = house.templates.get_template("welcome.html").render(
                **shared, language=language, say=say(house, language), gone=gone, person=None, here=None
            )
            return html(drawn, 404 if gone else 200)
        reader = Reader(person, await house.language(person))
        listed = boxes(person, channels)
        here = next((box for box in listed if box.id == request.query.get("box", person.id)), listed[0])
        drawn = house.templates.get_template("chat.html").render(
            **shared,
            language=reader.language,
            say=say(house, reader.language),
            person=person,
            boxes=listed,
            here=here,
            entries=await entries(house, reader, here.id),
            watch=await watch(house, reader),
        )
        return html(drawn)

    async def people(self, request: web.Request) -> web.Response:
        """Everybody who can be played."""
        return web.json_response([asdict(card) for card in await self._house.desk.people()])

    async def boxes(self, request: web.Request) -> web.Response:
        """The conversations of a person."""
        reader = await self._reader(request.query.get("person", ""))
        return web.json_response([asdict(box) for box in boxes(reader.person, await self._house.desk.channels())])

    async def messages(self, request: web.Request) -> web.Response:
        """The messages of a box, or those with the given ids: each a fragment, its place and version."""
        reader = await self._reader(request.query.get("person", ""))
        box = await self._box(reader, request.query.get("box", ""))
        return web.json_response(await fragments(self._house, reader, box, ids_of(request)))

    async def clock(self, request: web.Request) -> web.Response:
        """The clock panel."""
        reader = await self._reader(request.query.get("person", ""))
        return self._fragment("clock.html", reader, watch=await watch(self._house, reader))

    async def seen(self, request: web.Request) -> web.Response:
        """The panel that says who can read each answer of the person."""
        reader = await self._reader(request.query.get("person", ""))
        answers = await self._house.desk.who_sees(reader.person.id, reader.language)
        occasions: dict[str, list[Any]] = {}
        for answer in answers:
            occasions.setdefault(answer.occasion_title, []).append(answer)

        def in_words(day: date) -> str:
            return day_in_words(day, reader.language)

        return self._fragment("seen.html", reader, occasions=occasions, in_words=in_words)

    async def file(self, request: web.Request) -> web.Response:
        """A file of a message in a box that the person reads."""
        reader = await self._reader(request.query.get("person", ""))
        row = await row_of(self._house.store, request)
        await self._box(reader, row.box)
        return await download(row, request)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """What changes, as it changes."""
        desk = self._house.desk
        known = [card.id for card in await desk.people()] + await desk.channels()
        return await self._streams.stream(request, known, request.query.get("box", ""))

    # What a person does

    async def add_person(self, request: web.Request) -> web.Response:
        """Adds somebody to play."""
        new = await asked(request, Name)
        if not new.name.strip():
            raise web.HTTPBadRequest(text="The body is not what this address expects.")
        unit = " ".join(new.unit.split())
        card = await self._house.desk.add_person(" ".join(new.name.split()), new.role, unit, new.language)
        self._house.channel.bell.ring(Ring())
        return web.json_response({**asdict(card), "href": link(card.id)}, status=201)

    async def text(self, request: web.Request) -> web.Response:
        """Something the person typed: kept as their own bubble, then handed to the house."""
        typed = await asked(request, Typed)
        reader = await self._reader(typed.person)
        return await self._doing.text(self._sender(reader.person), reader.language, typed)

    async def press(self, request: web.Request) -> web.Response:
        """A button the person pressed."""
        pressed = await asked(request, Pressed)
        reader = await self._reader(pressed.person)
        return await self._doing.press(self._sender(reader.person), reader.language, pressed)

    async def language(self, request: web.Request) -> web.Response:
        """Chooses the page's language for a person."""
        chosen = await asked(request, Language)
        reader = await self._reader(chosen.person)
        mark = language_mark(reader.person.id)
        await self._house.store.run(lambda work: work.meta.set(mark, chosen.language))
        return web.json_response({})

    async def move(self, request: web.Request) -> web.Response:
        """Moves the clock. The same event a second time does not move it again."""
        wish = await asked(request, Moved)
        reader = await self._reader(wish.person)
        refused = await self._hands.move(wish, reader.zone)
        if refused:
            return sentence(self._house.words.text(reader.language, refused, {}), 409)
        self._house.channel.bell.ring(Ring())
        return web.json_response({})

    # Who asks

    async def _reader(self, person_id: str) -> Reader:
        person = await self._house.person(person_id)
        if person is None:
            raise web.HTTPNotFound(text="There is nobody with this id.")
        return Reader(person, await self._house.language(person))

    async def _box(self, reader: Reader, box: str) -> str:
        """The box, if it is one that the person reads: their own, or a channel."""
        if box != reader.person.id and box not in await self._house.desk.channels():
            raise web.HTTPNotFound(text="There is no such conversation.")
        return box

    def _sender(self, person: PersonCard) -> Address:
        return Address(self._house.channel.name, "local", person.place)

    def _fragment(self, template: str, reader: Reader, **values: Any) -> web.Response:
        drawn = self._house.templates.get_template(template).render(
            say=say(self._house, reader.language), language=reader.language, person=reader.person, **values
        )
        return html(drawn)
