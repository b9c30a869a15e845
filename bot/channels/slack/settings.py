"""How Slack is met, read from what the operator has set: every half or impossible choice is refused in a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import SecretStr

from bot.channels.placeholders import is_placeholder
from bot.channels.slack.addresses import SLACK_API, WrongAddress, api_address, public_address

_SHAPES: dict[str, tuple[re.Pattern[str], str]] = {
    "SLACK_BOT_TOKEN": (
        re.compile(r"xoxb-(?=.*\d)[A-Za-z0-9-]+"),
        "It begins with xoxb-: in the app's settings, OAuth & Permissions, Bot User OAuth Token.",
    ),
    "SLACK_APP_TOKEN": (
        re.compile(r"xapp-(?=.*\d)[A-Za-z0-9-]+"),
        "It begins with xapp-: in the app's settings, Basic Information, App-Level Tokens.",
    ),
    "SLACK_SIGNING_SECRET": (
        re.compile(r"(?!(.)\1{31})[0-9a-f]{32}(,(?!(.)\3{31})[0-9a-f]{32})?"),
        "It is 32 letters and digits, 0-9 and a-f: in the app's settings, Basic Information, Signing Secret.",
    ),
    "SLACK_CLIENT_ID": (
        re.compile(r"\d+\.\d+"),
        "It is two numbers with a point between: in the app's settings, Basic Information, Client ID.",
    ),
    "SLACK_CLIENT_SECRET": (
        re.compile(r"[A-Za-z0-9]{16,}"),
        "It is a row of letters and digits: in the app's settings, Basic Information, Client Secret.",
    ),
}
NAMES = tuple(_SHAPES)
"""The settings that are secrets, or go with one."""


class WrongSlack(ValueError):
    """The settings for Slack do not make one whole. Its text says what to set, and quotes no secret."""


@dataclass(frozen=True)
class Slack:
    """How Slack is met. What a choice has no use for is empty.

    `transport` "socket" needs no address of ours. `install` "token" is one workspace, "oauth" any number.
    `api` ends with a slash, `address` does not. `signing_secret` may be two with a comma between, while one takes the
    place of the other.
    """

    transport: Literal["http", "socket"]
    install: Literal["token", "oauth"]
    api: str = SLACK_API
    address: str = ""
    bot_token: SecretStr = field(default=SecretStr(""))
    app_token: SecretStr = field(default=SecretStr(""))
    signing_secret: SecretStr = field(default=SecretStr(""))
    client_id: str = ""
    client_secret: SecretStr = field(default=SecretStr(""))


def choose(given: Mapping[str, str], public_url: str = "", api_url: str = SLACK_API) -> Slack | None:
    """How Slack is met, from NAMES -> value; None when nothing is given. Raises WrongSlack."""
    if not given:
        return None
    secrets = {name: _look_at(name, value.strip()) for name, value in given.items()}
    install = _install(secrets)
    address = _address(public_url, needed=install == "oauth")
    return Slack(
        transport="socket" if "SLACK_APP_TOKEN" in secrets else "http",
        install=install,
        api=_api(api_url),
        address=address,
        bot_token=SecretStr(secrets.get("SLACK_BOT_TOKEN", "")),
        app_token=SecretStr(secrets.get("SLACK_APP_TOKEN", "")),
        signing_secret=SecretStr(secrets.get("SLACK_SIGNING_SECRET", "")),
        client_id=secrets.get("SLACK_CLIENT_ID", ""),
        client_secret=SecretStr(secrets.get("SLACK_CLIENT_SECRET", "")),
    )


def _look_at(name: str, value: str) -> str:
    shape, sentence = _SHAPES[name]
    if not value:
        raise WrongSlack(f"{name} is set and empty. Give it its value, or remove it.")
    if value.startswith("xoxe.") and name == "SLACK_BOT_TOKEN":
        raise WrongSlack(
            "SLACK_BOT_TOKEN is a token that expires, and there is nothing to renew it with. Create the app anew "
            "without token rotation, or install by SLACK_CLIENT_ID and SLACK_CLIENT_SECRET."
        )
    if is_placeholder(value):
        raise WrongSlack(f"{name} is a placeholder. {sentence}")
    if not shape.fullmatch(value):
        raise WrongSlack(f"{name} is something else. {sentence}")
    return value


def _install(secrets: Mapping[str, str]) -> Literal["token", "oauth"]:
    oauth = [name for name in ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET") if name in secrets]
    if not oauth:
        _whole_token(secrets)
        return "token"
    if len(oauth) == 1:
        raise WrongSlack("SLACK_CLIENT_ID and SLACK_CLIENT_SECRET belong together. Set both, or neither.")
    if "SLACK_BOT_TOKEN" in secrets:
        raise WrongSlack(
            "SLACK_BOT_TOKEN is for one workspace, SLACK_CLIENT_ID and SLACK_CLIENT_SECRET are for many. Remove the "
            "one or the other."
        )
    if "SLACK_APP_TOKEN" in secrets:
        raise WrongSlack(
            "Socket Mode (SLACK_APP_TOKEN) is for one workspace, SLACK_CLIENT_ID for many. Remove SLACK_APP_TOKEN and "
            "set SLACK_SIGNING_SECRET and PUBLIC_URL, or use SLACK_BOT_TOKEN."
        )
    if "SLACK_SIGNING_SECRET" not in secrets:
        raise WrongSlack("SLACK_SIGNING_SECRET is missing: without it nobody can tell what comes from Slack. Set it.")
    return "oauth"


def _whole_token(secrets: Mapping[str, str]) -> None:
    if "SLACK_BOT_TOKEN" not in secrets:
        raise WrongSlack(
            f"{' and '.join(sorted(secrets))} alone is not enough. Set SLACK_BOT_TOKEN too; for many workspaces "
            "SLACK_CLIENT_ID and SLACK_CLIENT_SECRET."
        )
    if not {"SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"} & set(secrets):
        raise WrongSlack(
            "SLACK_BOT_TOKEN alone is not enough. Set SLACK_APP_TOKEN too (Socket Mode, behind a firewall), or "
            "SLACK_SIGNING_SECRET (behind an address)."
        )


def _address(public_url: str, needed: bool) -> str:
    if not public_url.strip():
        if needed:
            raise WrongSlack("PUBLIC_URL is missing: the address that Slack reaches us at, like https://vidsyn.dk.")
        return ""
    try:
        return public_address(public_url)
    except WrongAddress as wrong:
        raise WrongSlack(f"PUBLIC_URL: {wrong}") from wrong


def _api(api_url: str) -> str:
    try:
        return api_address(api_url)
    except WrongAddress as wrong:
        raise WrongSlack(f"SLACK_API_URL: {wrong}") from wrong
