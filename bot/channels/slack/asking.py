"""One plain question to Slack, for `vidsyn doctor`: what it answers, and what stands around the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.channels.slack.client import client

UNREACHED = "unreached"
NO_SLACK = "no_slack"
BROKEN = "broken"

Ask = Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]


@dataclass(frozen=True)
class Told:
    """What Slack said. `error` is empty, or Slack's own word, or one of the three above.

    UNREACHED: nobody answers. BROKEN: Slack is in trouble. NO_SLACK: somebody else answers.
    """

    error: str = ""
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def date(self) -> datetime | None:
        """The time at Slack, aware."""
        try:
            moment = parsedate_to_datetime(self.headers["date"])
        except (KeyError, ValueError, TypeError):
            return None
        return moment if moment.tzinfo else None

    @property
    def scopes(self) -> set[str]:
        """What the token may do."""
        return {scope.strip() for scope in self.headers.get("x-oauth-scopes", "").split(",")} - {""}

    def text(self, key: str) -> str:
        """A string of the answer; empty when there is none."""
        value = self.data.get(key)
        return value if isinstance(value, str) else ""


async def ask(token: str, base_url: str, session: aiohttp.ClientSession, question: Ask) -> Told:
    """Asks once. Never raises for what Slack or the network does."""
    try:
        response = await question(client(token, base_url, session))
    except SlackApiError as refused:
        return _told(refused.response)
    except (aiohttp.ClientError, TimeoutError, OSError):
        return Told(UNREACHED)
    return _told(response)


def _told(response: Any) -> Told:
    data = getattr(response, "data", None)
    if not isinstance(data, dict) or not isinstance(data.get("ok"), bool):
        # For an answer that is no JSON the SDK gives the plain response of the HTTP library.
        status: int = getattr(response, "status_code", None) or getattr(response, "status", None) or 0
        return Told(BROKEN if status >= 500 else NO_SLACK)
    headers = {str(name).lower(): str(value) for name, value in response.headers.items()}
    error = "" if data["ok"] else str(data.get("error", NO_SLACK))
    return Told(error, data, headers)
