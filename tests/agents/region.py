"""One address for a whole tenant, as Teams has it: hands each call of a bot on to the client that it is about."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from yarl import URL

from tests.agents.tenant import Person, Seat


@dataclass(frozen=True)
class Resident(Seat):
    """A client of this region; its bot sees the region's address as its serviceUrl."""

    region: str = ""

    @property
    def service(self) -> str:
        return f"http://{self.region}/_connector"


class Region:
    """Each client knows its own person's chat. What is posted in the channel is seen at the client of `reader`."""

    host = ""

    def __init__(self, session: aiohttp.ClientSession, reader: Person) -> None:
        self._session = session
        self._reader = reader
        self._seats: dict[Person, Seat] = {}

    def seat(self, person: Person) -> Seat:
        """A seat for somebody. The reader of the channel needs one before anything is asked about teams."""
        return self._seats.setdefault(person, Resident(person, region=self.host))

    async def hand_on(self, request: web.Request) -> web.Response:
        """Asks the client in question, and answers what it answers."""
        body = await request.read()
        to = URL(self._about(request.path).address + request.raw_path, encoded=True)
        headers = {"Content-Type": request.content_type}
        async with self._session.request(request.method, to, data=body, headers=headers) as answer:
            return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)

    def _about(self, path: str) -> Seat:
        chat = path.partition("/conversations/")[2].partition("/")[0]
        about = next((who for who in self._seats if who.chat == chat), self._reader)
        return self._seats[about]


@asynccontextmanager
async def region(reader: Person) -> AsyncIterator[Region]:
    """Runs one until the block ends."""
    async with aiohttp.ClientSession() as session:
        here = Region(session, reader)
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", here.hand_on)
        async with served(app) as here.host:
            yield here


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    """Serves it on a free port of this machine until the block ends. Gives host:port."""
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"{host}:{port}"
    finally:
        await runner.cleanup()
