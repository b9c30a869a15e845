"""Whether this process lives, whether it is ready, and what it has measured: for load balancers and operators."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

from bot.channels.web.doors import HEADERS, refusal
from bot.metrics import KIND

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Asked(Protocol):
    """Who knows whether this process is ready."""

    async def failing(self) -> dict[str, str]:
        """What is in the way: a sentence by the name of the check."""
        ...

    async def measured(self) -> bytes:
        """The page of /metrics."""
        ...


_PLAIN = {**HEADERS, "Cache-Control": "no-store"}


def public_routes(readiness: Asked, *, near: bool) -> list[web.RouteDef]:
    """What stands beside the platforms' own addresses: a word each, which says nothing of what is inside.

    `near`: who asks from this machine itself, without a proxy, gets what operators get.
    """
    pages = Pages(readiness)
    return [
        web.get("/healthz", pages.lives),
        web.get("/readyz", pages.near(pages.ready, pages.word) if near else pages.word),
        web.get("/metrics", pages.near(pages.metrics, pages.nothing) if near else pages.nothing),
    ]


def operators_pages(readiness: Asked) -> web.Application:
    """The same at an address of their own, with everything that operators are told."""
    pages, application = Pages(readiness), web.Application()
    application.router.add_get("/healthz", pages.lives)
    application.router.add_get("/readyz", pages.ready)
    application.router.add_get("/metrics", pages.metrics)
    return application


class Pages:
    """The three pages."""

    def __init__(self, readiness: Asked) -> None:
        self._readiness = readiness

    async def lives(self, request: web.Request) -> web.Response:
        """That this is answered at all is the answer. The database is not asked."""
        return web.Response(text="ok", headers=_PLAIN)

    async def word(self, request: web.Request) -> web.Response:
        """Ready or not, and no more."""
        failing = await self._readiness.failing()
        return web.Response(text="not ready" if failing else "ready", status=_status(failing), headers=_PLAIN)

    async def ready(self, request: web.Request) -> web.Response:
        """Ready or not; which check fails, and what to do, on one line."""
        failing = await self._readiness.failing()
        said = json.dumps({"ready": not failing, "failing": failing})
        return web.Response(text=f"{said}\n", status=_status(failing), headers=_PLAIN, content_type="application/json")

    async def metrics(self, request: web.Request) -> web.Response:
        """Everything that is measured."""
        page = await self._readiness.measured()
        return web.Response(body=page, headers={**_PLAIN, "Content-Type": KIND})

    async def nothing(self, request: web.Request) -> web.Response:
        """There is no such page here."""
        raise web.HTTPNotFound

    def near(self, inside: Handler, outside: Handler) -> Handler:
        """`inside` for who asks from this machine itself, `outside` for everybody else."""

        async def handle(request: web.Request) -> web.StreamResponse:
            return await (outside if refusal(request) else inside)(request)

        return handle


def _status(failing: dict[str, str]) -> int:
    return 503 if failing else 200
