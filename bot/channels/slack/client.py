"""Slack's own client, made so that it neither tries again by itself nor writes anything down."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit
from urllib.request import proxy_bypass

import aiohttp
from slack_sdk.proxy_env_variable_loader import load_http_proxy_from_env
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


def proxy_for(address: str) -> str | None:
    """The proxy for a call of ours beside the SDK's, which finds it by itself; None where NO_PROXY names the host.

    Not `trust_env`: that reads ~/.netrc too, and an entry there does away with the token of a call.
    """
    host = urlsplit(address).hostname or ""
    return None if proxy_bypass(host) else load_http_proxy_from_env(SILENT)
