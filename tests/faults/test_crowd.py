"""Many who never finish a request: they push each other out, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web

from bot.channels.body import MOST_BYTES, MOST_TOGETHER, SMALL, read
from bot.crowd import Crowd, Entrance
from tests.faults.nursery import PATIENCE

HALF = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def a_door(most: int, handle: Callable[[web.Request], Awaitable[web.Response]]) -> AsyncIterator[int]:
    """A server that lets in so many; its port."""
    application = web.Application()
    application.router.add_route("*", "/", handle)
    crowd = Crowd(application, most)
    runner = web.AppRunner(application, handle_signals=False)
    await runner.setup()
    await Entrance(runner, crowd, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


async def begins(port: int, said: bytes = HALF) -> Line:
    """Somebody who says so much, and no more."""
    line = await asyncio.open_connection("127.0.0.1", port)
    line[1].write(said)
    return line


async def ask(port: int) -> int:
    """Somebody who asks, on a connection of their own; the status."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/") as response:
        return response.status


async def fine(request: web.Request) -> web.Response:
    return web.Response()


async def test_f26_who_never_finishes_makes_room_the_longest_there_first() -> None:
    async with a_door(3, fine) as port:
        slow = [await begins(port) for _ in range(3)]
        assert await ask(port) == 200
        assert await slow[0][0].read() == b""
        slow[2][1].write(b"\r\nabcde")
        assert (await slow[2][0].readline()).startswith(b"HTTP/1.1 200")
        for _, writer in slow:
            writer.close()


async def test_f26_who_has_asked_keeps_the_place_and_the_next_is_told_to_come_back() -> None:
    asked, answers = asyncio.Event(), asyncio.Event()

    async def slowly(request: web.Request) -> web.Response:
        asked.set()
        await answers.wait()
        return web.Response()

    async with a_door(1, slowly) as port:
        first = asyncio.create_task(ask(port))
        await asked.wait()
        assert await ask(port) == 503
        answers.set()
        assert await first == 200
        assert await ask(port) == 200


async def test_f26_large_bodies_share_what_there_is_and_small_ones_are_always_let_in() -> None:
    async def reads(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await read(request))))

    async with a_door(100, reads) as port:
        large = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {MOST_BYTES}\r\n\r\n".encode() + b"x" * (MOST_BYTES - 1)
        slow = [await begins(port, large) for _ in range(MOST_TOGETHER // MOST_BYTES + 4)]
        refused = [asyncio.create_task(reader.readline()) for reader, _ in slow]
        done, waiting = await asyncio.wait(refused, return_when=asyncio.FIRST_COMPLETED)
        assert {task.result() for task in done} == {b"HTTP/1.1 503 Service Unavailable\r\n"}
        async with aiohttp.ClientSession() as session:
            async with session.post(f"http://127.0.0.1:{port}/", data=b"x" * SMALL) as small:
                assert (small.status, await small.text()) == (200, str(SMALL))
            for task in waiting:
                task.cancel()
            for _, writer in slow:
                writer.transport.abort()
            async with asyncio.timeout(PATIENCE):
                while (await session.post(f"http://127.0.0.1:{port}/", data=b"x" * MOST_BYTES)).status != 200:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
