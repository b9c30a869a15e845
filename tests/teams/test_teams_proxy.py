"""Where this machine goes out through a proxy, so do calls to Microsoft; and the list of hosts holds all the same."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.channels.teams.calls import Calls, Fate
from bot.channels.teams.fetch import fetch
from bot.channels.teams.hosts import Hosts, WrongHost
from bot.channels.teams.login import Identity, Login, NoToken
from bot.channels.teams.settings import Teams
from bot.clock import SystemClock
from tests.teams.fake import CONNECTOR, FakeTeams, answered
from tests.teams.operator import READY, Operator, ended, reads
from tests.teams.ours import settings
from tests.teams.outside import NAMES, FarTeams, proxied

SCOPE = f"{CONNECTOR}/.default"
TEAMS = Teams("SingleTenant", "an app", SecretStr("a secret"), "a-tenant")
SMBA = "https://smba.trafficmanager.net/emea/v3/conversations"
REFUSED = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
VARIABLES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")


@dataclass
class Proxy:
    """Writes down what it is asked for, and refuses."""

    port: int = 0
    asked: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(request.split(b"\r\n")[0].decode())
        writer.write(REFUSED)
        await writer.drain()
        writer.close()


@pytest.fixture
async def proxy(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    """For http and https alike, by a name that has to be asked for."""
    proxy = Proxy()
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    async with await asyncio.start_server(proxy.serve, "127.0.0.1", 0) as server:
        proxy.port = server.sockets[0].getsockname()[1]
        for name in ("HTTPS_PROXY", "HTTP_PROXY"):
            monkeypatch.setenv(name, f"http://localhost:{proxy.port}")
        yield proxy


@pytest.fixture
async def fake() -> AsyncIterator[FakeTeams]:
    async with FakeTeams(SystemClock()) as fake:
        yield fake


class Tokens(Login):
    """Has a token without asking."""

    async def token(self, scope: str) -> str:
        return "a-token"


def with_token(teams: Teams) -> Calls:
    return Calls(teams, Tokens(teams, SystemClock()))


async def test_calls_go_through_the_proxy_and_what_it_refuses_was_not_sent(proxy: Proxy) -> None:
    calls = with_token(TEAMS)
    sent = await calls.ask("POST", SMBA, body={"text": "Hej"})
    asked = await calls.ask("GET", "https://graph.microsoft.com/v1.0/organization?$select=displayName", graph=True)
    assert proxy.asked == ["CONNECT smba.trafficmanager.net:443 HTTP/1.1", "CONNECT graph.microsoft.com:443 HTTP/1.1"]
    assert (sent.fate, asked.fate) == (Fate.NOT_SENT, Fate.NOT_SENT)
    assert sent.code == "ClientHttpProxyError"


async def test_the_login_goes_through_the_proxy(proxy: Proxy) -> None:
    with pytest.raises(NoToken) as caught:
        await Login(TEAMS, SystemClock()).token(SCOPE)
    assert proxy.asked == ["CONNECT login.microsoftonline.com:443 HTTP/1.1"]
    assert (caught.value.later, caught.value.reason) == (True, "login_ClientHttpProxyError")


async def test_t6_the_proxy_is_asked_for_no_host_that_is_not_on_the_list(proxy: Proxy) -> None:
    for url in (
        "https://evil.example/v3/conversations",
        "https://x.trafficmanager.net/v3/conversations",
        "https://smba.trafficmanager.net.evil.example/v3/conversations",
        "https://169.254.169.254/metadata",
        "http://smba.trafficmanager.net/v3/conversations",
        f"http://localhost:{proxy.port}/v3/conversations",
        f"https://localhost:{proxy.port}/v3/conversations",
    ):
        answer = await with_token(TEAMS).ask("POST", url, body={})
        assert (answer.fate, answer.code) == (Fate.REFUSED, "wrong_host")
    assert proxy.asked == []


async def test_t6_with_a_proxy_nothing_is_connected_to_but_the_proxy(proxy: Proxy) -> None:
    connector = Hosts({"smba.trafficmanager.net"}).connector(f"http://localhost:{proxy.port}")
    with pytest.raises(WrongHost):
        await fetch(connector, "GET", "https://smba.trafficmanager.net/", 5)
    assert proxy.asked == []


async def test_what_is_near_is_reached_directly(proxy: Proxy, fake: FakeTeams) -> None:
    teams = settings(fake)
    answer = await Calls(teams, Login(teams, SystemClock())).ask("GET", f"{fake.service_url}v3/teams/none")
    assert (answer.status, proxy.asked) == (404, [])


async def test_a_managed_identity_is_asked_directly(proxy: Proxy, fake: FakeTeams) -> None:
    teams = settings(fake, kind="UserAssignedMSI", secret=SecretStr(""), near=frozenset(), hosts=frozenset())
    by_app_service = Login(teams, SystemClock(), Identity(fake.identity_url, fake.tokens.header))
    by_machine = Login(teams, SystemClock(), machine=fake.imds_url)
    assert await by_app_service.token(SCOPE) != await by_machine.token(SCOPE)
    assert proxy.asked == []


async def test_what_no_proxy_names_is_reached_directly(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "trafficmanager.net,login.microsoftonline.com")
    hosts = Hosts({"smba.trafficmanager.net", "graph.microsoft.com"})
    assert hosts.proxy(SMBA) is None
    assert hosts.proxy("https://login.microsoftonline.com/a-tenant/oauth2/v2.0/token") is None
    assert hosts.proxy("https://graph.microsoft.com/v1.0/") == f"http://localhost:{proxy.port}"


@pytest.mark.parametrize("value", ["proxy.example.dk:8080", "nonsense", "http://127.0.0.1:9"])
async def test_a_proxy_that_is_none_sends_nothing(proxy: Proxy, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", value)
    assert (await with_token(TEAMS).ask("POST", SMBA, body={})).fate is Fate.NOT_SENT
    with pytest.raises(NoToken) as caught:
        await Login(TEAMS, SystemClock()).token(SCOPE)
    assert caught.value.later


# The whole way


async def test_t6_the_real_process_meets_microsoft_through_the_proxy_alone(tmp_path: Path) -> None:
    async with FarTeams(SystemClock()) as fake, proxied(fake, tmp_path) as (proxy, trusted):
        operator = Operator(tmp_path, {
            "MicrosoftAppId": fake.app.id, "MicrosoftAppPassword": fake.app.secret,
            "MicrosoftAppTenantId": fake.app.tenant, "HTTPS_PROXY": proxy.address, "SSL_CERT_FILE": str(trusted),
        })  # fmt: skip
        fake.tell(operator.endpoint)
        fake.consent.add(fake.app.tenant)
        emil = fake.person(fake.add_user("Emil Eriksen"))
        process = await operator.starts(READY)
        for delivery in await emil.installs():
            answered(delivery)
        await reads(emil, "Hej Emil.")
        process.terminate()
        assert await ended(process) == (0, "")
        assert set(proxy.asked) == {f"CONNECT {name}:443" for name in NAMES}
        _, said = await ended(await operator.command("doctor"))
        assert [line.split(":")[0] for line in said.splitlines() if line.startswith("✗")] == ["✗ Address", "✗ HR"]
        assert "✓ Sending: Teams takes Vidsyn's token." in said
