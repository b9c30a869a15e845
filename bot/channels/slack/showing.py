"""Shows what there is to show right after the acknowledgement. What cannot be shown any more is no error."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from time import monotonic
from typing import Any, Protocol

import structlog

from bot.channels.slack.answers import Opens, Then, Updates, Whispers
from bot.channels.slack.calls import Answer, Ask
from bot.channels.slack.read import Where
from bot.channels.slack.text import mrkdwn

log = structlog.get_logger()

LATE = 2.5
"""Seconds after which a form is not opened any more: Slack lets go of the trigger after three."""

DEAD = frozenset({"expired_trigger_id", "trigger_expired"})
"""Slack had let go of the trigger."""

WHISPER = 3000
"""Characters that one person is told on the spot."""


class Asks(Protocol):
    """Calls to a workspace, each once."""

    async def ask(self, tenant: str, method: str, ask: Ask) -> Answer:
        """What Slack answered. Never raises."""
        ...


After = Callable[[str, str], Awaitable[None]]
"""Called with tenant and user when something of theirs may have changed: the App Home is drawn anew."""


class Showing:
    """Runs on while Slack has its acknowledgement already, and is held until it is done."""

    def __init__(self, api: Asks, after: After, late: float = LATE) -> None:
        self._api = api
        self._after = after
        self._late = late
        self._tasks: set[asyncio.Task[None]] = set()
        self._stale: set[tuple[str, str]] = set()
        self._drawing: set[tuple[str, str]] = set()

    def then(self, where: Where, then: Then, began: float = 0.0, *, fresh: bool = False) -> None:
        """Shows it. `began`: when it came, by `monotonic`. `fresh`: the App Home may say something else now."""
        if then is not None:
            self._start(self._show(where, then, began))
        if fresh:
            self._stale.add((where.tenant, where.user))
            self._start(self._freshen((where.tenant, where.user)))

    def is_late(self, began: float) -> bool:
        """Whether Slack waits no more for the answer to what came then."""
        return monotonic() - began > self._late

    async def idle(self) -> None:
        """Waits until all is shown."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _show(self, where: Where, then: Opens | Updates | Whispers, began: float) -> None:
        if isinstance(then, Opens) and self.is_late(began):
            log.info("slack_trigger_late")
            return await self._whisper(where, then.slow)
        method, ask = _call(where, then)
        answer = await self._api.ask(where.tenant, method, ask)
        if answer.done:
            return None
        log.info("slack_answer_not_shown", method=method, code=answer.code)
        if isinstance(then, Opens) and answer.code in DEAD:
            await self._whisper(where, then.slow)
        return None

    async def _whisper(self, where: Where, sentence: str) -> None:
        """Says where it was pressed that nothing came up, so that it is pressed once more."""
        if where.channel and sentence:
            await self._show(where, Whispers(sentence), 0.0)

    async def _freshen(self, whose: tuple[str, str]) -> None:
        """Draws a page until nothing more has changed; one at a time, so that the last is what stands there."""
        if whose in self._drawing:
            return
        self._drawing.add(whose)
        try:
            while whose in self._stale:
                self._stale.discard(whose)
                await self._after(*whose)
        except Exception as failure:
            log.error("slack_home_not_fresh", error=type(failure).__name__)
        finally:
            self._drawing.discard(whose)


def _call(where: Where, then: Opens | Updates | Whispers) -> tuple[str, Ask]:
    match then:
        case Opens(view):
            return "views.open", lambda api: api.views_open(trigger_id=where.trigger, view=view)
        case Updates(view):
            # With the hash of the form that was pressed in: a second click finds it changed, and changes nothing.
            return "views.update", lambda api: api.views_update(view_id=where.view, hash=where.hash, view=view)
        case Whispers(text):
            said = mrkdwn(text, WHISPER)
            return "chat.postEphemeral", lambda api: api.chat_postEphemeral(
                channel=where.channel, user=where.user, text=said
            )
