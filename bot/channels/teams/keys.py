"""The keys that Microsoft signs its tokens with (T2): fetched beside the requests, and kept while nobody answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWTError
from jwt.algorithms import RSAAlgorithm

from bot.channels.body import parse
from bot.channels.proxy import proxy_for

log = structlog.get_logger()

FRESH = timedelta(hours=24)
"""Keys older than this are fetched anew; meanwhile they are still used."""

KEPT = timedelta(days=5)
"""Keys older than this are used no more. A long weekend without an answer is got over; but a key that was withdrawn
because it leaked must not open our door for ever, only because somebody keeps the new ones from us."""

PAUSE = timedelta(minutes=1)
"""Between the beginnings of two fetches, whatever comes."""

PATIENCE = 5.0
"""Seconds for a fetch; somebody may be waiting for it, and Teams waits fifteen."""

MOST_BYTES = 1_000_000
"""A document larger than this is none."""

LEAST_BITS = 2048


@dataclass(frozen=True)
class Key:
    """One key, and the channels that it may speak for."""

    public: RSAPublicKey
    endorsements: frozenset[str]


class Keys:
    """The keys of the OpenID document at `openid`. At most one fetch is under way, and all who need it wait for it."""

    def __init__(self, openid: str, patience: float = PATIENCE) -> None:
        self._openid = openid
        self._patience = patience
        self._keys: Mapping[str, Key] = {}
        self._fetched: datetime | None = None
        self._tried: datetime | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, kid: str, now: datetime) -> Key | None:
        """The key of this id; None when Microsoft has none such, or cannot be asked. Never raises."""
        if kid not in self._usable(now):
            await self._fetched_anew(now)
        elif not self._is_fresh(now):
            self._fetch(now)
        return self._usable(now).get(kid)

    async def ready(self, now: datetime) -> bool:
        """Fetches the keys unless they are fresh; whether there are any. For the start, and for the doctor."""
        if not self._is_fresh(now):
            await self._fetched_anew(now)
        return bool(self._usable(now))

    async def close(self) -> None:
        """Ends a fetch that is under way."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.gather(self._fetching, return_exceptions=True)

    def _usable(self, now: datetime) -> Mapping[str, Key]:
        return self._keys if self._fetched is not None and now - self._fetched < KEPT else {}

    def _is_fresh(self, now: datetime) -> bool:
        return self._fetched is not None and now - self._fetched < FRESH

    async def _fetched_anew(self, now: datetime) -> None:
        self._fetch(now)
        if self._fetching is not None:
            # Others wait for it too: it goes on when the one who began it has gone.
            await asyncio.shield(self._fetching)

    def _fetch(self, now: datetime) -> None:
        """Begins a fetch, unless one is under way or began a short while ago."""
        # The distance either way: a clock that is put back must not stop the fetches.
        if self._fetching is None and (self._tried is None or abs(now - self._tried) >= PAUSE):
            self._tried = now
            self._fetching = asyncio.create_task(self._take(now))

    async def _take(self, now: datetime) -> None:
        try:
            self._keys = await self._ask()
            self._fetched = now
        except Exception as failure:  # whatever it is, the keys that are there are still good
            log.warning("teams_keys_not_fetched", error=type(failure).__name__)
        finally:
            self._fetching = None

    async def _ask(self) -> dict[str, Key]:
        timeout = aiohttp.ClientTimeout(total=self._patience)
        async with aiohttp.ClientSession(timeout=timeout) as session, asyncio.timeout(self._patience):
            document = await _get(session, self._openid)
            address = document.get("jwks_uri")
            if not isinstance(address, str) or _origin(address) != _origin(self._openid):
                raise ValueError("the keys are somewhere else than the document")
            keys = read_keys(await _get(session, address))
        if not keys:
            raise ValueError("no keys")
        return keys


def _origin(address: str) -> tuple[str, str]:
    """Where it is: whoever could put the keys there could as well have changed the document. Raises ValueError."""
    parts = urlsplit(address)
    return parts.scheme, parts.netloc.lower()


async def _get(session: aiohttp.ClientSession, address: str) -> dict[str, Any]:
    """The object at `address` itself: a redirect leads anywhere. Raises ValueError, or as aiohttp does."""
    async with session.get(address, allow_redirects=False, proxy=proxy_for(address)) as response:
        if response.status != 200:
            raise ValueError("no document")
        body = bytearray()
        async for chunk in response.content.iter_chunked(64 * 1024):
            body += chunk
            if len(body) > MOST_BYTES:
                raise ValueError("too large")
    document = parse(body.decode("utf-8"))
    if not isinstance(document, dict):
        raise ValueError("not an object")
    return document


def read_keys(document: Mapping[str, Any]) -> dict[str, Key]:
    """The keys of a JWK set by their ids: those for RS256 that are long enough. What is no such key is left out.

    Raises ValueError when the document is no JWK set.
    """
    listed = document.get("keys")
    if not isinstance(listed, list):
        raise ValueError("no list of keys")
    found = ((each.get("kid"), _key(each)) for each in listed if isinstance(each, dict))
    return {kid: key for kid, key in found if isinstance(kid, str) and kid and key is not None}


def _key(jwk: dict[str, Any]) -> Key | None:
    if jwk.get("kty") != "RSA" or jwk.get("use", "sig") != "sig" or jwk.get("alg", "RS256") != "RS256":
        return None
    # The modulus and the exponent alone: a private key would be none of ours.
    numbers = {name: jwk.get(name) for name in ("n", "e")}
    if not all(isinstance(number, str) for number in numbers.values()):
        return None
    try:
        public = RSAAlgorithm.from_jwk({"kty": "RSA", **numbers})
    except (PyJWTError, ValueError):
        return None
    if not isinstance(public, RSAPublicKey) or public.key_size < LEAST_BITS:
        return None
    endorsed = jwk.get("endorsements")
    named = endorsed if isinstance(endorsed, list) else []
    return Key(public, frozenset(one for one in named if isinstance(one, str)))
