"""The address that a platform reaches us at."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

_LIKE = "Write it like https://vidsyn.example.dk."


class WrongAddress(ValueError):
    """An address that cannot be used. Its text says why."""


def public_address(text: str, caller: str, instead: str = "") -> str:
    """An address that `caller` can reach, without a slash at the end. Raises WrongAddress.

    `instead` is the other way out for who has no such address.
    """
    parts = split(text)
    host = parts.hostname or ""
    if parts.username is not None or parts.password is not None:
        raise WrongAddress(f"An address has no name or password in it. {_LIKE}")
    if parts.scheme != "https":
        raise WrongAddress(f"{caller} calls https only. {_LIKE}")
    if parts.path not in ("", "/") or parts.query or parts.fragment or "?" in text or "#" in text:
        raise WrongAddress("Give the address without a path: Vidsyn answers at the top of a host of its own.")
    if not host or re.search(r"[^a-z0-9.:-]", host):
        raise WrongAddress(f"This is no address. {_LIKE}")
    if not _is_public(host):
        raise WrongAddress(f"{caller} cannot reach that machine from outside. Give its public address{instead}.")
    return f"https://{parts.netloc.lower()}"


def split(text: str) -> SplitResult:
    """The parts of an address. Raises WrongAddress."""
    try:
        parts = urlsplit(text.strip())
        if parts.port == 0:
            raise ValueError
    except ValueError:
        raise WrongAddress(f"This is no address. {_LIKE}") from None
    return parts


def _is_public(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return "." in host.strip(".") and not host.endswith((".localhost", ".local", ".internal"))
    return address.is_global
