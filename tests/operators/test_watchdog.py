"""F25: an event loop that stands still is noticed from outside it, said with the places in the code, and counted."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from pathlib import Path

import pytest
import structlog
from structlog.typing import EventDict

from bot.watchdog import Watchdog, notify

CANARY = "Kanariefugl"
PATIENCE = 30.0


class Heard:
    """What was logged, as soon as it is, from whichever thread."""

    def __init__(self) -> None:
        self.events: list[EventDict] = []
        self.rang = threading.Event()

    def __call__(self, _: object, name: str, event: EventDict) -> EventDict:
        self.events.append(dict(event))
        self.rang.set()
        raise structlog.DropEvent


def stands_still(heard: Heard, secret: str) -> bool:
    """Holds the event loop until somebody has noticed."""
    return heard.rang.wait(PATIENCE) and bool(secret)


class Lags(list[float]):
    """How late each beat came, and somebody who waits for some."""

    def __init__(self) -> None:
        super().__init__()
        self._came = asyncio.Event()

    def add(self, seconds: float) -> None:
        self.append(seconds)
        self._came.set()

    async def more(self, count: int) -> None:
        until = len(self) + count
        async with asyncio.timeout(PATIENCE):
            while len(self) < until:
                self._came.clear()
                await self._came.wait()


async def test_f25_it_notices_says_where_and_goes_on() -> None:
    heard, lags = Heard(), Lags()
    before = structlog.get_config()
    structlog.configure(processors=[heard])
    dog = Watchdog(lags.add, limit=0.05, beat=0.01)
    dog.start()
    try:
        assert stands_still(heard, CANARY)
        await lags.more(3)
    finally:
        dog.stop()
        structlog.configure(**before)
    (event,) = [it for it in heard.events if it["event"] == "loop_blocked"]
    assert any(place.startswith(f"{__name__}:") and place.endswith(" stands_still") for place in event["at"])
    assert CANARY not in repr(heard.events)
    assert max(lags) >= 0.05, "and the lag is measured"


async def test_f25_a_loop_that_turns_is_left_alone() -> None:
    heard, lags = Heard(), Lags()
    before = structlog.get_config()
    structlog.configure(processors=[heard])
    dog = Watchdog(lags.add, limit=PATIENCE, beat=0.001)
    dog.start()
    try:
        await lags.more(20)
    finally:
        dog.stop()
        structlog.configure(**before)
    assert not heard.events


def test_systemd_is_told_where_it_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(PATIENCE)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        notify("READY=1")
        assert systemd.recv(100) == b"READY=1"
    os.unlink(tmp_path / "notify")
    notify("READY=1")  # it has gone, and nothing fails
    monkeypatch.delenv("NOTIFY_SOCKET")
    notify("READY=1")
