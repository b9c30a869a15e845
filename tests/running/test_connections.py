"""Connections stay open between calls, for a while, and one that broke is never used without a word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import aiohttp
import pytest

from bot.channels.connections import Connections
from bot.channels.slack.calls import Calls, Fate
from bot.channels.slack.tokens import Access
from bot.channels.teams.fetch import fetch_from
from bot.channels.teams.hosts import Hosts

OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{"ok": true}'


@dataclass
class Server:
    """Answers every request with yes. `hangs_up_after`: so many answers, then it closes the connection unasked.

    With `mid` it closes once a further request has come, instead of answering.
    """

    hangs_up_after: int = 1_000
    mid: bool = False
    address: str = ""
    opened: int = 0
    requests: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    closed: asyncio.Event = field(default_factory=asyncio.Event)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        self.writers.append(writer)
        try:
            for answered in range(self.hangs_up_after + self.mid):
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
                await reader.readexactly(int(length.split(b":")[1]))
                self.requests += 1
                if answered < self.hangs_up_after:
                    writer.write(OK)
                    await writer.drain()
        except asyncio.IncompleteReadError:
            pass  # the other side has closed
        finally:
            writer.close()
            self.closed.set()


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[Server]:
    listening = await asyncio.start_server(server.talk, "127.0.0.1", 0)
    server.address = f"127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    try:
        yield server
    finally:
        listening.close()
        for writer in server.writers:
            writer.close()


Ask = Callable[[Server, Connections], Awaitable[bool]]


def slack() -> Ask:
    calls: dict[str, Calls] = {}

    async def ask(server: Server, connections: Connections) -> bool:
        ours = calls.setdefault(server.address, Calls(f"http://{server.address}/api/", 5, connections))
        answer = await ours.ask(
            Access("xoxb-1", "T1", "", "U1"), lambda it: it.chat_postMessage(channel="C1", text="a")
        )
        assert answer.fate in (Fate.DONE, Fate.LOST)
        return answer.done

    return ask


def teams() -> Ask:
    kept: dict[str, Hosts] = {}

    async def ask(server: Server, connections: Connections) -> bool:
        hosts = kept.setdefault(server.address, Hosts((), {server.address}))
        try:
            got = await fetch_from(hosts, "POST", f"http://{server.address}/", 5, connections, json={"text": "a"})
        except aiohttp.ClientError:
            return False
        return got.status == 200

    return ask


@pytest.fixture(params=[slack, teams])
def ask(request: pytest.FixtureRequest) -> Ask:
    made: Ask = request.param()
    return made


@pytest.fixture
async def connections() -> AsyncIterator[Connections]:
    ours = Connections()
    yield ours
    await ours.close()


async def test_one_connection_carries_call_after_call(ask: Ask, connections: Connections) -> None:
    async with serving(Server()) as server:
        assert [await ask(server, connections) for _ in range(5)] == [True] * 5
        assert (server.opened, server.requests) == (1, 5)


async def test_calls_at_once_have_one_each_and_those_are_used_again(ask: Ask, connections: Connections) -> None:
    async with serving(Server()) as server:
        for _ in range(2):
            assert all(await asyncio.gather(*(ask(server, connections) for _ in range(4))))
        assert (server.opened, server.requests) == (4, 8)


async def test_f9_one_that_the_platform_has_closed_is_not_used(ask: Ask, connections: Connections) -> None:
    async with serving(Server(hangs_up_after=1)) as server:
        assert await ask(server, connections)
        await server.closed.wait()
        for _ in range(10):
            await asyncio.sleep(0)  # the end of it is at our side by now, and is read on the way
        assert await ask(server, connections)
        assert (server.opened, server.requests) == (2, 2)


async def test_f9_one_that_breaks_under_a_request_leaves_open_what_became_of_it(
    ask: Ask, connections: Connections
) -> None:
    async with serving(Server(hangs_up_after=1, mid=True)) as server:
        assert await ask(server, connections)
        assert not await ask(server, connections)
        assert server.requests == 2  # once: nothing is said a second time by itself


async def test_closed_means_closed_and_twice_is_harmless(ask: Ask, connections: Connections) -> None:
    async with serving(Server()) as server:
        assert await ask(server, connections)
        await connections.close()
        await connections.close()
        await server.closed.wait()
        assert await ask(server, connections)
        assert server.opened == 2
