"""What stands in for Slack and for Teams: as little as will do, so that what is measured is the product.

The strict fakes of the other tests look closely at every word; here only that nothing unexpected is asked for, and that
each person gets as much as they should.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

from bot.channels.slack.history import EVENT
from tests.benchmarks.wire import Asked, request, response
from tests.slack.fake import limits as slack_limits
from tests.teams.fake import limits as teams_limits

TEAM, TENANT = "T0BENCH", "11111111-aaaa-4aaa-8aaa-111111111111"
APP = "22222222-bbbb-4bbb-8bbb-222222222222"
SECRET = "8f742231b10e8888abcd99abcdef85a5"
TOKEN = "xoxb-1-benchmark"
BOT = "UBOT"
TOWN = "Sundby Kommune"
ENTERPRISE = "E0BENCH"
TOKENS = 16
"""Tokens of Teams', each of which signs its share of the requests."""

_CHANNEL = re.compile(rb'"channel": ?"([A-Z0-9]+)"|(?:^|&)channel=([A-Z0-9]+)')
_USERS = re.compile(rb'"users": ?"([A-Z0-9]+)"|(?:^|&)users=([A-Z0-9]+)')
_ID = re.compile(rb'"event_payload": ?\{"id": ?"([0-9a-z-]+)"')


class Side(Protocol):
    """One platform."""

    got: Counter[str]
    strange: Counter[str]
    twice: int
    limited: int
    came: list[tuple[int, float]]
    towns: int
    strict: bool
    now: Callable[[], datetime]

    def answers(self, asked: Asked) -> bytes:
        """The answer to a request of the product's."""
        ...

    def says(self, person: int, words: str) -> bytes:
        """The request that brings what a person writes."""
        ...

    def reply(self, person: int) -> asyncio.Future[None]:
        """Done once the person gets the next message."""
        ...

    def all_of(self, count: int) -> asyncio.Future[None]:
        """Done once so many messages have come."""
        ...


class _People:
    """Who got how much, and who waits for more.

    `towns`: the people are of so many tenants in turn. `strict`: the platform's limits hold, at the time that `now`
    says; `limited` counts what they have refused. `came` is each message, with its town and its moment.
    """

    def __init__(self) -> None:
        self.got: Counter[str] = Counter()
        self.strange: Counter[str] = Counter()
        self.twice = 0
        self.limited = 0
        self.towns = 1
        self.strict = False
        self.now: Callable[[], datetime] = _now
        self.came: list[tuple[int, float]] = []
        self._enough: tuple[int, asyncio.Future[None]] | None = None
        self._seen: set[bytes] = set()
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._number = 0

    def wait(self, place: str) -> asyncio.Future[None]:
        self._waiting[place] = asyncio.get_running_loop().create_future()
        return self._waiting[place]

    def all_of(self, count: int) -> asyncio.Future[None]:
        """Done once so many messages have come."""
        enough = asyncio.get_running_loop().create_future()
        self._enough = count, enough
        self._look()
        return enough

    def _look(self) -> None:
        if self._enough is not None and not self._enough[1].done() and self.got.total() >= self._enough[0]:
            self._enough[1].set_result(None)

    def take(self, place: str, id: bytes) -> int:
        """One message for somebody; its number."""
        self.got[place] += 1
        self._number += 1
        self.twice += bool(id) and id in self._seen
        self._seen.add(id)
        if self.towns > 1:
            self.came.append((self.town(place), self.now().timestamp()))
        if self._enough is not None:
            self._look()
        waiting = self._waiting.pop(place, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)
        return self._number

    def town(self, place: str) -> int:
        """The number of somebody's tenant."""
        return int(place[-7:]) % self.towns


class SlackSide(_People):
    """Slack: signs what it sends, and takes messages."""

    def __init__(self) -> None:
        super().__init__()
        self._limits = slack_limits.Limits()
        self._said: dict[str, list[tuple[int, str]]] = defaultdict(list)

    def answers(self, asked: Asked) -> bytes:
        """As slack.com/api would."""
        method = asked.path.removeprefix("/api/").partition("?")[0]
        if method == "chat.postMessage":
            if TOKEN.encode() not in asked.head:
                self.strange["no token"] += 1
            named = _CHANNEL.search(asked.body)
            place = (named[1] or named[2]).decode() if named else ""
            id = _ID.search(asked.body)
            if self.strict and (wait := self._wait(place)):
                return response(b'{"ok":false,"error":"ratelimited"}', 429, f"Retry-After: {wait}\r\n")
            number = self.take(place, id[1] if id else b"")
            self._said[f"D{place[1:]}"].append((number, id[1].decode() if id else ""))
            return response(b'{"ok":true,"channel":"D%s","ts":"1778148000.%06d"}' % (place[1:].encode(), number))
        known: dict[str, dict[str, Any]] = {
            "auth.test": self._whose(),
            "users.conversations": {"channels": [], "response_metadata": {"next_cursor": ""}},
            "users.profile.get": {"profile": {"fields": {}}},
            "team.profile.get": {"profile": {"fields": []}},
            "views.publish": {"view": {"id": "V1", "hash": "1"}},
        }
        if method == "conversations.open" and (person := _USERS.search(asked.body)):
            return response(b'{"ok":true,"channel":{"id":"D%s"}}' % (person[1] or person[2])[1:])
        if method == "conversations.history" and (channel := _CHANNEL.search(asked.body)):
            return response(json.dumps(self._history((channel[1] or channel[2]).decode())).encode())
        if method not in known:
            self.strange[method] += 1
        return response(json.dumps({"ok": True, **known.get(method, {})}).encode())

    def _history(self, channel: str) -> dict[str, Any]:
        """What stands in somebody's chat, the newest first."""
        said = [
            {"ts": f"1778148000.{number:06d}", "metadata": {"event_type": EVENT, "event_payload": {"id": id}}}
            for number, id in reversed(self._said[channel])
        ]
        return {"ok": True, "messages": said, "response_metadata": {"next_cursor": ""}}

    def _whose(self) -> dict[str, Any]:
        whose = {"team_id": TEAM, "team": TOWN, "user_id": BOT, "bot_id": "BBOT", "url": "", "user": "bot"}
        return whose if self.towns == 1 else whose | {"enterprise_id": ENTERPRISE, "is_enterprise_install": True}

    def _wait(self, place: str) -> int:
        """Seconds until Slack takes the message; 0: it does now."""
        try:
            self._limits.take("chat.postMessage", str(self.town(place)), self.now())
            self._limits.post(place, self.now())
        except slack_limits.Exceeded as exceeded:
            self.limited += 1
            return exceeded.wait
        return 0

    def says(self, person: int, words: str) -> bytes:
        """A signed event: a message to the bot alone."""
        self._number += 1
        user, seconds = place_of("slack", person), int(self.now().timestamp())
        ts = f"{seconds}.{self._number:06d}"
        section = {"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}
        event = {
            "client_msg_id": f"{self._number:08x}-{user}", "type": "message", "text": words, "user": user, "ts": ts,
            "blocks": [{"type": "rich_text", "block_id": "b1", "elements": [section]}], "team": TEAM,
            "channel": f"D{user[1:]}", "event_ts": ts, "channel_type": "im",
        }  # fmt: skip
        grant = {
            "enterprise_id": None, "team_id": TEAM, "user_id": BOT, "is_bot": True, "is_enterprise_install": False,
        }  # fmt: skip
        body = json.dumps({
            "token": "verification", "team_id": TEAM, "context_team_id": TEAM, "context_enterprise_id": None,
            "api_app_id": "A0APP", "event": event, "type": "event_callback", "event_id": f"Ev{self._number:010d}",
            "event_time": seconds, "authorizations": [grant], "is_ext_shared_channel": False,
            "event_context": "4-context",
        }).encode()  # fmt: skip
        stamp = str(seconds)
        seal = hmac.new(SECRET.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={seal}",
        }
        return request("POST", "/slack/events", headers, body)

    def reply(self, person: int) -> asyncio.Future[None]:
        """Done once the person gets the next message."""
        return self.wait(place_of("slack", person))


class TeamsSide(_People):
    """Teams with its login, its keys and Graph. `host` is where it is."""

    def __init__(self) -> None:
        super().__init__()
        self.host = ""
        self._key: RSAPrivateKey = generate_private_key(public_exponent=65537, key_size=2048)
        self._tokens: list[str] = []
        self._limits = teams_limits.Limits()

    @property
    def service(self) -> str:
        """The connector, as activities name it."""
        return f"http://{self.host}/smba/emea/"

    def answers(self, asked: Asked) -> bytes:
        """As Microsoft's services would."""
        path = asked.path.partition("?")[0]
        if path.startswith("/smba/emea/v3/conversations/") and path.endswith("/activities"):
            if b"Bearer the-token" not in asked.head:
                self.strange["no token"] += 1
            if b'"type": "typing"' in asked.body or b'"type":"typing"' in asked.body:
                return response(b'{"id":"1"}')
            place = path.split("/")[5].removeprefix("a%3A1").removeprefix("a:1")
            if self.strict and (wait := self._wait(place)):
                return response(b'{"error":{"code":"TooManyRequests"}}', 429, f"Retry-After: {wait}\r\n")
            number = self.take(place, b"")
            return response(b'{"id":"%d"}' % number)
        if path.endswith("/manager"):
            return response(b'{"error":{"code":"Request_ResourceNotFound","message":"-"}}', 404)
        known: dict[str, dict[str, Any]] = {
            "/v1/.well-known/openidconfiguration": {
                "issuer": "https://api.botframework.com",
                "jwks_uri": f"http://{self.host}/v1/.well-known/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            },
            "/v1/.well-known/keys": {"keys": [self._published()]},
            "/graph/v1.0/organization": {"value": [{"id": TENANT, "displayName": TOWN}]},
        }  # fmt: skip
        if path.startswith("/login/"):
            return response(b'{"token_type":"Bearer","expires_in":3599,"access_token":"the-token"}')
        if path not in known:
            self.strange[path] += 1
        return response(json.dumps(known.get(path, {})).encode())

    def says(self, person: int, words: str) -> bytes:
        """A message to the bot alone, with a token that Microsoft might have made."""
        if not self._tokens:
            self._tokens = [self._token(n) for n in range(TOKENS)]
        self._number += 1
        aad, now = place_of("teams", person), self.now()
        said = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body = json.dumps({
            "type": "message", "id": f"{self._number:013d}", "timestamp": said, "localTimestamp": said,
            "localTimezone": "Europe/Copenhagen", "channelId": "msteams", "serviceUrl": self.service,
            "from": {"id": f"29:1{aad}", "name": "Person", "aadObjectId": aad},
            "conversation": {"conversationType": "personal", "tenantId": TENANT, "id": f"a:1{aad}"},
            "recipient": {"id": f"28:{APP}", "name": "Vidsyn"}, "channelData": {"tenant": {"id": TENANT}},
            "entities": [{
                "type": "clientInfo", "locale": "da-DK", "country": "DK", "platform": "Web",
                "timezone": "Europe/Copenhagen",
            }],
            "locale": "da-DK", "text": words, "textFormat": "plain",
        }).encode()  # fmt: skip
        token = self._tokens[self._number % TOKENS]
        headers = {"Content-Type": "application/json; charset=utf-8", "Authorization": f"Bearer {token}"}
        return request("POST", "/api/messages", headers, body)

    def reply(self, person: int) -> asyncio.Future[None]:
        """Done once the person gets the next message."""
        return self.wait(place_of("teams", person))

    def _wait(self, place: str) -> int:
        """Seconds until Teams takes the message; 0: it does now."""
        try:
            self._limits.take(place, str(self.town(place)), self.now())
        except teams_limits.Exceeded as exceeded:
            self.limited += 1
            return exceeded.wait
        return 0

    def _published(self) -> dict[str, Any]:
        numbers = json.loads(RSAAlgorithm.to_jwk(self._key.public_key()))
        return {
            "kty": "RSA", "use": "sig", "kid": "key-0", "x5t": "key-0", "n": numbers["n"], "e": numbers["e"],
            "endorsements": ["msteams"],
        }  # fmt: skip

    def _token(self, number: int) -> str:
        now = self.now() - timedelta(seconds=number)
        claims = {
            "serviceurl": self.service, "nbf": now, "exp": now + timedelta(hours=3),
            "iss": "https://api.botframework.com", "aud": APP,
        }  # fmt: skip
        return jwt.encode(claims, self._key, "RS256", {"kid": "key-0", "x5t": "key-0"})


def _now() -> datetime:
    return datetime.now(UTC)


def tenant_of(platform: str, town: int) -> str:
    """What the platform calls a tenant; the first is the only one where there are no more."""
    if platform == "slack":
        return TEAM if not town else f"T{town:07d}"
    return TENANT if not town else f"11111111-aaaa-4aaa-8aaa-{town:012d}"


def place_of(platform: str, person: int) -> str:
    """What the platform calls a person."""
    return f"U{person:07d}" if platform == "slack" else f"33333333-cccc-4ccc-8ccc-{person:012d}"
