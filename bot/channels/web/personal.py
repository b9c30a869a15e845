"""A page of one's own behind a personal link, for somebody who is on no platform: their conversation, and no more."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.channel import Address
from bot.channels.pace import Pace
from bot.channels.web.alone import gone, onward, too_fast
from bot.channels.web.answers import html, ids_of, steady, wanted
from bot.channels.web.asked import Pressed, Typed, asked
from bot.channels.web.channel import WebChannel
from bot.channels.web.desk import PersonCard, Receive, Words
from bot.channels.web.doing import Doing
from bot.channels.web.doors import FOREIGN, Handler, careful, is_foreign
from bot.channels.web.downloads import download, row_of
from bot.channels.web.draw import HERE
from bot.channels.web.events import Streams
from bot.channels.web.view import Box, Pages, Reader, entries, fragments, say
from bot.clock import Clock
from bot.programme.identifiers import mask
from bot.turns.outside import opened
from storage.records import PersonRow
from storage.store import Store, Work

A = TypeVar("A", Typed, Pressed)

PATH = "/you"
"""Where the page is mounted. A link is this, a slash and the secret."""

COOKIE = "vidsyn-you"
"""Holds the secret of the link, so that a link that is revoked or too old ends the visit too."""

LINK = r"/{secret:[A-Za-z0-9_-]{43}}"
GONE = "personal.gone"
"""The word that says what to do about a link that leads nowhere."""


def page_at(address: str) -> Callable[[str], str]:
    """What makes a link of a secret, where people reach us at `address`."""
    return lambda secret: f"{address}{PATH}/{secret}"


def personal(
    store: Store, receive: Receive, words: Words, channel: WebChannel, base_url: str, clock: Clock
) -> web.Application:
    """The application to mount under PATH. `base_url` is where people reach us, as https://vidsyn.example.dk."""

    async def now() -> datetime:
        return clock.now()

    pages = Pages(PATH, store, channel, words)
    own = Personal(pages, Doing(channel, receive, words, mask, now), clock, secure=base_url.startswith("https:"))
    app = web.Application(middlewares=[careful, own_site(base_url), steady(words)])
    app.router.add_get("", own.page)
    app.router.add_get("/", own.page)
    app.router.add_get("/messages", own.messages)
    app.router.add_post("/text", own.text)
    app.router.add_post("/press", own.press)
    app.router.add_get("/files/{row}/{number}", own.file)
    app.router.add_get("/events", own.events)
    app.router.add_static("/static", HERE / "static", append_version=False)
    app.router.add_get(LINK, own.enter)
    app.router.add_get("/{wrong}", own.nowhere)
    app.on_shutdown.append(own.close)
    return app


def own_site(base_url: str) -> Middleware:
    """Lets in what our own page sends, and says why not to another site's."""
    address = urlsplit(base_url).netloc

    @web.middleware
    async def ours(request: web.Request, handler: Handler) -> web.StreamResponse:
        if is_foreign(request, request.host, address):
            raise web.HTTPForbidden(text=FOREIGN)
        return await handler(request)

    return ours


class Personal:
    """The routes. The cookie says whose page it is; nothing in an address or a body does."""

    def __init__(self, pages: Pages, doing: Doing, clock: Clock, *, secure: bool) -> None:
        self._pages = pages
        self._doing = doing
        self._clock = clock
        self._secure = secure
        self._streams = Streams(pages, self._around)
        self._pace = Pace()

    async def close(self, app: web.Application) -> None:
        """Lets the open pages go, so that stopping does not wait for them."""
        self._pages.channel.bell.close()

    async def _around(self) -> dict[str, object]:
        return {"now": "", "people": 0}

    # The way in

    async def enter(self, request: web.Request) -> web.Response:
        """A personal link: keeps its secret in a cookie and goes on to an address without it. It spends nothing.

        The page itself goes on: a browser that was sent on would leave the cookie out, coming from another site.
        """
        if too_fast(self._pace, request):
            return gone(self._pages, request, GONE, 429)
        secret = request.match_info["secret"]
        person = await self._person(secret)
        if person is None:
            return gone(self._pages, request, GONE)
        response = onward(self._pages, person.language)
        response.set_cookie(COOKIE, secret, path=PATH, httponly=True, secure=self._secure, samesite="Strict")
        return response

    async def nowhere(self, request: web.Request) -> web.Response:
        """What is no link."""
        return gone(self._pages, request, GONE)

    async def _person(self, secret: str) -> PersonRow | None:
        """Whose link has this secret, if it still opens their page."""

        def unit(work: Work) -> PersonRow | None:
            found = work.links.person(secret, self._clock.now())
            person = work.people.find(found) if found else None
            return person if person is not None and person.active else None

        return await self._pages.store.run(unit)

    async def _visitor(self, request: web.Request) -> PersonRow | None:
        secret = request.cookies.get(COOKIE, "")
        return await self._person(secret) if secret else None

    async def _reader(self, request: web.Request) -> tuple[PersonRow, Reader]:
        """Who visits. Raises HTTPUnauthorized with a sentence for the page."""
        person = await self._visitor(request)
        if person is None:
            words, language = self._pages.words, wanted(request)
            told = f"{words.text(language, 'personal.gone.title', {})}. {words.text(language, GONE, {})}"
            raise web.HTTPUnauthorized(text=json.dumps({"sentence": told}), content_type="application/json")
        card = PersonCard(person.id, person.name, "host", person.unit, person.language, person.id, person.zone)
        return person, Reader(card, person.language)

    # The page

    async def page(self, request: web.Request) -> web.Response:
        """The visitor's conversation."""
        if await self._visitor(request) is None:
            return gone(self._pages, request, GONE)
        person, reader = await self._reader(request)
        home = await self._pages.store.run(lambda work: work.people.organisation(person.organisation))
        drawn = self._pages.templates.get_template("personal.html").render(
            say=say(self._pages, reader.language),
            language=reader.language,
            person=reader.person,
            here=Box(person.id, "Vidsyn", private=True, href=PATH),
            organisation=home.name,
            entries=await entries(self._pages, reader, person.id),
        )
        return html(drawn)

    async def messages(self, request: web.Request) -> web.Response:
        """The visitor's messages, or those with the given ids."""
        person, reader = await self._reader(request)
        return web.json_response(await fragments(self._pages, reader, person.id, ids_of(request)))

    async def file(self, request: web.Request) -> web.Response:
        """A file of a message to the visitor."""
        person, _ = await self._reader(request)
        row = await row_of(self._pages.store, request)
        if row.box != person.id:
            raise web.HTTPNotFound
        return await download(row, request)

    async def events(self, request: web.Request) -> web.StreamResponse:
        """What changes, as it changes. Whoever listens has opened their page."""
        person, _ = await self._reader(request)
        now = self._clock.now()
        await self._pages.store.run(lambda work: opened(work, person, now))
        return await self._streams.stream(request, [person.id], person.id, alone=True)

    # What the visitor does

    async def text(self, request: web.Request) -> web.Response:
        """Something the visitor typed."""
        person, typed = await self._said(request, Typed)
        return await self._doing.text(self._sender(person), person.language, typed)

    async def press(self, request: web.Request) -> web.Response:
        """A button the visitor pressed."""
        person, pressed = await self._said(request, Pressed)
        return await self._doing.press(self._sender(person), person.language, pressed)

    async def _said(self, request: web.Request, kind: type[A]) -> tuple[PersonRow, A]:
        """The visitor and what they sent, if their conversation is what the page shows.

        Another link may have been opened in the same browser since: nobody speaks as somebody else.
        """
        person, _ = await self._reader(request)
        said = await asked(request, kind)
        if person.id != said.person:
            raise web.HTTPConflict(text="This page belongs to another link. Load it again.")
        return person, said

    def _sender(self, person: PersonRow) -> Address:
        return Address(self._pages.channel.name, person.organisation, person.id)
