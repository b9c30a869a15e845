"""How what happens gets to the bot: over HTTP, with a signed token, and again when it does not answer."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

import aiohttp

from tests.teams.fake.things import Json


@dataclass(frozen=True)
class Answer:
    """What the bot answered. `status` 0: nothing came in time, and `reason` says why."""

    status: int
    text: str = ""
    reason: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Taken, in Teams' eyes."""
        return 200 <= self.status < 300

    def json(self) -> object:
        """The body read as JSON, None if it is empty."""
        return json.loads(self.text) if self.text.strip() else None


@dataclass
class Delivery:
    """One activity sent to the bot, once. `raw` and `headers`: the very request. `again`: the ones that repeat it."""

    at: datetime
    activity: Json
    raw: bytes
    headers: dict[str, str]
    answer: Answer = field(default_factory=lambda: Answer(0))
    again: list[Delivery] = field(default_factory=list)

    @property
    def id(self) -> str:
        """The activity's id."""
        return str(self.activity.get("id", ""))

    @property
    def taken(self) -> Answer:
        """The first answer that came in time, of this or of a repetition; else that of the last."""
        answers = [each.answer for each in (self, *self.again)]
        return next((answer for answer in answers if answer.status), answers[-1])


@dataclass
class Way:
    """Posts to one address. Gives the bot `patience` real seconds; `repeats`: then sends again as Teams does."""

    url: str
    patience: float
    repeats: bool

    async def post(self, raw: bytes, headers: dict[str, str]) -> Answer:
        """These bytes with these headers, as they are. Never raises for what the bot does."""
        timeout = aiohttp.ClientTimeout(total=self.patience)
        try:
            async with (
                aiohttp.ClientSession(timeout=timeout, skip_auto_headers=("Content-Type",)) as session,
                session.post(self.url, data=raw, headers=headers, allow_redirects=False) as response,
            ):
                text = (await response.read()).decode("utf-8", "replace")
                return Answer(response.status, text, "", dict(response.headers))
        except TimeoutError:
            return Answer(0, reason="timeout")
        except (aiohttp.ClientError, OSError):
            return Answer(0, reason="connection failed")


def answered(delivery: Delivery) -> Answer:
    """The bot's answer, which must have come in time."""
    answer = delivery.taken
    if not answer.ok:
        raise AssertionError(f"The bot answered {answer.status} {answer.reason} {answer.text[:200]}".strip())
    return answer
