"""The proxy that this machine goes out through."""

from __future__ import annotations

from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass


def proxy_for(address: str) -> str | None:
    """The proxy for a call to `address`; None where there is none, or where NO_PROXY names the host.

    Not aiohttp's `trust_env`: that reads ~/.netrc too, and an entry there does away with the token of a call.
    """
    parts = urlsplit(address)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)
