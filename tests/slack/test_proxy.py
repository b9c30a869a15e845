"""Where calls go out through a proxy, every call of ours does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession
from pydantic import SecretStr

from bot.channels.slack.calls import Calls, Fate
from bot.channels.slack.doctor import PATIENCE, Doctor
from bot.channels.slack.settings import Slack
from bot.channels.slack.tokens import Access
from bot.clock import SystemClock
from storage.store import Store
from tests.storage.samples import a_vault

SLACK = "https://slack.com/api/"
OURS = "https://vidsyn.example.dk"


@dataclass
class Proxy:
    """Writes down where it is asked to connect to, and refuses."""

    asked: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(request.split(b"\r\n")[0].decode())
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def serving(proxy: Proxy) -> AsyncIterator[str]:
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.fixture
async def proxy(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    proxy = Proxy()
    for name in ("https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    async with serving(proxy) as address:
        monkeypatch.setenv("HTTPS_PROXY", address)
        yield proxy


async def test_calls_and_files_go_through_the_proxy(proxy: Proxy) -> None:
    calls = Calls(SLACK)
    asked = await calls.ask(Access("xoxb-1-a", "T1", "", ""), lambda slack: slack.auth_test())
    sent = await calls.upload("https://files.slack.com/upload/v1/abc", b"text")
    assert proxy.asked == ["CONNECT slack.com:443 HTTP/1.1", "CONNECT files.slack.com:443 HTTP/1.1"]
    assert (asked.fate, sent.fate) == (Fate.NOT_SENT, Fate.NOT_SENT)


async def test_the_doctor_looks_through_the_proxy(proxy: Proxy) -> None:
    store = Store.open("sqlite://", a_vault())
    store.migrate()
    secret = SecretStr("0123456789abcdef0123456789abcdef")
    slack = Slack("http", "token", address=OURS, bot_token=SecretStr("xoxb-1-a"), signing_secret=secret)
    async with ClientSession(timeout=PATIENCE) as session:
        found = [finding async for finding in Doctor(slack, store, SystemClock(), session).look()]
    await store.close()
    assert proxy.asked == ["CONNECT slack.com:443 HTTP/1.1", "CONNECT vidsyn.example.dk:443 HTTP/1.1"]
    assert [finding.what for finding in found if not finding.good] == ["Slack", "Address", "HR"]


async def test_what_no_proxy_names_is_reached_directly(proxy: Proxy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    direct = Proxy()
    async with serving(direct) as address:
        await Calls(f"{address}/api/").upload(f"{address}/upload/v1/abc", b"text")
    assert (proxy.asked, direct.asked) == ([], ["POST /upload/v1/abc HTTP/1.1"])
