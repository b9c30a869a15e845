"""How Teams is met, read from what the operator has set: every half or impossible choice is refused in a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from pydantic import SecretStr

from bot.channels.addresses import WrongAddress, public_address
from bot.channels.placeholders import is_placeholder
from bot.channels.teams.addresses import (
    PUBLIC,
    SERVICE_HOSTS,
    base_address,
    cloud_of,
    openid_address,
    service_hosts,
)
from bot.channels.web.doors import is_loopback

Kind = Literal["SingleTenant", "UserAssignedMSI", "MultiTenant", "Anonymous"]

APP, SECRET, TENANT, TYPE = "MicrosoftAppId", "MicrosoftAppPassword", "MicrosoftAppTenantId", "MicrosoftAppType"
OPENID, LOGIN, GRAPH = "TEAMS_OPENID_METADATA_URL", "TEAMS_LOGIN_URL", "TEAMS_GRAPH_URL"
HOSTS, ANONYMOUS = "TEAMS_SERVICE_HOSTS", "TEAMS_DANGEROUSLY_ANONYMOUS"
LINK = "TEAMS_APP_LINK"
NAMES = (APP, SECRET, TENANT, TYPE, OPENID, LOGIN, GRAPH, HOSTS, ANONYMOUS, LINK)

_KINDS: dict[str, Kind] = {kind.lower(): kind for kind in ("SingleTenant", "UserAssignedMSI", "MultiTenant")}
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SAME = re.compile(r"(.)\1*(-\1+)+", re.IGNORECASE)
"""00000000-0000-0000-0000-000000000000 and its like."""
_SECRET = re.compile(r"[!-~]{16,512}")
_LINK = re.compile(
    r"https://((gov\.|dod\.)?teams\.microsoft\.(com|us)|teams\.cloud\.microsoft)/l/app/[0-9a-f-]{36}(\?[!-;=?-~]*)?",
    re.IGNORECASE,
)
_SWITCH = {"": False, "0": False, "false": False, "no": False, "off": False}
_SWITCH |= {"1": True, "true": True, "yes": True, "on": True}

_WHERE = {
    APP: "It is the app registration's Application (client) ID, like 1b2c3d4e-0f1a-4b2c-8d3e-4f5a6b7c8d9e.",
    TENANT: "It is the app registration's Directory (tenant) ID, like 1b2c3d4e-0f1a-4b2c-8d3e-4f5a6b7c8d9e.",
    SECRET: "It is the value of a client secret: in the app registration, Certificates & secrets.",
}


class WrongTeams(ValueError):
    """The settings for Teams do not make one whole. Its text says what to set, and quotes no secret."""


@dataclass(frozen=True)
class Teams:
    """How Teams is met. What a choice has no use for is empty; without an `app_id` nobody proves who they are.

    Ids are lower case. `openid` is the address of the document with the keys, `issuer` who must have made a token, and
    also whom ours are for. `login` and `graph` are bases without a slash at the end. `hosts` are those that messages
    may go to, host or host:port; those of them that are `near` are on this machine and may be plain http. `link` is
    where people install the app.
    """

    kind: Kind
    app_id: str = ""
    secret: SecretStr = field(default=SecretStr(""))
    tenant: str = ""
    openid: str = PUBLIC.openid
    login: str = PUBLIC.login
    graph: str = PUBLIC.graphs[0]
    hosts: frozenset[str] = SERVICE_HOSTS
    near: frozenset[str] = frozenset()
    address: str = ""
    link: str = ""

    @property
    def issuer(self) -> str:
        """Who makes the tokens that come in."""
        return cloud_of(self.openid).issuer

    @property
    def way_in(self) -> str:
        """How people install the app: the link to it, else where it is found."""
        return self.link or "Teams > Apps > Vidsyn"

    @property
    def warning(self) -> str:
        """What the operator should know, in a sentence; empty when there is nothing."""
        if self.kind != "MultiTenant":
            return ""
        return (
            "MicrosoftAppType is MultiTenant: Microsoft ended the creation of such bots on 31 July 2025. This one goes "
            "on; make a new one as SingleTenant or UserAssignedMSI."
        )


def choose(given: Mapping[str, str], public_url: str = "", host: str = "127.0.0.1", alone: bool = True) -> Teams | None:
    """How Teams is met, from NAMES -> value; None when nothing is given. Raises WrongTeams.

    `host` is what we listen on. `alone`: no other platform is configured.
    """
    values = {name: value.strip() for name, value in given.items()}
    anonymous = _is_on(values.pop(ANONYMOUS, ""))
    if not values and not anonymous:
        return None
    try:
        more, near = service_hosts(values.get(HOSTS, ""))
    except WrongAddress as wrong:
        raise WrongTeams(f"{HOSTS}: {wrong}") from wrong
    if anonymous:
        _check_anonymous(values, more, near, host, alone)
        return Teams("Anonymous", hosts=near, near=near)
    return _named(values, SERVICE_HOSTS | more | near, near, public_url)


def _is_on(value: str) -> bool:
    try:
        return _SWITCH[value.lower()]
    except KeyError:
        raise WrongTeams(f"{ANONYMOUS} is 1 or 0. Remove it, unless the Agents Playground is to come in.") from None


def _check_anonymous(
    values: Mapping[str, str], more: frozenset[str], near: frozenset[str], host: str, alone: bool
) -> None:
    if not is_loopback(host):
        raise WrongTeams(
            f"{ANONYMOUS} lets in everybody, so it runs on this machine only. HOST is {host!r}: set it to 127.0.0.1, "
            f"or remove {ANONYMOUS}."
        )
    if not alone or set(values) - {HOSTS}:
        raise WrongTeams(
            f"{ANONYMOUS} lets in everybody, so it runs beside nothing that is real. Remove it, or remove all "
            f"settings of Slack's and of Teams' but {HOSTS}."
        )
    if more or not near:
        raise WrongTeams(
            f"{ANONYMOUS} needs {HOSTS}, and only hosts on this machine: the Agents Playground is at localhost:56150."
        )


def _named(values: Mapping[str, str], hosts: frozenset[str], near: frozenset[str], public_url: str) -> Teams:
    app, kind = _id(values, APP), _kind(values)
    _check_use(values, kind)
    secret = _secret(values) if kind != "UserAssignedMSI" else ""
    tenant = _id(values, TENANT) if kind != "MultiTenant" else ""
    if tenant == app:
        raise WrongTeams(f"{TENANT} is the same as {APP}. {_WHERE[TENANT]}")
    openid, login, graph = _places(values, near)
    address, link = _address(public_url), _link(values.get(LINK, ""))
    return Teams(kind, app, SecretStr(secret), tenant, openid, login, graph, hosts, near, address, link)


def _kind(values: Mapping[str, str]) -> Kind:
    kind = _KINDS.get((values.get(TYPE) or "SingleTenant").lower())
    if kind is None:
        raise WrongTeams(f"{TYPE} is none that we know. Set SingleTenant or UserAssignedMSI, as it is registered.")
    return kind


def _check_use(values: Mapping[str, str], kind: Kind) -> None:
    """Refuses what the type has no use for: one of the two is a mistake."""
    if kind == "UserAssignedMSI" and values.get(SECRET):
        raise WrongTeams(f"A managed identity has no secret. Remove {SECRET}, or set {TYPE} to SingleTenant.")
    if kind == "MultiTenant" and values.get(TENANT):
        raise WrongTeams(f"MultiTenant is for any tenant. Remove {TENANT}, or set {TYPE} to SingleTenant.")


def _id(values: Mapping[str, str], name: str) -> str:
    value = _value(values, name)
    if not _GUID.fullmatch(value):
        raise WrongTeams(f"{name} is something else. {_WHERE[name]}")
    return value.lower()


def _secret(values: Mapping[str, str]) -> str:
    value = _value(values, SECRET)
    if _GUID.fullmatch(value):
        raise WrongTeams(f"{SECRET} is the secret's id. {_WHERE[SECRET]} It is shown once: make a new one.")
    if not _SECRET.fullmatch(value):
        raise WrongTeams(f"{SECRET} is something else. {_WHERE[SECRET]}")
    return value


def _value(values: Mapping[str, str], name: str) -> str:
    value = values.get(name, "")
    if not value:
        raise WrongTeams(f"{name} is missing. {_WHERE[name]}")
    if is_placeholder(value) or _SAME.fullmatch(value):
        raise WrongTeams(f"{name} is a placeholder. {_WHERE[name]}")
    return value


def _places(values: Mapping[str, str], near: frozenset[str]) -> tuple[str, str, str]:
    """Where the document with the keys, the login and Graph are."""
    name = OPENID
    try:
        openid = openid_address(values.get(name) or PUBLIC.openid, near)
        cloud = cloud_of(openid)
        name = LOGIN
        login = base_address(values.get(name) or cloud.login, (cloud.login,), near, cloud)
        name = GRAPH
        graph = base_address(values.get(name) or cloud.graphs[0], cloud.graphs, near, cloud)
    except WrongAddress as wrong:
        raise WrongTeams(f"{name}: {wrong}") from wrong
    return openid, login, graph


def _address(public_url: str) -> str:
    if not public_url.strip():
        return ""
    try:
        return public_address(public_url, "Teams")
    except WrongAddress as wrong:
        raise WrongTeams(f"PUBLIC_URL: {wrong}") from wrong


def _link(link: str) -> str:
    if link and not _LINK.fullmatch(link):
        raise WrongTeams(
            f"{LINK} is no link to an app in Teams. In the Teams admin center open the app, copy its App ID, and write "
            f"https://teams.microsoft.com/l/app/ and that id behind it; or remove {LINK}."
        )
    return link
