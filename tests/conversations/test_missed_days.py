"""A day that was not written: what is asked about it the morning after, and what a no is to."""

from __future__ import annotations

from datetime import date

import pytest

from tests.conversations.conftest import Open
from tests.stage.play import read


@pytest.mark.parametrize("way", ["at once", "in the form"])
async def test_a_no_the_morning_after_is_to_that_day_and_not_to_today(open_at: Open, way: str) -> None:
    here = await open_at("first day")
    words = here.play.words
    await here.at(date(2026, 5, 6), 9, 30)
    if way == "in the form":
        await here.emil.taps("btn.start")
        await here.emil.fills({})
    else:
        await here.emil.taps("btn.no_thanks")
    assert words.text("da", "log.not_that_day", {"date": date(2026, 5, 5)}) in read(await here.emil.last())


async def test_a_no_on_the_day_is_to_today(open_at: Open) -> None:
    here = await open_at("first day")
    await here.emil.taps("btn.not_today")
    assert here.play.words.text("da", "log.not_today") in read(await here.emil.last())
