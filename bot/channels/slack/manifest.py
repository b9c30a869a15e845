"""The manifest that Slack is given, filled in with an address and a name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from bot.channels.slack.addresses import public_address

FILE = Path(__file__).parents[3] / "manifest" / "slack" / "manifest.yaml"
"""It lies in the repository, which is how Vidsyn is installed."""

EVENTS_PATH = "/slack/events"
REDIRECT_PATH = "/slack/oauth_redirect"
LONGEST_NAME = 35
"""Slack's limit."""


class WrongName(ValueError):
    """A name that Slack would refuse. Its text says why."""


def manifest(address: str = "", name: str = "Vidsyn") -> str:
    """The manifest as YAML: for HTTP at `address`, without one for Socket Mode. Raises WrongAddress and WrongName."""
    filled = read()
    name = _name(name)
    filled["display_information"]["name"] = name
    filled["features"]["bot_user"]["display_name"] = name
    if address:
        _at(filled, public_address(address))
    text: str = yaml.safe_dump(filled, allow_unicode=True, sort_keys=False, width=120)
    return text


def read() -> dict[str, Any]:
    """The manifest as it lies in the repository: whole, and for Socket Mode."""
    found: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return found


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise WrongName(f"Give a name of 1 to {LONGEST_NAME} characters.")
    return name


def _at(filled: dict[str, Any], address: str) -> None:
    events = address + EVENTS_PATH
    for command in filled["features"]["slash_commands"]:
        command["url"] = events
    filled["oauth_config"] = {"redirect_urls": [address + REDIRECT_PATH], **filled["oauth_config"]}
    settings = filled["settings"]
    settings["event_subscriptions"] = {"request_url": events, **settings["event_subscriptions"]}
    settings["interactivity"]["request_url"] = events
    settings["socket_mode_enabled"] = False
