"""How what happens gets to the app: over HTTP, signed, or through a socket."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol
from urllib.parse import urlencode

import aiohttp

from tests.slack.fake.things import App, Clock, Json

Kind = Literal["event", "interactive", "command", "raw"]
TIMEOUT, FAILED, LOST = "http_timeout", "http_error", "connection_failed"


@dataclass(frozen=True)
class Answer:
    """What the app answered. `status` 0: nothing came in time, and `reason` says why."""

    status: int
    text: str = ""
    reason: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Taken, in Slack's eyes."""
        return 200 <= self.status < 300

    def json(self) -> object:
        """The body read as JSON, None if it is empty."""
        return json.loads(self.text) if self.text.strip() else None


@dataclass
class Delivery:
    """One thing sent to the app, once. `raw` and `headers`: the very request, if it went over HTTP."""

    at: datetime
    kind: Kind
    team: str
    body: Json
    retry: int = 0
    reason: str = ""
    envelope_id: str = ""
    raw: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    answer: Answer = field(default_factory=lambda: Answer(0))

    @property
    def trigger(self) -> str:
        """Its trigger id, if it has one."""
        return str(self.body.get("trigger_id", ""))

    @property
    def event_id(self) -> str:
        """Its event id, if it has one."""
        return str(self.body.get("event_id", ""))


class Way(Protocol):
    """Brings a delivery to the app and returns what it answers."""

    async def deliver(self, delivery: Delivery) -> Answer:
        """Never raises for what the app does."""
        ...


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Slack's v0 signature."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256).hexdigest()


def signed(app: App, clock: Clock, body: bytes, content_type: str) -> dict[str, str]:
    """The headers of a request that comes from Slack."""
    timestamp = str(int(clock.now().timestamp()))
    return {
        "Content-Type": content_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(app.signing_secret, timestamp, body),
    }


class HttpWay:
    """Posts to one address; gives the app `patience` real seconds."""

    def __init__(self, url: str, app: App, clock: Clock, patience: float = 3.0) -> None:
        self.url = url
        self.patience = patience
        self._app = app
        self._clock = clock

    async def deliver(self, delivery: Delivery) -> Answer:
        """Encodes, signs and posts."""
        if delivery.kind == "event":
            delivery.raw, content_type = json.dumps(delivery.body).encode(), "application/json"
        else:
            form = {"payload": json.dumps(delivery.body)} if delivery.kind == "interactive" else delivery.body
            delivery.raw, content_type = urlencode(form).encode(), "application/x-www-form-urlencoded"
        delivery.headers = signed(self._app, self._clock, delivery.raw, content_type)
        if delivery.retry:
            delivery.headers |= {"X-Slack-Retry-Num": str(delivery.retry), "X-Slack-Retry-Reason": delivery.reason}
        return await self.post(delivery.raw, delivery.headers)

    async def post(self, raw: bytes, headers: dict[str, str]) -> Answer:
        """These bytes with these headers, as they are."""
        timeout = aiohttp.ClientTimeout(total=self.patience)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, skip_auto_headers=("Content-Type",)) as session,
                session.post(self.url, data=raw, headers=headers, allow_redirects=False) as response,
            ):
                text = (await response.read()).decode("utf-8", "replace")
                ok = 200 <= response.status < 300
                return Answer(response.status, text, "" if ok else FAILED, dict(response.headers))
        except TimeoutError:
            return Answer(0, reason=TIMEOUT)
        except (aiohttp.ClientError, OSError):
            return Answer(0, reason=LOST)
