"""A platform's pace on the clock of the stage, where waiting takes no time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from bot.clock import StandingClock


def paced(clock: StandingClock) -> tuple[Callable[[], float], Callable[[float], Awaitable[None]]]:
    """How seconds are counted from now on, and how some of them are waited."""
    beginning = clock.now()

    def seconds() -> float:
        return (clock.now() - beginning).total_seconds()

    async def pause(seconds: float) -> None:
        clock.move_to(clock.now() + timedelta(seconds=seconds + 0.001))

    return seconds, pause
