"""A line to a platform that breaks on the way: before, during and after a request, in the answer, and byte by byte."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType


class Break(StrEnum):
    """How the line breaks, once. Of what is broken BEFORE or DURING the platform never hears."""

    BEFORE = "reset before the request"
    DURING = "reset during the request"
    AFTER = "reset after the request"
    HALF = "half an answer"
    DRIP = "one byte a second"
    GARBAGE = "no such protocol"


@dataclass
class Line:
    """Passes requests whose head contains `only` on to `upstream`, host:port; each of those meets the next of `breaks`.

    `broken` is what has happened so far.
    """

    upstream: str
    only: bytes = b" "
    breaks: deque[Break] = field(default_factory=deque)
    broken: list[Break] = field(default_factory=list)
    host: str = ""
    _server: asyncio.Server | None = None
    _open: set[asyncio.StreamWriter] = field(default_factory=set)

    async def __aenter__(self) -> Line:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.host = "{}:{}".format(*self._server.sockets[0].getsockname()[:2])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._open):
            _reset(writer)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._one_by_one(reader, writer)
        finally:
            self._open.discard(writer)
            writer.close()

    async def _one_by_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            how = self._next(head)
            if how is Break.BEFORE:
                return _reset(writer)
            size = _length(head)
            if how is Break.DURING:
                await reader.readexactly(size // 2)
                return _reset(writer)
            if how is Break.GARBAGE:
                writer.write(b"220 mail.example.org ready\r\n")
                return await writer.drain()
            answer = await self._asked(head + await reader.readexactly(size))
            if how is Break.AFTER:
                return _reset(writer)
            if how is Break.HALF:
                writer.write(answer[: len(answer) // 2])
                return await writer.drain()
            await self._answer(writer, answer, drips=how is Break.DRIP)

    def _next(self, head: bytes) -> Break | None:
        if self.only not in head or not self.breaks:
            return None
        self.broken.append(self.breaks.popleft())
        return self.broken[-1]

    async def _asked(self, request: bytes) -> bytes:
        host, _, port = self.upstream.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            return head + await reader.readexactly(_length(head))
        finally:
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, answer: bytes, *, drips: bool) -> None:
        for n in range(len(answer)) if drips else ():
            writer.write(answer[n : n + 1])
            await writer.drain()
            await asyncio.sleep(1)  # that slow is the line
        if not drips:
            writer.write(answer)
        await writer.drain()


@asynccontextmanager
async def line(upstream: str, only: str) -> AsyncIterator[Line]:
    """A line to host:port."""
    async with Line(upstream, only.encode()) as it:
        yield it


def _length(head: bytes) -> int:
    for header in head.lower().split(b"\r\n"):
        if header.startswith(b"content-length:"):
            return int(header.partition(b":")[2])
    return 0


def _reset(writer: asyncio.StreamWriter) -> None:
    """Closes without a word, as a machine that has lost its power and is asked again."""
    if not writer.is_closing():
        of: socket.socket = writer.get_extra_info("socket")
        of.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
