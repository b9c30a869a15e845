"""Where Microsoft is: its clouds, and the hosts of Teams that messages go to (T6, T19)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.channels.addresses import WrongAddress, split
from bot.channels.web.doors import is_loopback

SERVICE_HOSTS = frozenset(
    {
        "smba.trafficmanager.net",
        "smba.infra.gcc.teams.microsoft.com",
        "smba.infra.gov.teams.microsoft.us",
        "smba.infra.dod.teams.microsoft.us",
    }
)
"""Exactly these: anybody can have a name under trafficmanager.net."""

_NAME = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_NEAR = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+):[1-9][0-9]{0,4}")
_NOT_OURS = "This is neither Microsoft's nor listed in TEAMS_SERVICE_HOSTS, and secrets go nowhere else"


@dataclass(frozen=True)
class Cloud:
    """One of Microsoft's clouds. `openid` is where the document with the keys is, `issuer` who its tokens are from.

    `login` and `graphs` are bases without a slash at the end; the first of `graphs` is the usual one.
    """

    name: str
    openid: str
    issuer: str
    login: str
    graphs: tuple[str, ...]


PUBLIC = Cloud(
    "the public cloud",
    "https://login.botframework.com/v1/.well-known/openidconfiguration",
    "https://api.botframework.com",
    "https://login.microsoftonline.com",
    ("https://graph.microsoft.com",),
)
"""Also of GCC, which differs by its service host alone."""

GOVERNMENT = Cloud(
    "the government cloud",
    "https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
    "https://api.botframework.us",
    "https://login.microsoftonline.us",
    ("https://graph.microsoft.us", "https://dod-graph.microsoft.us"),
)
"""GCC High and DoD."""


def cloud_of(openid: str) -> Cloud:
    """The cloud that this document belongs to. One on this machine stands for the public cloud's."""
    return GOVERNMENT if split(openid).netloc.lower() == split(GOVERNMENT.openid).netloc else PUBLIC


def openid_address(text: str, near: frozenset[str]) -> str:
    """The address of the document with the keys: Microsoft's own, or one of `near`. Raises WrongAddress."""
    ours = {split(cloud.openid).netloc for cloud in (PUBLIC, GOVERNMENT)}
    return _address(text, ours, near, f"{_NOT_OURS}. In the government clouds it is {GOVERNMENT.openid}.")


def base_address(text: str, bases: tuple[str, ...], near: frozenset[str], cloud: Cloud) -> str:
    """One of `bases`, or one of `near`; without a slash at the end. Raises WrongAddress."""
    sentence = f"In {cloud.name}, which TEAMS_OPENID_METADATA_URL belongs to, it is {' or '.join(bases)}"
    base = _address(text, {split(one).netloc for one in bases}, near, f"{_NOT_OURS}. {sentence}.").rstrip("/")
    if split(base).netloc.lower() not in near and split(base).path:
        raise WrongAddress(f"Give the address without a path. {sentence}.")
    return base


def _address(text: str, ours: set[str], near: frozenset[str], sentence: str) -> str:
    parts = split(text)
    place = parts.netloc.lower()
    plain = not (parts.query or parts.fragment or "?" in text or "#" in text)
    known = parts.scheme == "https" and place in ours
    if plain and (known or (parts.scheme in ("http", "https") and place in near)):
        return f"{parts.scheme}://{place}{parts.path}"
    raise WrongAddress(sentence)


def service_hosts(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The hosts of TEAMS_SERVICE_HOSTS: those of Microsoft's that we do not know, and those on this machine.

    Those on this machine have a port, and may be plain http. Raises WrongAddress.
    """
    hosts = {host.strip().lower() for host in text.split(",") if host.strip()}
    near = frozenset(host for host in hosts if _is_near(host))
    for host in hosts - near:
        if not _NAME.fullmatch(host):
            raise WrongAddress(
                "Write hosts with a comma between: one on this machine with its port, like localhost:56150, any other "
                "by its name alone, like smba.trafficmanager.net."
            )
    return frozenset(hosts - near), near


def _is_near(host: str) -> bool:
    found = _NEAR.fullmatch(host)
    return found is not None and is_loopback(found[1]) and int(host.rsplit(":", 1)[1]) < 65536
