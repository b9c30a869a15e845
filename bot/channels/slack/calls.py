"""One call to Slack's Web API, and what its answer means. Nothing is tried again here: the outbox does that."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.channels.connections import KEEP, Connections
from bot.channels.payload import text as text_at
from bot.channels.retry_after import retry_after
from bot.channels.slack.client import client, proxy_for
from bot.channels.slack.tokens import Access

PATIENCE = 10.0
"""Seconds for a call. Half of them for the connection: until it stands, nothing has been sent."""

WAIT = 30.0
"""Seconds to wait after a 429 that does not say how long."""

MOST_CLIENTS = 1000
"""Tokens whose client is kept: more than there are workspaces, though tokens change."""

LIMITED = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
BUSY = frozenset({"service_unavailable", "team_added_to_org", "org_login_required", "request_timeout"})
"""Slack says that it did nothing, and that it will not last."""

BROKE = frozenset({"fatal_error", "internal_error", "update_failed", "post_failed"})
"""Slack broke down on the way, nobody knows how far it got."""

GONE = frozenset({"token_revoked", "account_inactive", "invalid_auth", "app_uninstalled"})
_CODE = re.compile(r"[a-z][a-z0-9_]{0,79}")


class Fate(StrEnum):
    """What became of a call. Only `lost` leaves open whether Slack did it."""

    DONE = "done"
    REFUSED = "refused"
    GONE = "gone"
    LIMITED = "limited"
    BUSY = "busy"
    NOT_SENT = "not sent"
    LOST = "lost"


@dataclass(frozen=True)
class Answer:
    """`code` is Slack's word for the error, or what broke; never text. `after`: seconds that Slack asks to wait."""

    fate: Fate
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    code: str = ""
    after: float = 0.0

    @property
    def done(self) -> bool:
        """Whether Slack did it."""
        return self.fate is Fate.DONE

    def text(self, *keys: str) -> str:
        """The string at this path of the answer; empty when there is none."""
        return text_at(self.data, *keys)


Ask = Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]


class Calls:
    """Calls to one Slack: `base_url` is the address of its Web API; `patience` seconds for each.

    With `connections` those stay open between calls; else each call has one of its own.
    """

    def __init__(self, base_url: str, patience: float = PATIENCE, connections: Connections | None = None) -> None:
        self._base_url = base_url
        self._timeout = aiohttp.ClientTimeout(total=patience, connect=patience / 2)
        self._connections = connections
        self._clients: dict[str, AsyncWebClient] = {}

    async def ask(self, access: Access, ask: Ask) -> Answer:
        """Calls once, with the token of `access`. Never raises; what it cannot understand may have been done."""
        try:
            if self._connections is not None:
                return _done(await ask(self._client(access.token, self._connections)))
            async with aiohttp.ClientSession(timeout=self._timeout) as session:
                return _done(await ask(client(access.token, self._base_url, session)))
        except SlackApiError as failure:
            return _refused(failure)
        except _NOT_SENT as failure:
            return Answer(Fate.NOT_SENT, code=type(failure).__name__)
        except Exception as failure:  # its text may hold what was sent
            return Answer(Fate.LOST, code=type(failure).__name__)

    async def upload(self, address: str, content: bytes) -> Answer:
        """Hands over the content of a file, which nobody sees before it is shared."""
        if not self._takes_files(address):
            return Answer(Fate.REFUSED, code="not_slack")
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as session,
                session.post(address, data=content, allow_redirects=False, proxy=proxy_for(address)) as response,
            ):
                if response.status == 200:
                    return Answer(Fate.DONE)
                fate = Fate.LIMITED if response.status == 429 else Fate.BUSY
                return Answer(fate, code=f"upload_{response.status}", after=wait(response.headers))
        except (TimeoutError, aiohttp.ClientError, OSError) as failure:
            return Answer(Fate.NOT_SENT, code=type(failure).__name__)

    def _client(self, token: str, connections: Connections) -> AsyncWebClient:
        """The client for a token. Making one looks through the machine's settings, which takes longer than a call."""
        session = connections.session(
            "slack", self._timeout, lambda: aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP)
        )
        found = self._clients.get(token)
        if found is None or found.session is not session:
            if len(self._clients) >= MOST_CLIENTS:
                self._clients.clear()
            found = self._clients[token] = client(token, self._base_url, session)
        return found

    def _takes_files(self, address: str) -> bool:
        """Whether the address is Slack's own: files go nowhere else."""
        ours, theirs = urlsplit(self._base_url), urlsplit(address)
        if (theirs.scheme, theirs.netloc) == (ours.scheme, ours.netloc):
            return True
        return theirs.scheme == "https" and theirs.netloc == "files." + ours.netloc.removeprefix("www.")


_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.ClientHttpProxyError)


def wait(headers: Mapping[str, str]) -> float:
    """Seconds that the answer asks to wait; with nothing that makes sense there, half a minute."""
    said = retry_after(headers)
    return WAIT if said is None else said


def _done(response: AsyncSlackResponse) -> Answer:
    data = response.data
    return Answer(Fate.DONE, data) if isinstance(data, dict) else Answer(Fate.LOST, code="no_json")


def _refused(failure: SlackApiError) -> Answer:
    response: Any = failure.response
    # For an answer that is no JSON the SDK gives the plain response of the HTTP library.
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    headers = getattr(response, "headers", None) or {}
    data = getattr(response, "data", None)
    error = data.get("error") if isinstance(data, dict) and data.get("ok") is False else None
    code = error if isinstance(error, str) and _CODE.fullmatch(error) else ""
    if status == 429 or code in LIMITED:
        return Answer(Fate.LIMITED, code=code or "ratelimited", after=wait(headers))
    if not code:
        return Answer(Fate.LOST, code=f"http_{status}")
    return Answer(_fate(code, status), code=code, data=data if isinstance(data, dict) else {})


def _fate(code: str, status: int) -> Fate:
    if code in BUSY:
        return Fate.BUSY
    if code in GONE:
        return Fate.GONE
    if code in BROKE or status >= 500:
        return Fate.LOST
    return Fate.REFUSED
