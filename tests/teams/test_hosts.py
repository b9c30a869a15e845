"""T6: our token and our words go to exactly the hosts that they may go to, whatever an address looks like."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.test_utils import BaseTestServer, TestServer
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from bot.channels.teams.addresses import SERVICE_HOSTS
from bot.channels.teams.fetch import fetch
from bot.channels.teams.hosts import Hosts, PrivateAddress, WrongHost, is_public

HOSTS = Hosts(SERVICE_HOSTS, {"localhost:56150", "127.0.0.1:9000", "[::1]:9001"})


class Names(AbstractResolver):
    """A name service that says the same address for each name; `asked` are the names."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses, however often it is asked."""
        self.asked.append(host)
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in self.addresses
        ]

    async def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/teams/",
        "https://smba.trafficmanager.net/emea/11111111-aaaa-4aaa-8aaa-111111111111/",
        "https://smba.trafficmanager.net",
        "https://SMBA.trafficmanager.net:443/de/",
        "https://smba.infra.gcc.teams.microsoft.com/gcc",
        "https://smba.infra.gov.teams.microsoft.us/gcch",
        "https://smba.infra.dod.teams.microsoft.us/dod",
        "https://smba.trafficmanager.net/teams/v3/conversations/19%3Aabc%40thread.tacv2%3Bmessageid%3D1/activities/1",
        "http://localhost:56150/_connector",
        "http://127.0.0.1:9000",
        "https://127.0.0.1:9000/x",
        "http://[::1]:9001/x",
    ],
)
def test_t6_these_may_be_sent_to(url: str) -> None:
    HOSTS.check(url)


WRONG = {
    "forged": "https://evil.example/teams/",
    "plain": "http://smba.trafficmanager.net/teams/",
    "another scheme": "ftp://smba.trafficmanager.net/",
    "no scheme": "//smba.trafficmanager.net/",
    "another port": "https://smba.trafficmanager.net:8443/",
    "port 80": "https://smba.trafficmanager.net:80/",
    "a suffix": "https://smba.trafficmanager.net.evil/",
    "a longer suffix": "https://smba.trafficmanager.net.evil.example/teams/",
    "a neighbour": "https://x.trafficmanager.net/",
    "the parent": "https://trafficmanager.net/",
    "below it": "https://x.smba.trafficmanager.net/",
    "a prefix": "https://evilsmba.trafficmanager.net/",
    "a user": "https://smba.trafficmanager.net@evil.example/",
    "a user and a password": "https://smba.trafficmanager.net:443@evil.example/",
    "a user of ours": "https://user@smba.trafficmanager.net/",
    "a trailing dot": "https://smba.trafficmanager.net./",
    "a look-alike": "https://smbа.trafficmanager.net/",
    "a wide dot": "https://smba。trafficmanager。net/",
    "punycode": "https://xn--smb-7cd.trafficmanager.net/",
    "a Kelvin sign": "https://smba.traffic\u212aanager.net/",
    "a soft hyphen": "https://smba.traffic\u00admanager.net/",
    "an address": "https://20.190.1.2/",
    "the machine's own": "http://169.254.169.254/metadata/identity/oauth2/token",
    "the machine's own, https": "https://169.254.169.254/",
    "loopback": "http://127.0.0.1/",
    "another port here": "http://127.0.0.1:9002/",
    "loopback as one number": "http://2130706433:9000/",
    "IPv6": "https://[::1]/",
    "IPv6 with an old address": "https://[::ffff:127.0.0.1]:9000/",
    "IPv6, link-local": "https://[fe80::1%25eth0]/",
    "a fragment": "https://evil.example#smba.trafficmanager.net/",
    "a fragment behind": "https://smba.trafficmanager.net/#x",
    "a query": "https://smba.trafficmanager.net/?x=1",
    "a query at once": "https://smba.trafficmanager.net?@evil.example/",
    "a backslash": "https://evil.example\\smba.trafficmanager.net/",
    "a backslash behind": "https://smba.trafficmanager.net\\@evil.example/",
    "a space": "https://smba.trafficmanager.net /",
    "a space before": " https://smba.trafficmanager.net/",
    "a line end": "https://smba.trafficmanager.net/\nHost: evil.example",
    "a line end at the end": "https://smba.trafficmanager.net/\n",
    "a tab": "https://smba.traffic\tmanager.net/",
    "a quoted host": "https://smba%2etrafficmanager.net/",
    "an empty port": "https://smba.trafficmanager.net:/",
    "nothing": "",
}


@pytest.mark.parametrize("url", WRONG.values(), ids=WRONG)
def test_t6_nothing_else_may(url: str) -> None:
    with pytest.raises(WrongHost) as caught:
        HOSTS.check(url)
    assert not url or url not in str(caught.value)


@given(
    st.one_of(
        st.text(max_size=60),
        st.from_regex(r"https?://[!-~]{0,30}smba\.trafficmanager\.net[!-~]{0,30}", fullmatch=True),
    )
)
def test_t6_what_passes_is_read_alike_by_those_who_connect(url: str) -> None:
    try:
        HOSTS.check(url)
    except WrongHost:
        return
    read = URL(url, encoded=True)
    assert (read.user, read.password, read.query_string, read.fragment) == (None, None, "", "")
    if read.scheme == "https" and read.port == 443:
        assert read.host in SERVICE_HOSTS
    else:
        assert (read.host, read.port) in {("localhost", 56150), ("127.0.0.1", 9000), ("::1", 9001)}


def test_t6_a_host_that_the_operator_set_is_the_only_one() -> None:
    login = Hosts.of("https://login.microsoftonline.com", {"127.0.0.1:9000"})
    login.check("https://login.microsoftonline.com/common/oauth2/v2.0/token")
    for url in ("https://smba.trafficmanager.net/", "http://127.0.0.1:9000/", "http://login.microsoftonline.com/"):
        with pytest.raises(WrongHost):
            login.check(url)
    Hosts.of("http://127.0.0.1:9000/login", {"127.0.0.1:9000"}).check("http://127.0.0.1:9000/login/x")


# What stands behind a name


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1",
        "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1", "2001:db8::1",
    ],
)  # fmt: skip
async def test_t6_a_name_that_leads_to_a_private_address_is_not_followed(address: str) -> None:
    assert not is_public(address)
    for addresses in ([address], ["52.112.0.1", address]):
        names = Names(*addresses)
        connector = Hosts({"smba.trafficmanager.net"}, (), names).connector()
        with pytest.raises(PrivateAddress):
            await fetch(connector, "GET", "https://smba.trafficmanager.net/", 5)
        assert names.asked == ["smba.trafficmanager.net"]


@pytest.mark.parametrize("address", ["52.112.0.1", "2603:1063::1", "::ffff:52.112.0.1", "64:ff9b::3470:1"])
def test_t6_public_addresses(address: str) -> None:
    assert is_public(address)


@asynccontextmanager
async def here(answer: web.StreamResponse) -> AsyncIterator[tuple[BaseTestServer, list[web.Request]]]:
    """A server on this machine that always answers this, and what it was asked."""
    asked: list[web.Request] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        asked.append(request)
        return answer

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    async with TestServer(app) as server:
        yield server, asked


async def test_t6_what_is_near_may_be_private() -> None:
    async with here(web.Response(text="ja")) as (server, _):
        near = f"localhost:{server.port}"
        got = await fetch(Hosts((), {near}, Names("127.0.0.1")).connector(), "GET", f"http://{near}/", 5)
    assert (got.status, got.body) == (200, b"ja")


async def test_t6_the_connection_goes_to_no_name_that_was_not_allowed() -> None:
    """The second wall, should the first have been forgotten."""
    names = Names("52.112.0.1")
    with pytest.raises(WrongHost):
        await fetch(Hosts({"smba.trafficmanager.net"}, (), names).connector(), "GET", "https://evil.example/", 5)


async def test_t6_a_redirect_is_not_followed() -> None:
    async with here(web.Response(text="Hej")) as (elsewhere, asked):
        moved = web.Response(status=307, headers={"Location": str(elsewhere.make_url("/"))})
        async with here(moved) as (server, _):
            near = f"127.0.0.1:{server.port}"
            got = await fetch(Hosts((), {near}).connector(), "POST", f"http://{near}/", 5, json={"text": "Hej"})
    assert (got.status, asked) == (307, [])
