"""One call to Teams or to Microsoft Graph, and what its answer means. Nothing is tried again here: the outbox does.

What may be asked for again (T10, T11): Microsoft's table says 412, 429, 502, 503 and 504, and never anything else. But
a message has no key of its own in Teams, and Teams has been seen to deliver one and then answer 5xx. So

- 412 and 429 say that nothing was done: everything may be asked for again;
- 502, 503, 504 and a lost answer: again only what is `safe`, where twice is the same as once: reading, changing a
  message, making sure of a conversation. Whether a new message came nobody knows, and it is not sent again;
- 500 is never asked for again, and leaves the same doubt about a new message.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import structlog

from bot.channels.connections import Connections
from bot.channels.payload import text as text_at
from bot.channels.retry_after import retry_after
from bot.channels.teams.addresses import cloud_of
from bot.channels.teams.fetch import NOT_SENT, Fetched, fetch_from
from bot.channels.teams.hosts import Hosts, PrivateAddress, WrongHost
from bot.channels.teams.login import Login, NoToken
from bot.channels.teams.settings import Teams

log = structlog.get_logger()

PATIENCE = 10.0
"""Seconds for a call."""

_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
_SUBCODE = re.compile(r'"subCode"\s*:\s*"([A-Za-z][A-Za-z0-9_]{0,79})"')
_QUERY = re.compile(r"[!-\"$-~]*")
_JSON = "application/json"
_BUSY = frozenset({502, 503, 504})


class Fate(StrEnum):
    """What became of a call. Only `lost` leaves open whether Teams did it."""

    DONE = "done"
    REFUSED = "refused"
    LIMITED = "limited"
    BUSY = "busy"
    NOT_SENT = "not sent"
    LOCKED_OUT = "locked out"
    LOST = "lost"


@dataclass(frozen=True)
class Answer:
    """`code` is the platform's word for the error, or what broke; never text. `after`: seconds that it asks to wait.

    `busy`: it did nothing and will another time. `locked out`: the login service does not take our secret.
    """

    fate: Fate
    status: int = 0
    code: str = ""
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    after: float = 0.0

    @property
    def done(self) -> bool:
        """Whether it was done."""
        return self.fate is Fate.DONE

    def text(self, *keys: str) -> str:
        """The string at this path of the answer; empty when there is none."""
        return text_at(self.data, *keys)


class Calls:
    """Calls to Teams and to Graph. `patience`: seconds for each. `hosts` are those of Teams.

    With `connections` those stay open between calls; else each call has one of its own.
    """

    def __init__(
        self,
        teams: Teams,
        login: Login,
        patience: float = PATIENCE,
        hosts: Hosts | None = None,
        connections: Connections | None = None,
    ) -> None:
        self._connections = connections
        self.teams = teams
        self._login = login
        self._patience = patience
        self._hosts = hosts or Hosts(teams.hosts, teams.near)
        self._graph_hosts = Hosts.of(teams.graph, teams.near)
        self._scope, self._graph_scope = f"{teams.issuer}/.default", f"{_audience(teams)}/.default"

    async def ask(
        self, method: str, url: str, *, body: Mapping[str, Any] | None = None, graph: bool = False, safe: bool = False
    ) -> Answer:
        """Calls once, with our token. Never raises, never follows a redirect. `url` is whole and already quoted.

        `safe`: a POST that may be done twice; whatever else is asked for may be anyway.
        """
        hosts, scope = (self._graph_hosts, self._graph_scope) if graph else (self._hosts, self._scope)
        try:
            _check(hosts, url)
            token = await self._login.token(scope)
        except WrongHost:
            log.error("teams_wrong_host")
            return Answer(Fate.REFUSED, code="wrong_host")
        except NoToken as no:
            return Answer(Fate.NOT_SENT if no.later else Fate.LOCKED_OUT, code=no.reason)
        answer = await self._call(hosts, method, url, token, body, safe or method != "POST")
        if answer.status == 401:
            self._login.refused(scope, token)
        return answer

    async def _call(
        self, hosts: Hosts, method: str, url: str, token: str, body: Mapping[str, Any] | None, safe: bool
    ) -> Answer:
        headers = {"Accept": _JSON} | ({"Authorization": f"Bearer {token}"} if token else {})
        content = None
        if body is not None:
            headers["Content-Type"], content = f"{_JSON}; charset=utf-8", json.dumps(body, ensure_ascii=False).encode()
        try:
            got = await fetch_from(hosts, method, url, self._patience, self._connections, headers=headers, data=content)
        except PrivateAddress:
            return Answer(Fate.NOT_SENT, code="private_address")
        except NOT_SENT as failure:
            return Answer(Fate.NOT_SENT, code=type(failure).__name__)
        except Exception as failure:  # its text may hold what was sent
            return Answer(_doubt(safe), code=type(failure).__name__)
        return _understood(got, safe)


def _audience(teams: Teams) -> str:
    """Whom a token for Graph is for: also one on this machine stands for Microsoft's."""
    graphs = cloud_of(teams.openid).graphs
    return teams.graph if teams.graph in graphs else graphs[0]


def _check(hosts: Hosts, url: str) -> None:
    address, _, query = url.partition("?")
    hosts.check(address)
    if not _QUERY.fullmatch(query):
        raise WrongHost("This is no plain address.")


def _doubt(safe: bool) -> Fate:
    return Fate.BUSY if safe else Fate.LOST


def _understood(got: Fetched, safe: bool) -> Answer:
    data = _object(got.body)
    if got.status in range(200, 300):
        if data is None and got.body.strip():
            return Answer(_doubt(safe), got.status, "no_json")
        return Answer(Fate.DONE, got.status, data=data or {})
    code = _code(data or {}) or f"http_{got.status}"
    return Answer(_fate(got.status, safe), got.status, code, after=retry_after(got.headers) or 0.0)


def _fate(status: int, safe: bool) -> Fate:
    if status == 429:
        return Fate.LIMITED
    if status == 412:
        return Fate.BUSY
    if status in _BUSY:
        return _doubt(safe)
    if status >= 500 or status == 408:
        return Fate.REFUSED if safe else Fate.LOST
    return Fate.REFUSED


def _object(body: bytes) -> Mapping[str, Any] | None:
    try:
        data: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


def _code(data: Mapping[str, Any]) -> str:
    """The word for the error. That somebody blocked us comes as JSON inside a string."""
    error, message = data.get("error"), data.get("message")
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, str) and _CODE.fullmatch(code):
        return code
    found = _SUBCODE.search(message) if isinstance(message, str) else None
    return found[1] if found else ""
