"""One tick: takes what is due under a lease and says it, a transaction for each recipient; and clears away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.moment import Moment
from bot.programme.schedule import NEVER_MISSED
from bot.script import House
from bot.turns.pushes import base, say_due
from bot.watch import Watch
from bot.whole import whole
from bot.words import Words
from storage.records import PromptRow, new_id
from storage.store import Store, StoreUnavailable, Work

log = structlog.get_logger()

AT_ONCE = 500
"""Prompts taken at a time."""

LEASE = timedelta(seconds=60)
"""For so long they are ours to say; then anybody takes what is left of them."""

MOST_LOST = 3
"""Recipients in a row who could not be told, after which the store must be away. One may just have been in the way."""

MOST_TRIES = 5
"""After this many failures a prompt is set aside as missed, so that it sinks alone."""

NEXT_TRY = timedelta(days=1)
"""After as many, what must be done or said is tried again: a deletion is a promise."""


class Ticker:
    """Says what is due. May be called at any time and by anybody, in any process: the database decides.

    `watch`: whether the clock can be believed; None believes it.
    """

    def __init__(self, store: Store, words: Words, clock: Clock, house: House, watch: Watch | None = None) -> None:
        self._store = store
        self._words = words
        self._clock = clock
        self._house = house
        self._watch = watch
        self._ending = False

    async def recover(self) -> None:
        """Nobody else works on this store: what an earlier process was about to say is free again."""
        await self._store.run(lambda work: work.prompts.release(), serial=False)

    async def tick(self) -> int:
        """Says everything that is due now, and forgets what has expired. Returns how many prompts were handled."""
        if self._watch is not None:
            await self._watch.look()
            if not self._watch.trusted:
                return 0
        handled, token, left = 0, new_id(), False
        try:
            while not self._ending:
                left = True
                rows = await self._take(token)
                left = not await self._say(_by_recipient(rows))
                handled += len(rows)
                if len(rows) < AT_ONCE:
                    break
        except asyncio.CancelledError:
            await self._put_back(token)
            raise
        if left:
            await self._put_back(token)
        return handled

    def ends(self) -> None:
        """Begins to tell nobody anything more."""
        self._ending = True

    async def next_at(self) -> datetime | None:
        """When the next thing is due."""
        return await self._store.run(lambda work: work.prompts.next_at())

    async def _take(self, token: str) -> list[PromptRow]:
        now, steady = self._clock.now(), self._clock.steady()
        sees_leases = self._watch is None or self._watch.sees_leases

        def unit(work: Work) -> list[PromptRow]:
            work.takeaways.sweep(now)
            if sees_leases:
                work.prompts.free(steady)
            return work.prompts.take(now, AT_ONCE, steady + LEASE, token)

        return await whole(self._store.run(unit, serial=False))

    async def _put_back(self, token: str) -> None:
        """Others need not wait for the lease of what is not said."""
        try:
            await self._store.run(lambda work: work.prompts.put_back(token), serial=False)
        except StoreUnavailable:
            log.warning("prompts_not_put_back")

    async def _say(self, groups: Sequence[Sequence[PromptRow]]) -> bool:
        """Tells one after the other: what is due together lies side by side, and would be in its own way.

        Whether all had their turn. Raises StoreUnavailable.
        """
        lost = 0
        for group in groups:
            if self._ending:
                return False
            try:
                await self._handle(group, alone="failures" in group[0].data)
                lost = 0
            except StoreUnavailable:
                lost += 1
                if lost == min(MOST_LOST, len(groups)):
                    raise
                log.warning("prompts_put_off", prompts=[row.id for row in group])
        return True

    async def _handle(self, group: Sequence[PromptRow], *, alone: bool) -> None:
        """`alone`: nothing else that is due to the recipient goes with it."""
        try:
            await self._store.run(lambda work: self._tell(work, group, alone))
        except StoreUnavailable:
            raise
        except Exception as failure:
            log.error("prompt_failed", prompts=[row.id for row in group], error=type(failure).__name__)
            if alone:
                await self._count(group)
            for row in () if alone else group:  # one by one, so that only the one that fails is counted
                await self._handle([row], alone=True)

    async def _count(self, group: Sequence[PromptRow]) -> None:
        """Counts a failure. What is promised to be done, such as a deletion, is tried again every day."""
        again = self._clock.now() + NEXT_TRY
        put_off = await self._store.run(lambda work: _count_failure(work, group, again))
        if put_off:
            log.error("housekeeping_put_off", prompts=put_off, kinds=sorted({base(row.kind) for row in group}))

    def _tell(self, work: Work, group: Sequence[PromptRow], alone: bool) -> None:
        """All that is due to the recipient by now goes into one message, if any of it is still ours to say."""
        now, token = self._clock.now(), group[0].token
        due = work.prompts.due_to(group[0].recipient, now)
        due = [row for row in due if (row.id == group[0].id if alone else "failures" not in row.data)]
        if any(row.token == token for row in due):
            say_due(Moment(work, self._words, now, self._house), due)


def _by_recipient(rows: Sequence[PromptRow]) -> list[list[PromptRow]]:
    """What goes together; what has failed before goes alone."""
    groups: dict[tuple[str, str], list[PromptRow]] = {}
    for row in rows:
        groups.setdefault((row.recipient, row.id if "failures" in row.data else ""), []).append(row)
    return list(groups.values())


def _count_failure(work: Work, group: Sequence[PromptRow], again: datetime) -> list[str]:
    """Counts it. It is tried again when its lease is over, until it is missed; what never is, is put off, by id."""
    put_off = []
    for row in group:
        now = work.prompts.get(row.id)
        if (now.state, now.token) != ("pending", row.token):
            continue
        failures = int(now.data.get("failures", 0)) + 1
        if failures >= MOST_TRIES and base(row.kind) in NEVER_MISSED:
            work.prompts.note(row.id, {**now.data, "failures": failures})
            work.prompts.move(row.id, again)
            put_off.append(row.id)
        elif failures >= MOST_TRIES:
            work.prompts.mark(row.id, "missed", {**now.data, "failures": failures})
        else:
            work.prompts.note(row.id, {**now.data, "failures": failures})
    return put_off
