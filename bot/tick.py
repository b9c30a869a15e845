"""One tick: asks the database what is due and says it, a transaction for each recipient; and clears away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.clock import Clock
from bot.moment import Moment
from bot.script import House
from bot.turns.pushes import say_due
from bot.words import Words
from storage.records import PromptRow
from storage.store import Store, Work

log = structlog.get_logger()

AT_ONCE = 200
"""Prompts looked at in one round of a tick."""

MOST_TRIES = 5
"""After this many failures a prompt is set aside as missed, so that it sinks alone."""


class Ticker:
    """Says what is due. May be called at any time and by anybody: the database decides."""

    def __init__(self, store: Store, words: Words, clock: Clock, house: House) -> None:
        self._store = store
        self._words = words
        self._clock = clock
        self._house = house

    async def tick(self) -> int:
        """Says everything that is due now, and forgets what has expired. Returns how many prompts were handled."""
        expired = self._clock.now()
        await self._store.run(lambda work: work.takeaways.sweep(expired))
        handled = 0
        while True:
            now = self._clock.now()
            rows = await self._store.run(lambda work, now=now: work.prompts.due(now, AT_ONCE))  # type: ignore[misc]
            for group in _by_recipient(rows):
                await self._handle(group, now)
            handled += len(rows)
            if len(rows) < AT_ONCE:
                return handled

    async def next_at(self) -> datetime | None:
        """When the next thing is due."""
        return await self._store.run(lambda work: work.prompts.next_at())

    async def _handle(self, group: Sequence[PromptRow], now: datetime) -> None:
        def say(work: Work) -> None:
            say_due(Moment(work, self._words, now, self._house), group)

        try:
            await self._store.run(say)
        except Exception as failure:
            log.error("prompt_failed", prompts=[row.id for row in group], error=type(failure).__name__)
            if len(group) > 1:  # one by one, so that only the one that fails is counted
                for row in group:
                    await self._handle([row], now)
            else:
                await self._store.run(lambda work: _count_failure(work, group))


def _by_recipient(rows: Sequence[PromptRow]) -> list[list[PromptRow]]:
    groups: dict[str, list[PromptRow]] = {}
    for row in rows:
        groups.setdefault(row.recipient, []).append(row)
    return list(groups.values())


def _count_failure(work: Work, group: Sequence[PromptRow]) -> None:
    for row in group:
        failures = int(row.data.get("failures", 0)) + 1
        state = "missed" if failures >= MOST_TRIES else "pending"
        work.prompts.mark(row.id, state, {**row.data, "failures": failures})
