"""Connections that stay open for a few seconds between calls: under load most calls need no new one."""

from __future__ import annotations

from collections.abc import Callable, Hashable

import aiohttp

KEEP = 5.0
"""Seconds that an idle connection stays open: far fewer than the platforms keep theirs, so that one rarely breaks just
when it is used again. When it does, nobody knows what became of the call, and that is what the outbox is ready for."""


class Connections:
    """One process's open connections. Close them when nothing is sent any more."""

    def __init__(self) -> None:
        self._sessions: dict[Hashable, aiohttp.ClientSession] = {}

    def session(
        self, kind: Hashable, timeout: aiohttp.ClientTimeout, connector: Callable[[], aiohttp.BaseConnector]
    ) -> aiohttp.ClientSession:
        """The open session for calls of one kind, with a `timeout` and a connector that are made once."""
        found = self._sessions.get(kind)
        if found is None or found.closed:
            # What a platform sets as a cookie is for no later call, which may be another organisation's.
            found = aiohttp.ClientSession(connector=connector(), timeout=timeout, cookie_jar=aiohttp.DummyCookieJar())
            self._sessions[kind] = found
        return found

    async def close(self) -> None:
        """Close all of them; twice is harmless."""
        while self._sessions:
            await self._sessions.popitem()[1].close()
