"""Slack's own client, made so that it neither tries again by itself nor writes anything down."""

from __future__ import annotations

import logging

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

SILENT = logging.getLogger("vidsyn.silent")
"""For Bolt and the SDK: they write whole bodies down, and people's words stand in these."""

SILENT.disabled = True
# The SDK puts its sentences together by the level alone, also for a logger that is disabled.
SILENT.setLevel(logging.CRITICAL + 1)

TIMEOUT = 10
"""Seconds for a call, unless `session` has its own."""


def client(token: str, base_url: str, session: aiohttp.ClientSession | None = None) -> AsyncWebClient:
    """A client for one token; an empty one for calls that need none. What `session` says about time holds."""
    return AsyncWebClient(
        token or None, base_url=base_url, timeout=TIMEOUT, session=session, logger=SILENT, retry_handlers=[]
    )
