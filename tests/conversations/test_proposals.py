"""A proposal: until when it is to be answered."""

from __future__ import annotations

from datetime import date

import pytest

from tests.conversations.conftest import Open
from tests.stage.play import read


@pytest.mark.parametrize(
    ("first", "by"),
    [(date(2026, 5, 5), "Svar senest den 21.\u00a0april"), (date(2026, 4, 20), "Svar senest den 17.\u00a0april")],
)
async def test_the_answer_is_asked_for_before_the_stay_begins(open_at: Open, first: date, by: str) -> None:
    here = await open_at("proposed", "da", first, first)
    assert by in await here.emil.text()


async def test_the_one_reminder_comes_the_working_day_before_the_answer_is_due(open_at: Open) -> None:
    here = await open_at("proposed", "da", date(2026, 4, 20), date(2026, 4, 21))
    day = date(2026, 4, 16)
    await here.at(day, 9, 30)
    before = len(await here.emil.messages())
    await here.at(day, 12)
    assert len(await here.emil.messages()) == before + 1
    assert "17.\u00a0april" in read(await here.emil.last())
