"""What comes in from Teams: let in by our own door, durable first, then acknowledged; an invoke with its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog
from aiohttp import web

from bot.channel import NotReached, Reply
from bot.channels.teams import read
from bot.channels.teams.adapter import Adapter, Answer, NotOurs, Raw, Turns
from bot.channels.teams.answers import Pen, to_fetch, to_press, to_submission
from bot.channels.teams.read import Heard
from bot.channels.teams.reception import Reception
from storage.store import StoreUnavailable

log = structlog.get_logger()

PATH = "/api/messages"

LATE = 10.0
"""Seconds after which Teams gets an answer whatever it is: after fifteen it would send the same again (T7)."""

Opens = Callable[[web.Request], Awaitable[dict[str, Any]]]
"""The door: the verified activity, or an HTTP refusal."""

Draw = Callable[[Heard, Reply, Pen], Answer]


class News(Protocol):
    """What Teams tells about people, teams and installs."""

    async def heard(self, activity: Raw) -> bool:
        """Notes where its sender is reached; whether anything from this tenant is for us."""
        ...

    async def tell(self, activity: Raw) -> str:
        """Carries it out. The name of an install that has just begun, to be welcomed once; else empty."""
        ...


class Speaks(Protocol):
    """Says something on the spot that nobody needs to keep."""

    def types(self, where: read.Where) -> Callable[[], None]:
        """Shows that an answer is being written, unless what comes back is called soon."""
        ...

    def say(self, where: read.Where, sentence: str) -> None:
        """Answers below what was written there."""
        ...


class Inbound:
    """The way in."""

    def __init__(self, opens: Opens, reception: Reception, news: News, speaks: Speaks, late: float = LATE) -> None:
        self._opens = opens
        self._reception = reception
        self._news = news
        self._speaks = speaks
        self._late = late
        self._going_on: set[asyncio.Task[tuple[Reply, Pen]]] = set()
        self._adapter = Adapter(
            Turns(
                self._message,
                self._told,
                {
                    "adaptiveCard/action": self._press,
                    "task/fetch": self._fetch,
                    "task/submit": self._submission,
                },
            )
        )

    def routes(self, app: web.Application) -> None:
        """Adds the address that Teams posts to."""
        app.router.add_post(PATH, self._posted)

    async def idle(self) -> None:
        """Waits until what took too long for Teams is done."""
        while self._going_on:
            await asyncio.wait(self._going_on)

    async def dispatch(self, activity: Raw) -> tuple[int, Answer]:
        """The status and its body. 200: it is on disk, or nothing of ours; 503: it could not be kept."""
        try:
            if not await self._news.heard(activity):
                return 403, None
            return 200, await self._adapter.run(activity)
        except NotOurs:
            return 400, None
        except StoreUnavailable:
            log.warning("teams_not_kept")
        except NotReached:
            log.warning("teams_not_reached")
        except Exception as failure:
            log.error("teams_failed", error=type(failure).__name__)
        return 503, None

    async def _posted(self, request: web.Request) -> web.Response:
        status, answer = await self.dispatch(await self._opens(request))
        return web.Response(status=status) if answer is None else web.json_response(answer, status=status)

    async def _message(self, activity: Raw) -> Answer:
        heard = read.said(activity)
        if heard is not None:
            # However long it takes: a person is to see within two seconds that somebody is there.
            answered = self._speaks.types(heard.where) if heard.where.personal else _nothing
            if sentence := await self._reception.hear(heard, answered):
                answered()
                self._speaks.say(heard.where, sentence)
        return None

    async def _told(self, activity: Raw) -> Answer:
        install = await self._news.tell(activity)
        heard = read.arrived(activity, install) if install else None
        if heard is not None:
            await self._reception.arrive(heard)
        return None

    async def _press(self, activity: Raw) -> Answer:
        return (await self._answered(read.pressed(activity), to_press))[1]

    async def _fetch(self, activity: Raw) -> Answer:
        return (await self._answered(read.fetched(activity), to_fetch))[1]

    async def _submission(self, activity: Raw) -> Answer:
        heard = read.submitted(activity)
        reply, answer = await self._answered(heard, to_submission)
        # Only a door in the chat tells how far one is. What has none would be drawn over while it is answered.
        asked = [it for it in reply.shows if it.door] if reply is not None and not reply.repeated else []
        if heard is not None and asked:
            await self._reception.put_down(heard, asked[-1])
        return answer

    async def _answered(self, heard: Heard | None, draw: Draw) -> tuple[Reply | None, Answer]:
        if heard is None:
            return None, None
        doing = asyncio.create_task(self._reception.receive(heard))
        self._going_on.add(doing)
        doing.add_done_callback(self._going_on.discard)
        done, _ = await asyncio.wait({doing}, timeout=self._late)
        if not done:
            # It goes on, and its messages come into the chat.
            doing.add_done_callback(_note_failure)
        reply, pen = doing.result() if done else await self._reception.late(heard)
        return reply, draw(heard, reply, pen)


def _nothing() -> None:
    """Nobody is shown anything."""


def _note_failure(doing: asyncio.Task[tuple[Reply, Pen]]) -> None:
    failure = None if doing.cancelled() else doing.exception()
    if failure is not None:
        log.error("teams_failed_late", error=type(failure).__name__)
