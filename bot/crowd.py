"""How many may be connected: who never finishes a request makes room for who does."""

from __future__ import annotations

import asyncio
import resource
from typing import cast

from aiohttp import web
from aiohttp.typedefs import Handler

MOST = 1000
"""Connections; a proxy in front of us keeps a few dozen open."""

FULL = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"

Connection = web.RequestHandler


class Crowd:
    """Lets in up to `most` connections; 0 for half of what the system lets us have open, at most MOST.

    Beyond that each newcomer takes the place of whoever has been here longest without asking for anything. When
    everybody has asked, the newcomer is told to come back.
    """

    def __init__(self, application: web.Application, most: int = 0) -> None:
        self._most = most or min(MOST, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 2)
        self._known: set[Connection] = set()
        self._sent_away: set[Connection] = set()

        @web.middleware
        async def knows(request: web.Request, handler: Handler) -> web.StreamResponse:
            self._known.add(request.protocol)  # whoever gets as far has asked for something
            return await handler(request)

        application.middlewares.append(knows)

    def admits(self, server: web.Server) -> asyncio.Protocol:
        """What serves one more connection."""
        here = server.connections
        self._known.intersection_update(here)
        self._sent_away.intersection_update(here)
        if len(here) - len(self._sent_away) >= self._most:
            idle = next((one for one in here if one not in self._known and one not in self._sent_away), None)
            if idle is None:
                return _Full()
            self._sent_away.add(idle)
            idle.force_close()
        return server()


class Entrance(web.BaseSite):
    """An address at which a crowd is let in."""

    def __init__(self, runner: web.AppRunner, crowd: Crowd, host: str, port: int) -> None:
        super().__init__(runner)
        self._crowd = crowd
        self._where = (host, port)

    @property
    def name(self) -> str:
        """The address."""
        return "http://{}:{}".format(*self._where)

    async def start(self) -> None:
        """Listens from now on. Raises OSError."""
        await super().start()
        server = cast(web.Server, self._runner.server)  # a site is made once its runner is set up
        host, port = self._where
        self._server = await asyncio.get_running_loop().create_server(
            lambda: self._crowd.admits(server), host, port, backlog=self._backlog
        )


class _Full(asyncio.Protocol):
    """Says that there is no room."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        out = cast(asyncio.WriteTransport, transport)
        out.write(FULL)
        out.close()
