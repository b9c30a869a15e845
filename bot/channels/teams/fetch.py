"""One request over the network: no redirect is followed, no POST is tried again, and the answer has a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from yarl import URL

from bot.channels.connections import Connections
from bot.channels.teams.hosts import Hosts

MOST = 1 << 18
"""Bytes of an answer; Teams' own are some hundred."""

NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)
"""No connection came about: nothing was sent. Also when the proxy refuses, or its address is none."""


class TooBig(Exception):
    """The answer goes on and on."""


@dataclass(frozen=True)
class Fetched:
    """What came back."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


async def fetch_from(
    hosts: Hosts, method: str, url: str, patience: float, connections: Connections | None = None, **what: Any
) -> Fetched:
    """Asks one of `hosts`, through this machine's proxy where it has one. Raises WrongHost, and as `fetch` does.

    The host is looked at here, whoever has done so before: behind a proxy nothing else would stop a wrong one, and a
    connection that is open already asks for no name. With `connections` it stays open for the next.
    """
    hosts.check(url.partition("?")[0])
    proxy = hosts.proxy(url)
    if connections is None:
        return await fetch(hosts.connector(proxy), method, url, patience, proxy=proxy, **what)
    session = connections.session((hosts, proxy), _timeout(patience), lambda: hosts.connector(proxy, keep=True))
    return await _asked(session, method, url, proxy=proxy, **what)


async def fetch(connector: aiohttp.BaseConnector, method: str, url: str, patience: float, **what: Any) -> Fetched:
    """Asks once, within `patience` seconds; half of them for the connection. Raises what aiohttp raises, or TooBig.

    `what` goes to aiohttp: headers, json, data. The connector is used for this alone. When a connection breaks, aiohttp
    itself asks once more, but never with a POST.
    """
    async with aiohttp.ClientSession(connector=connector, timeout=_timeout(patience)) as session:
        return await _asked(session, method, url, **what)


def _timeout(patience: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=patience, connect=patience / 2)


async def _asked(session: aiohttp.ClientSession, method: str, url: str, **what: Any) -> Fetched:
    async with session.request(method, URL(url, encoded=True), allow_redirects=False, **what) as response:
        body = bytearray()
        async for part in response.content.iter_any():
            body += part
            if len(body) > MOST:
                raise TooBig
        return Fetched(response.status, response.headers, bytes(body))
