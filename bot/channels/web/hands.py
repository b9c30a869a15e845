"""The hands of the playground's clock: where they may be moved to, and each move once."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import date, datetime, timedelta

from bot.channels.web.asked import Moved
from bot.channels.web.desk import Desk
from bot.channels.web.when import a_day_on, local_day, same_hour_on

FURTHEST = timedelta(days=3 * 366)
"""They go no further at once: everything on the way has to happen."""

MOST_REMEMBERED = 200


class Hands:
    """Moves the clock, one move at a time."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._one_at_a_time = asyncio.Lock()
        self._done: deque[str] = deque(maxlen=MOST_REMEMBERED)

    async def move(self, wish: Moved, zone: str) -> str:
        """Moves it as wished. Returns the key of the sentence that says why not, or nothing."""
        async with self._one_at_a_time:
            if wish.event in self._done:
                return ""
            moment = await self._moment(wish, zone)
            if isinstance(moment, str):
                return moment
            await self._desk.move_to(moment)
            self._done.append(wish.event)
            return ""

    async def _moment(self, wish: Moved, zone: str) -> datetime | str:
        if wish.to == "next":
            return await self._desk.next_event() or "playground.clock.nothing"
        now = await self._desk.now()
        if wish.to == "day":
            return a_day_on(now, zone)
        try:
            day = date.fromisoformat(wish.date)
        except ValueError:
            return "playground.clock.which"
        today = local_day(now, zone)
        if day <= today:
            return "playground.clock.back"
        if day > today + FURTHEST:
            return "playground.clock.far"
        return same_hour_on(day, now, zone)
