"""Waiting for what cannot be broken off."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def whole(doing: Coroutine[Any, Any, T]) -> T:
    """What `doing` returns. Who is cancelled meanwhile hears of it once that is over.

    A unit of work that waits for its thread would else be given up, and one that has begun go on behind our back:
    what undoes it might come before it.
    """
    task = asyncio.ensure_future(doing)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        _ = task.cancelled() or task.exception()  # nobody else asks
        raise
