"""Our own tokens, from Microsoft's login service or from the machine's managed identity."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import aiohttp
import structlog

from bot.channels.teams.fetch import Fetched, TooBig, fetch, fetch_from
from bot.channels.teams.hosts import Hosts, PrivateAddress
from bot.channels.teams.settings import Teams
from bot.clock import Clock

log = structlog.get_logger()

PATIENCE = 4.0
"""Seconds for the login service. With those for the line and for the call it stays within delivery's twenty."""

EARLY = timedelta(minutes=5)
"""A token is renewed so long before it ends."""

NOT_NOW, NOT_AT_ALL = timedelta(seconds=10), timedelta(minutes=1)
"""For so long nobody asks again, after the service was out of reach, and after it refused us."""

YOUNG = timedelta(minutes=1)
"""A token that is refused so soon is refused for another reason than its age: a new one would be no better."""

MACHINE = "http://169.254.169.254/metadata/identity/oauth2/token"
"""A virtual machine's managed identity: the one place where a link-local address is meant."""

_CODE = re.compile(r"[a-z][a-z_]{0,59}")
_LATER = frozenset({"temporarily_unavailable", "server_error"})


class NoToken(Exception):
    """There is no token now. `reason` is a code, never a text; `later`: it may be different soon, by itself."""

    def __init__(self, later: bool, reason: str) -> None:
        super().__init__(reason)
        self.later = later
        self.reason = reason


@dataclass(frozen=True)
class Identity:
    """Where an App Service hands out its managed identity's tokens: its IDENTITY_ENDPOINT and IDENTITY_HEADER."""

    endpoint: str
    header: str = field(repr=False)


@dataclass(frozen=True)
class _Token:
    value: str = field(repr=False)
    since: datetime
    until: datetime


@dataclass(frozen=True)
class _Failure:
    """`until`: when it is asked again."""

    later: bool
    reason: str
    until: datetime


@dataclass
class _Kept:
    """What is known of one scope. Whoever holds the lock asks; the others wait and find what came of it."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    token: _Token | None = None
    failure: _Failure | None = None


class Login:
    """The tokens by scope. `patience`: seconds for a request.

    A managed identity's come from the App Service that `identity` is about, or without one from `machine`.
    """

    def __init__(
        self,
        teams: Teams,
        clock: Clock,
        identity: Identity | None = None,
        patience: float = PATIENCE,
        machine: str = MACHINE,
    ) -> None:
        self._teams = teams
        self._clock = clock
        self._identity = identity
        self._machine = machine
        self._patience = patience
        self._hosts = Hosts.of(teams.login, teams.near)
        self._kept: dict[str, _Kept] = {}

    async def token(self, scope: str) -> str:
        """A token for the scope, like "https://api.botframework.com/.default"; "" when everybody is let in.

        Raises NoToken. A hundred who ask at once cause one request.
        """
        if self._teams.kind == "Anonymous":
            return ""
        kept = self._kept.setdefault(scope, _Kept())
        async with kept.lock:
            now = self._clock.now()
            if kept.token is not None and now < kept.token.until - EARLY:
                return kept.token.value
            if kept.failure is not None and now < kept.failure.until:
                raise NoToken(kept.failure.later, kept.failure.reason)
            try:
                kept.token = await self._ask(scope, now)
            except NoToken as no:
                log.error("no_teams_token", reason=no.reason)
                kept.failure = _Failure(no.later, no.reason, now + (NOT_NOW if no.later else NOT_AT_ALL))
                raise
            return kept.token.value

    def refused(self, scope: str, token: str) -> None:
        """Throws a token away that was not accepted, so that the next call has a new one; a young one stays."""
        kept = self._kept.get(scope)
        if kept and kept.token and kept.token.value == token and self._clock.now() - kept.token.since >= YOUNG:
            kept.token = None

    async def _ask(self, scope: str, now: datetime) -> _Token:
        try:
            by_machine = self._teams.kind == "UserAssignedMSI"
            answer = await (self._from_machine(scope) if by_machine else self._from_service(scope))
        except PrivateAddress:
            raise NoToken(True, "login_private_address") from None
        except (aiohttp.ClientError, OSError, TimeoutError, TooBig) as failure:
            raise NoToken(True, f"login_{type(failure).__name__}") from None
        return _read(answer, now)

    async def _from_service(self, scope: str) -> Fetched:
        # A bot for any tenant has its home in Microsoft's own.
        tenant = self._teams.tenant or "botframework.com"
        url = f"{self._teams.login}/{tenant}/oauth2/v2.0/token"
        asked = {
            "grant_type": "client_credentials",
            "client_id": self._teams.app_id,
            "client_secret": self._teams.secret.get_secret_value(),
            "scope": scope,
        }
        return await fetch_from(self._hosts, "POST", url, self._patience, data=asked)

    async def _from_machine(self, scope: str) -> Fetched:
        what = {"resource": scope.removesuffix("/.default"), "client_id": self._teams.app_id}
        if self._identity is not None:
            where, version = self._identity.endpoint, "2019-08-01"
            headers = {"X-IDENTITY-HEADER": self._identity.header}
        else:
            where, version, headers = self._machine, "2018-02-01", {"Metadata": "true"}
        url = f"{where}?{urlencode({'api-version': version, **what})}"
        # Never through a proxy: this is the machine's own, and another machine's would be another identity.
        return await fetch(aiohttp.TCPConnector(), "GET", url, self._patience, headers=headers)


def _read(answer: Fetched, now: datetime) -> _Token:
    try:
        data: Any = json.loads(answer.body)
    except (ValueError, RecursionError):
        data = None
    data = data if isinstance(data, dict) else {}
    if answer.status != 200:
        raise _refusal(answer.status, data)
    value, until = data.get("access_token"), _end(data, now)
    if not (isinstance(value, str) and re.fullmatch(r"[!-~]+", value) and until):
        raise NoToken(True, "login_no_token")
    return _Token(value, now, until)


def _end(data: Mapping[str, Any], now: datetime) -> datetime | None:
    """When the token ends. An App Service says the moment, as digits in a string; the others say for how long."""
    for_long, moment = data.get("expires_in"), data.get("expires_on")
    try:
        if for_long is not None:
            return now + timedelta(seconds=float(for_long))
        return datetime.fromtimestamp(float(moment or ""), UTC)
    except (ValueError, TypeError, OverflowError, OSError):
        return None


def _refusal(status: int, data: Mapping[str, Any]) -> NoToken:
    error, numbers = data.get("error"), data.get("error_codes")
    code = error if isinstance(error, str) and _CODE.fullmatch(error) else ""
    later = not code or code in _LATER or status == 429 or status >= 500
    if isinstance(numbers, list) and numbers and isinstance(numbers[0], int):
        return NoToken(later, f"login_AADSTS{numbers[0]}")
    return NoToken(later, f"login_{code or status}")
