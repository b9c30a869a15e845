"""Socket Mode: what comes in where Slack cannot reach us. Acknowledged when it is on disk, and not otherwise."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from bot.channels.slack.client import SILENT, client
from bot.channels.slack.doors import checked

log = structlog.get_logger()

PING = 5.0
"""Seconds between two looks at whether the connection still stands."""

PATIENCE = 10.0
"""Seconds to finish what has come, at the end. What takes longer comes again, as it is not acknowledged."""

BEATS = 12
"""An address that Slack gives out is good for a short while: after so many pings without a connection comes another."""

Dispatch = Callable[[dict[str, Any]], Awaitable[tuple[int, dict[str, Any] | None]]]
"""Takes a body; returns a status as over HTTP, and what goes with it."""


class _Client(SocketModeClient):
    """The SDK's own would try the same address for ever."""

    async def connect(self) -> None:
        while not self.closed:
            try:
                async with asyncio.timeout(self.ping_interval * BEATS):
                    await super().connect()  # type: ignore[no-untyped-call]
                return
            except TimeoutError:
                self.wss_uri = None
                log.warning("slack_socket_not_connected")


class Socket:
    """One connection. The SDK connects again when it is lost, or when Slack wants it to move."""

    def __init__(self, dispatch: Dispatch, app_token: str, base_url: str, ping: float = PING) -> None:
        self._dispatch = dispatch
        self._app_token = app_token
        self._base_url = base_url
        self._ping = ping
        self._sdk: SocketModeClient | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begins to connect, and goes on trying."""
        self._sdk = _Client(
            self._app_token, logger=SILENT, web_client=client("", self._base_url), ping_interval=self._ping
        )
        self._sdk.socket_mode_request_listeners.append(self._came)
        self._connecting = asyncio.get_running_loop().create_task(self._sdk.connect())

    async def stop(self) -> None:
        """Takes in nothing more, finishes what has come, and closes."""
        if self._sdk is None or self._connecting is None:
            return
        self._sdk.auto_reconnect_enabled = False
        self._connecting.cancel()
        await asyncio.wait({self._connecting, *self._tasks}, timeout=PATIENCE)
        sdk, self._sdk = self._sdk, None
        await sdk.close()  # type: ignore[no-untyped-call]
        work = (sdk.message_processor, sdk.current_session_monitor, sdk.message_receiver)
        await asyncio.gather(*(task for task in work if task is not None), return_exceptions=True)

    async def connected(self) -> bool:
        """Whether a connection stands."""
        return self._sdk is not None and await self._sdk.is_connected()

    async def _came(self, sdk: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        # The SDK does not hold on to its own task.
        task = asyncio.get_running_loop().create_task(self._take(sdk, request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take(self, sdk: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        try:
            status, answer = await self._dispatch(checked(request.payload))
        except (ValueError, RecursionError):
            status, answer = 400, None  # it gets no better by being sent again
        if status >= 500:
            log.warning("slack_socket_not_acknowledged")
            return
        try:
            await sdk.send_socket_mode_response(SocketModeResponse(request.envelope_id, answer))
        except Exception as failure:  # it comes again, through another connection
            log.warning("slack_socket_acknowledgement_lost", error=type(failure).__name__)
