"""How many goals and actions there can be is HR's to choose: so many are asked for, and no sentence says more."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.words import LANGUAGES
from dialogs.model import Raw
from tests.conversations.conftest import Open
from tests.stage.beforehand import choose
from tests.stage.play import Seat
from tests.stage.scenes import Cast, debriefing, minutes, preparation, walk

IN_MAY: dict[str, Any] = {"start": date(2026, 5, 4), "end": date(2026, 5, 22)}
GOALS = ("Jeg vil kunne holde et møde", "Jeg vil kunne skrive en plan", "Jeg vil kunne lede en tavlerunde")
ACTIONS = ("Lave en skabelon", "Holde et oplæg", "Ringe til dem")
ALL_GOALS: dict[str, Raw] = {
    "prep.goal.more": "btn.add_goal",
    "prep.goal.2": GOALS[1],
    "prep.goal.2.sign": "Det går godt",
    "prep.goal.more#2": "btn.add_goal",
    "prep.goal.3": GOALS[2],
    "prep.goal.3.sign": "Det går godt",
}
LIMITS = {1: "", 2: "number.two", 3: "number.three"}


async def read_on(who: Seat, given: dict[str, Raw]) -> str:
    """Goes through what is asked; all of it as it reads."""
    seen: list[str] = []
    while not seen or seen[-1] != await who.text():
        seen.append(await who.text())
        await walk(who, given, screens=1)
    return "\n".join(seen)


async def kept(here: Cast, beginning: str) -> list[str]:
    """What Emil has answered to the questions that begin so."""
    rows = await here.play.store.run(lambda work: work.answers.by(here.emil.id))
    return [str(row.value) for row in rows if row.key.startswith(beginning)]


def said(here: Cast, key: str, **values: object) -> str:
    return here.play.words.text(here.play.language, key, values)


@pytest.mark.parametrize("most", LIMITS)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_preparation_asks_for_as_many_goals_as_hr_has_chosen(open_at: Open, language: str, most: int) -> None:
    here = await open_at("invited", language, **IN_MAY)
    await choose(here, goals=most)
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    text = await read_on(here.emil, {**preparation(here), "prep.goal.1": GOALS[0], **ALL_GOALS})
    goals = [*await kept(here, "prep.goal.1"), *await kept(here, "prep.goal.2"), *await kept(here, "prep.goal.3")]
    assert [goal for goal in GOALS if goal in goals] == [*GOALS[:most]]
    for number, word in LIMITS.items():
        if word:
            assert (said(here, "prep.goal.more", most=said(here, word)) in text) == (number == most)
    leader = await here.lone.everything()
    assert [goal for goal in GOALS if goal in leader] == [*GOALS[:most]]


@pytest.mark.parametrize("most", LIMITS)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_debrief_asks_for_as_many_actions_as_hr_has_chosen(open_at: Open, language: str, most: int) -> None:
    here = await open_at("debrief", language, **IN_MAY)
    await choose(here, actions=most)
    given: dict[str, Raw] = debriefing(here)
    for n, action in enumerate(ACTIONS, start=1):
        given[f"deb.12.action.what#{n}"] = action
        given[f"deb.12.action.when#{n}"] = (here.end + timedelta(days=25)).isoformat()
        given[f"deb.more_action#{n}"] = "btn.add_action"
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    text = await read_on(here.emil, given)
    assert await kept(here, "deb.12.action.what") == [*ACTIONS[:most]]
    for number, word in LIMITS.items():
        if word:
            assert (said(here, "deb.12.action", most=said(here, word)) in text) == (number == most)
    leader = await here.lone.everything()
    assert [action for action in ACTIONS if action in leader] == [*ACTIONS[:most]]
