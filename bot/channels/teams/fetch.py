"""One request over the network: no redirect is followed, no POST is tried again, and the answer has a limit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from yarl import URL

MOST = 1 << 18
"""Bytes of an answer; Teams' own are some hundred."""

NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError)
"""No connection came about: nothing was sent."""


class TooBig(Exception):
    """The answer goes on and on."""


@dataclass(frozen=True)
class Fetched:
    """What came back."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


async def fetch(connector: aiohttp.BaseConnector, method: str, url: str, patience: float, **what: Any) -> Fetched:
    """Asks once, within `patience` seconds; half of them for the connection. Raises what aiohttp raises, or TooBig.

    `what` goes to aiohttp: headers, json, data. The connector is used for this alone: a connection that was kept open
    breaks just when it is used again. When one breaks, aiohttp itself asks once more, but never with a POST.
    """
    timeout = aiohttp.ClientTimeout(total=patience, connect=patience / 2)
    async with (
        aiohttp.ClientSession(connector=connector, timeout=timeout) as session,
        session.request(method, URL(url, encoded=True), allow_redirects=False, **what) as response,
    ):
        body = bytearray()
        async for part in response.content.iter_any():
            body += part
            if len(body) > MOST:
                raise TooBig
        return Fetched(response.status, response.headers, bytes(body))
