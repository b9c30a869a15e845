"""Gives out files by their links. A link can be used again until it expires: a phone asks twice, a scanner first."""

from __future__ import annotations

from aiohttp import web

from bot.channel import File
from bot.channels.pace import Pace
from bot.channels.takeaways import PATH
from bot.channels.web.alone import gone, too_fast
from bot.channels.web.answers import steady
from bot.channels.web.channel import WebChannel
from bot.channels.web.desk import Words
from bot.channels.web.doors import Handler, careful
from bot.channels.web.downloads import attached
from bot.channels.web.personal import LINK
from bot.channels.web.personal import PATH as PAGES
from bot.channels.web.view import Pages
from bot.clock import Clock
from storage.records import Takeaway
from storage.store import Store, Work

GONE = "take.gone"


def take_routes(store: Store, clock: Clock, words: Words) -> list[web.RouteDef]:
    """Everything under PATH. What its page looks like is found at the personal page."""
    steadied = steady(words)
    taking = Taking(Pages(PAGES, store, WebChannel(store), words), clock)

    def guarded(handler: Handler) -> Handler:
        async def answered(request: web.Request) -> web.StreamResponse:
            return await careful(request, lambda same: steadied(same, handler))

        return answered

    return [web.get(PATH + LINK, guarded(taking.take)), web.get(PATH + r"/{wrong:[\s\S]*}", guarded(taking.nowhere))]


class Taking:
    """The routes. Who has the link has the file: it is random, short-lived, and sent to its person alone."""

    def __init__(self, pages: Pages, clock: Clock) -> None:
        self._pages = pages
        self._clock = clock
        self._pace = Pace()

    async def take(self, request: web.Request) -> web.StreamResponse:
        """The file, to be saved under its own name."""
        if too_fast(self._pace, request):
            return gone(self._pages, request, GONE, 429)
        found = await self._file(request.match_info["secret"])
        if found is None:
            return gone(self._pages, request, GONE)
        file = File(found.name, found.media_type, found.text)
        return await attached(file)

    async def nowhere(self, request: web.Request) -> web.StreamResponse:
        """What is no link."""
        return gone(self._pages, request, GONE)

    async def _file(self, secret: str) -> Takeaway | None:
        def unit(work: Work) -> Takeaway | None:
            found = work.takeaways.find(secret, self._clock.now())
            person = work.people.find(found.person) if found else None
            return found if person is not None and person.active else None

        return await self._pages.store.run(unit)
