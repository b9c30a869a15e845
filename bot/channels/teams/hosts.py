"""Where our token and our words may go: exact hosts, and no private address behind their names (T6).

Behind a proxy it is the proxy that asks for the names, so that nobody here can see the addresses; the hosts are looked
at all the same, and the only other thing that is connected to is the proxy itself, which is usually private.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.channels.connections import KEEP
from bot.channels.proxy import proxy_for

_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?P<port>:[1-9][0-9]{0,4})?"
    r"(/[A-Za-z0-9._~:/@!$&'()*+,;=%-]*)?"
)
"""No user, no query, no fragment, no backslash, nothing beyond ASCII: what is left, everybody reads alike."""

_NAT64 = IPv6Network("64:ff9b::/96")


class WrongHost(ValueError):
    """Nothing may be sent to this address. Its text does not quote it."""


class PrivateAddress(WrongHost):
    """The name leads to an address that is not public. It may be different another time."""


class Hosts:
    """The hosts of one kind of call, "host" or "host:port". Those that are `near` may be private, and plain http."""

    def __init__(
        self, hosts: Iterable[str], near: Iterable[str] = (), resolver: AbstractResolver | None = None
    ) -> None:
        self._near = frozenset(near)
        self._hosts = frozenset(hosts) - self._near
        self._resolver = resolver

    @classmethod
    def of(cls, base: str, near: Iterable[str] = ()) -> Hosts:
        """The one host of an address that the operator has set."""
        own = urlsplit(base).netloc.lower()
        return cls({own}, {own} & set(near))

    def check(self, url: str) -> None:
        """Raises WrongHost unless messages may go there: to be asked at every use, of what is stored too."""
        found = _ADDRESS.fullmatch(url)
        if found is None:
            raise WrongHost("This is no plain address.")
        place = (found["host"] + (found["port"] or "")).lower()
        if place not in self._near and (found["scheme"] != "https" or place.removesuffix(":443") not in self._hosts):
            raise WrongHost("This host is not one that messages may go to.")

    def proxy(self, url: str) -> str | None:
        """The proxy for a call to `url`. None for what is near: seen from the proxy that would be another machine."""
        return None if urlsplit(url).netloc.lower() in self._near else proxy_for(url)

    def connector(self, proxy: str | None = None, *, keep: bool = False) -> aiohttp.TCPConnector:
        """Connects to these hosts alone, and to the very addresses that were looked at: the name is asked once.

        With a proxy, to that alone. `keep`: connections stay open for a while.
        """
        names = self._resolver or aiohttp.ThreadedResolver()
        own = frozenset({urlsplit(proxy).hostname or ""}) if proxy else frozenset[str]()
        resolver = _Public(frozenset(), own, names) if proxy else _Public(self._hosts, self._near, names)
        # Without `keep` its session is closed after the one call, and the connection with it.
        seconds = KEEP if keep else 0.0
        return aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, limit=0, keepalive_timeout=seconds)


class _Public(AbstractResolver):
    """Finds public addresses of the hosts that it knows."""

    def __init__(self, hosts: frozenset[str], near: frozenset[str], resolver: AbstractResolver) -> None:
        self._hosts = hosts
        self._near = near
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        near = bool({host, f"{host}:{port}"} & self._near)
        if not near and host not in self._hosts:
            raise WrongHost("This host is not one that messages may go to.")
        found = await self._resolver.resolve(host, port, family)
        if not near and not all(is_public(result["host"]) for result in found):
            raise PrivateAddress("The host's name leads to a private address.")
        return found

    async def close(self) -> None:
        await self._resolver.close()


def is_public(address: str) -> bool:
    """Whether an IP address is anybody's in the internet, and not this network's in other clothes."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and (inner := _inner(ip)):
        ip = inner
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _inner(ip: IPv6Address) -> IPv4Address | None:
    """The old address that stands in a new one."""
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
