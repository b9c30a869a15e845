"""The two addresses that matter: where Slack reaches us, and where we reach Slack."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from bot.channels.web.doors import is_loopback

SLACK_API = "https://slack.com/api/"
SLACK_HOSTS = ("slack.com", "www.slack.com", "slack-gov.com")

_LIKE = "Write it like https://vidsyn.example.dk."


class WrongAddress(ValueError):
    """An address that cannot be used. Its text says why."""


def public_address(text: str) -> str:
    """An address that Slack can reach, without a slash at the end. Raises WrongAddress."""
    parts = _split(text)
    host = parts.hostname or ""
    if parts.username is not None or parts.password is not None:
        raise WrongAddress(f"An address has no name or password in it. {_LIKE}")
    if parts.scheme != "https":
        raise WrongAddress(f"Slack calls https only. {_LIKE}")
    if parts.path not in ("", "/") or parts.query or parts.fragment or "?" in text or "#" in text:
        raise WrongAddress("Give the address without a path: Vidsyn answers at the top of a host of its own.")
    if not host or re.search(r"[^a-z0-9.:-]", host):
        raise WrongAddress(f"This is no address. {_LIKE}")
    if not _is_public(host):
        raise WrongAddress("Slack cannot reach that machine from outside. Give its public address, or use Socket Mode.")
    return f"https://{parts.netloc.lower()}"


def _is_public(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".localhost", ".local", ".internal"))
    return address.is_global


def api_address(text: str) -> str:
    """The base of Slack's Web API: Slack's own, or for tests one on this machine. Raises WrongAddress."""
    parts = _split(text)
    plain = parts.username is None and parts.password is None and not parts.query and not parts.fragment
    ours = parts.scheme == "https" and parts.netloc.lower() in SLACK_HOSTS and parts.path.rstrip("/") == "/api"
    if plain and (ours or (parts.scheme in ("http", "https") and is_loopback(parts.hostname or ""))):
        return text.strip().rstrip("/") + "/"
    raise WrongAddress(f"This is not Slack, and tokens go nowhere else. Remove it: {SLACK_API} is built in.")


def _split(text: str) -> SplitResult:
    try:
        parts = urlsplit(text.strip())
        if parts.port == 0:
            raise ValueError
    except ValueError:
        raise WrongAddress(f"This is no address. {_LIKE}") from None
    return parts
