"""Who stands behind the app in Teams: the ids and addresses that a manifest may hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

LONGEST_DEVELOPER = 32
LONGEST_URL = 2048
"""Teams' limits."""

NOBODYS_OWN = (
    "azureedge.net", "azurefd.net", "azurestaticapps.net", "azurewebsites.net", "azure.com", "cloudapp.net",
    "devtunnels.ms", "microsoft.com", "ngrok.app", "ngrok.dev", "ngrok.io", "ngrok-free.app", "office.com",
    "onmicrosoft.com", "sharepoint.com", "trafficmanager.net", "trycloudflare.com", "windows.net",
)  # fmt: skip
"""Teams trusts what is at a valid domain, and below these anybody can have a name."""

_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+[a-z](?:[a-z0-9-]{{0,61}}[a-z0-9])")
_PRINTED = re.compile(r"[!#-;=?-\[\]_a-z~]+")
"""What may stand in an address; the rest is written as %20 and the like."""
_WITHIN = (".local", ".localhost", ".internal")


class WrongManifest(ValueError):
    """What Teams would refuse in a manifest. Its text says what to give instead."""


@dataclass(frozen=True)
class Publisher:
    """Who runs Vidsyn, as Teams shows it: a host of their own, a name, and three pages that anybody can open."""

    domain: str
    name: str
    website: str
    privacy: str
    terms: str

    @classmethod
    def at(cls, domain: str, name: str = "", website: str = "", privacy: str = "", terms: str = "") -> Self:
        """What is not given is called after the domain. Raises WrongManifest."""
        domain = own_domain(domain)
        base = f"https://{domain}"
        return cls(
            domain,
            _developer(name or domain),
            _page(website or base, "website"),
            _page(privacy or f"{base}/privacy", "privacy"),
            _page(terms or f"{base}/terms", "terms"),
        )


def app_id(text: str) -> str:
    """The application (client) id, in lower case. Raises WrongManifest."""
    id = text.strip().lower()
    if not _GUID.fullmatch(id) or not id.strip("0-"):
        raise WrongManifest(
            "Give --app-id the Application (client) ID of the registration: 32 digits and letters a-f with four dashes."
        )
    return id


def own_domain(text: str) -> str:
    """A host name of the organisation's own, in lower case. Raises WrongManifest."""
    name = text.strip().lower()
    if len(name) > 253 or not _DOMAIN.fullmatch(name) or name.endswith(_WITHIN):
        raise WrongManifest(
            "Give --domain a host name alone, like vidsyn.example.dk, without https:// and without a path."
        )
    owner = next((shared for shared in NOBODYS_OWN if name == shared or name.endswith("." + shared)), None)
    if owner:
        raise WrongManifest(
            f"Teams trusts no app at {owner}, where anybody can have a name. Give --domain a name that is your own."
        )
    return name


def _developer(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_DEVELOPER or not name.isprintable():
        raise WrongManifest(f"Give --developer the name of your organisation, in 1 to {LONGEST_DEVELOPER} characters.")
    return name


def _page(text: str, option: str) -> str:
    if len(text) > LONGEST_URL or not _PRINTED.fullmatch(text) or not _is_public(text):
        raise WrongManifest(
            f"Give --{option} the whole address of a page that anybody can open, like https://www.example.dk/page."
        )
    return text


def _is_public(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    alone = parts.scheme == "https" and parts.username is None and port is None
    return alone and _DOMAIN.fullmatch(host) is not None and not host.endswith(_WITHIN)
