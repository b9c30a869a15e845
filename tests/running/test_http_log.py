"""The server writes down nothing of what it is sent, not even of a request that is none."""

from __future__ import annotations

import asyncio
import logging

import pytest
from aiohttp import web

from bot.cli import runner_of

CANARY = "kanariefugl"
BROKEN = (
    f"POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{CANARY}\r\n",
    f"POST /{CANARY} HTTP/1.1\r\nHost: x\r\nContent-Length: {CANARY}\r\n\r\n",
    f"{CANARY}\r\n\r\n",
    f"GET / HTTP/1.1\r\n{CANARY}\r\n\r\n",
)


async def _reads(request: web.Request) -> web.Response:
    return web.Response(text=str(len(await request.read())))


@pytest.mark.parametrize("request_text", BROKEN)
async def test_s21_a_request_that_cannot_be_read_is_not_logged(
    request_text: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    application = web.Application()
    application.router.add_route("*", "/healthz", _reads)
    runner = runner_of(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    reader, writer = await asyncio.open_connection(host, port)
    try:
        writer.write(request_text.encode())
        await writer.drain()
        writer.write_eof()
        answer = await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()
        await runner.cleanup()
    assert not answer.startswith(b"HTTP/1.1 2")
    assert CANARY not in caplog.text
