"""Socket Mode: up to ten connections, each envelope to one of them, again if nobody acknowledges it."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.slack.fake.things import Json
from tests.slack.fake.ways import LOST, TIMEOUT, Answer, Delivery
from tests.slack.fake.world import World

MOST_CONNECTIONS = 10
_TYPES = {"event": "events_api", "interactive": "interactive", "command": "slash_commands"}


@dataclass(eq=False)
class Connection:
    """One websocket of the app's."""

    socket: web.WebSocketResponse
    request: web.Request
    got: list[str] = field(default_factory=list)
    """The envelope ids that went to it, in order."""


class Sockets:
    """The way through websockets. An envelope is one of `unacknowledged` until it is acknowledged."""

    def __init__(self, world: World, patience: float = 3.0) -> None:
        self.patience = patience
        self.connections: list[Connection] = []
        self.unacknowledged: dict[str, Delivery] = {}
        self._changed = asyncio.Event()
        self._world = world
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._turn = 0

    async def deliver(self, delivery: Delivery) -> Answer:
        """To one of the connections in turn; waits for the acknowledgement."""
        delivery.envelope_id = delivery.envelope_id or secrets.token_hex(16)
        if delivery.kind == "event":
            self.unacknowledged[delivery.envelope_id] = delivery
        if not self.connections:
            return Answer(0, reason=LOST)
        self._turn += 1
        return await self._send(self.connections[self._turn % len(self.connections)], delivery)

    async def disconnect(self, reason: str = "refresh_requested", *, close: bool = True) -> None:
        """Tells every connection to go; a "warning" leaves them open for a while with `close=False`."""
        for connection in list(self.connections):
            await connection.socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "fake"}})
            if close:
                self.connections.remove(connection)
                await connection.socket.close()

    def drop(self) -> None:
        """Every connection is lost without a word."""
        for connection in list(self.connections):
            self.connections.remove(connection)
            if connection.request.transport is not None:
                connection.request.transport.abort()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """The address that apps.connections.open hands out."""
        ends = self._world.tickets.pop(request.query.get("ticket", ""), None)
        if ends is None or self._world.now > ends:
            return web.Response(status=403)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        if len(self.connections) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return socket
        connection = Connection(socket, request)
        await socket.send_json(self._hello())
        self.connections.append(connection)
        self._changed.set()
        again = asyncio.create_task(self._send_again(connection))
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._acknowledged(json.loads(message.data))
        finally:
            if connection in self.connections:
                self.connections.remove(connection)
            self._changed.set()
            again.cancel()
            self._lost(connection)
        return socket

    async def connected(self, count: int = 1) -> None:
        """Returns once there are that many connections."""
        await self._until(lambda: len(self.connections) >= count)

    async def all_acknowledged(self) -> None:
        """Returns once no event waits for its acknowledgement."""
        await self._until(lambda: not self.unacknowledged)

    async def stop(self) -> None:
        """Closes every connection."""
        for connection in list(self.connections):
            await connection.socket.close()

    async def _until(self, fits: Callable[[], bool]) -> None:
        while not fits():
            self._changed.clear()
            await self._changed.wait()

    async def _send_again(self, connection: Connection) -> None:
        for delivery in [each for each in self.unacknowledged.values() if each.envelope_id not in self._waiting]:
            delivery.retry += 1
            delivery.answer = await self._send(connection, delivery)

    async def _send(self, connection: Connection, delivery: Delivery) -> Answer:
        envelope: Json = {
            "envelope_id": delivery.envelope_id,
            "type": _TYPES[delivery.kind],
            "payload": delivery.body,
            "accepts_response_payload": delivery.kind != "event",
        }
        if delivery.kind == "event":
            envelope |= {"retry_attempt": delivery.retry, "retry_reason": "timeout" if delivery.retry else ""}
        waiting = asyncio.get_running_loop().create_future()
        self._waiting[delivery.envelope_id] = waiting
        try:
            connection.got.append(delivery.envelope_id)
            await connection.socket.send_json(envelope)
            async with asyncio.timeout(self.patience):
                answer: Answer = await waiting
                return answer
        except TimeoutError:
            return Answer(0, reason=TIMEOUT)
        except ConnectionError:
            return Answer(0, reason=LOST)
        finally:
            del self._waiting[delivery.envelope_id]

    def _acknowledged(self, message: Json) -> None:
        id = str(message.get("envelope_id", ""))
        self.unacknowledged.pop(id, None)
        self._changed.set()
        waiting = self._waiting.get(id)
        if waiting is not None and not waiting.done():
            payload = message.get("payload")
            waiting.set_result(Answer(200, "" if payload in (None, {}, "") else json.dumps(payload)))

    def _lost(self, connection: Connection) -> None:
        for id in connection.got:
            waiting = self._waiting.get(id)
            if waiting is not None and not waiting.done():
                waiting.set_result(Answer(0, reason=LOST))

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.connections) + 1,
            "debug_info": {"host": "fake", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": self._world.app.id},
        }
