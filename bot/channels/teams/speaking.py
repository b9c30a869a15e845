"""What is said on the spot and kept nowhere: that an answer is being written, and a sentence below what was said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog

from bot.channels.teams.calls import Answer
from bot.channels.teams.read import Where
from bot.channels.teams.reading import address
from storage.records import new_id

log = structlog.get_logger()

PATIENCE = 2.0
"""Seconds that it may wait for its turn; after that nobody needs it any more."""

SOON = 0.7
"""Seconds in which most answers are there, so that nothing is said of writing one. Two are what Teams allows (T8)."""


class Asks(Protocol):
    """Calls once and never raises."""

    async def ask(
        self, method: str, url: str, *, body: Mapping[str, Any] | None = None, graph: bool = False, safe: bool = False
    ) -> Answer:
        """What became of it."""
        ...


class Turns(Protocol):
    """How fast we go."""

    def now(self) -> float:
        """Seconds on its clock."""
        ...

    def queue(self, tenant: str, id: str) -> None:
        """Gives `id` a place in the line."""
        ...

    def leave(self, tenant: str, id: str) -> None:
        """Gives the place back."""
        ...

    async def turn(self, tenant: str, place: str, id: str, until: float) -> float:
        """Waits for it: 0, or the seconds to come back after."""
        ...

    def learn(self, tenant: str, place: str, answer: Answer) -> None:
        """What the answer says about going on."""
        ...


class Speaking:
    """Holds what is under way until it is said. `soon`: seconds for an answer before one is told that it comes."""

    def __init__(self, calls: Asks, pace: Turns, soon: float = SOON) -> None:
        self._calls = calls
        self._pace = pace
        self._soon = soon
        self._tasks: set[asyncio.Task[None]] = set()
        self._waiting: set[asyncio.TimerHandle] = set()

    def types(self, where: Where) -> Callable[[], None]:
        """Shows in the chat that an answer is being written, unless what this returns is called soon."""

        def still() -> None:
            self._waiting.discard(timer)
            self._start(where, {"type": "typing"})

        def answered() -> None:
            timer.cancel()
            self._waiting.discard(timer)

        timer = asyncio.get_running_loop().call_later(self._soon, still)
        self._waiting.add(timer)
        return answered

    def say(self, where: Where, sentence: str) -> None:
        """Says it below what was written; in a channel that is in its thread."""
        self._start(where, {"type": "message", "text": sentence, "textFormat": "plain", "summary": sentence})

    async def idle(self) -> None:
        """Waits until all is said, and says no more that an answer comes."""
        while self._waiting:
            self._waiting.pop().cancel()
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _start(self, where: Where, activity: Mapping[str, Any]) -> None:
        task = asyncio.get_running_loop().create_task(self._send(where, activity))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _send(self, where: Where, activity: Mapping[str, Any]) -> None:
        # As what is delivered there names it, for both count together.
        id, place = new_id(), where.user if where.personal else where.chat.partition(";")[0]
        self._pace.queue(where.tenant, id)
        try:
            if await self._pace.turn(where.tenant, place, id, self._pace.now() + PATIENCE):
                return
            url = address(where.service, "conversations", where.chat, "activities")
            answer = await self._calls.ask("POST", url, body=activity)
            self._pace.learn(where.tenant, place, answer)
            if not answer.done:
                log.info("teams_not_said", kind=activity["type"], code=answer.code)
        finally:
            self._pace.leave(where.tenant, id)
