"""The two addresses that matter: where Slack reaches us, and where we reach Slack."""

from __future__ import annotations

from bot.channels import addresses
from bot.channels.addresses import WrongAddress as WrongAddress
from bot.channels.addresses import split
from bot.channels.web.doors import is_loopback

SLACK_API = "https://slack.com/api/"
SLACK_HOSTS = ("slack.com", "www.slack.com", "slack-gov.com")


def public_address(text: str) -> str:
    """An address that Slack can reach, without a slash at the end. Raises WrongAddress."""
    return addresses.public_address(text, "Slack", instead=", or use Socket Mode")


def api_address(text: str) -> str:
    """The base of Slack's Web API: Slack's own, or for tests one on this machine. Raises WrongAddress."""
    parts = split(text)
    plain = parts.username is None and parts.password is None and not parts.query and not parts.fragment
    ours = parts.scheme == "https" and parts.netloc.lower() in SLACK_HOSTS and parts.path.rstrip("/") == "/api"
    if plain and (ours or (parts.scheme in ("http", "https") and is_loopback(parts.hostname or ""))):
        return text.strip().rstrip("/") + "/"
    raise WrongAddress(f"This is not Slack, and tokens go nowhere else. Remove it: {SLACK_API} is built in.")
