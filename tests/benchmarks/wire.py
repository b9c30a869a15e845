"""HTTP/1.1 by hand, both ends: a load that takes little of the machine that it shares with what it measures."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

Answers = Callable[["Asked"], bytes]


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    head: bytes
    body: bytes


class Server(asyncio.Protocol):
    """One connection to a server that answers all requests with `answers`, after `delay` seconds."""

    def __init__(self, answers: Answers, delay: Callable[[], float]) -> None:
        self._answers = answers
        self._delay = delay
        self._got = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody calls."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """A part of a request, or of several."""
        self._got += data
        while (asked := self._whole()) is not None:
            answer = self._answers(asked)
            if delay := self._delay():
                asyncio.get_running_loop().call_later(delay, self._write, answer)
            else:
                self._write(answer)

    def _write(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)

    def _whole(self) -> Asked | None:
        head, found, rest = self._got.partition(b"\r\n\r\n")
        if not found:
            return None
        length = _length(head)
        if len(rest) < length:
            return None
        self._got = rest[length:]
        method, path, _ = head.split(b" ", 2)
        return Asked(method.decode(), path.decode(), head, rest[:length])


class Caller(asyncio.Protocol):
    """One kept connection to a server, for one request after the other."""

    def __init__(self) -> None:
        self._got = b""
        self._transport: asyncio.Transport | None = None
        self._waits: asyncio.Future[tuple[int, bytes]] | None = None

    @classmethod
    async def to(cls, host: str, port: int) -> Caller:
        """A connection that stands."""
        _, caller = await asyncio.get_running_loop().create_connection(cls, host, port)
        return caller

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """It stands."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing comes any more."""
        if self._waits is not None and not self._waits.done():
            self._waits.set_exception(exc or ConnectionResetError("The product hung up."))

    def data_received(self, data: bytes) -> None:
        """A part of the answer."""
        self._got += data
        head, found, rest = self._got.partition(b"\r\n\r\n")
        if not found or len(rest) < (length := _length(head)):
            return
        self._got = rest[length:]
        if self._waits is not None:
            self._waits.set_result((int(head[9:12]), rest[:length]))

    async def post(self, request: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer to these bytes."""
        assert self._transport is not None
        self._waits = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waits

    def close(self) -> None:
        """Hangs up."""
        if self._transport is not None:
            self._transport.close()


def request(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    """A request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def response(body: bytes, status: int = 200, more: str = "") -> bytes:
    """An answer as it goes over the wire; `more` are header lines."""
    kind = "Content-Type: application/json; charset=utf-8"
    return f"HTTP/1.1 {status} OK\r\n{kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n".encode() + body


def _length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
