from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import date

import pytest

from tests.stage.scenes import Cast, at_scene

Open = Callable[..., Awaitable[Cast]]


@pytest.fixture
async def open_at() -> AsyncIterator[Open]:
    """The story at a scene; every house that was opened is closed at the end."""
    opened: list[Cast] = []

    async def open_one(
        scene: str, language: str = "da", start: date = date(2026, 5, 5), end: date = date(2026, 5, 7)
    ) -> Cast:
        here = await at_scene(scene, language, start, end)
        opened.append(here)
        return here

    yield open_one
    for here in opened:
        await here.play.close()
