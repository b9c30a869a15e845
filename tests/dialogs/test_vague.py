"""Which goals are sharpened (spec section 6.1)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dialogs import engine
from dialogs.catalogue import DIALOGS
from dialogs.model import State
from dialogs.vague import vague

PREP = DIALOGS["prep"]
FACTS = {"today": "2026-05-03"}
VAGUE = [
    "see how they work",
    "See how they work at the other place.",
    "I want to see how they work",
    "I would like to learn more about what they do",
    "I want to get insight into their work",
    "learn about their everyday work",
    "better cooperation",
    "se, hvordan de arbejder",
    "Jeg vil gerne se, hvordan de arbejder hos den anden",
    "Jeg vil gerne lære mere om det, de laver",
    "Jeg vil få indblik i arbejdet der",
    "Jeg vil gjerne se hvordan de jobber",
    "Jeg vil få innsikt i hva de gjør",
    "lære om hverdagen deres der",
    "inspiration",
    "",
]
CLEAR = [
    "I want to understand what the case workers need to know from us in the first report.",
    "I want to see how they hold their morning meeting",
    "Jeg vil forstå, hvad sagsbehandlerne har brug for at vide fra os i den første indberetning.",
    "Jeg vil kunne holde en tavlerunde på ti minutter",
    "Jeg vil forstå hva saksbehandlerne trenger å vite fra oss i den første meldingen.",
    "Jeg vil gjerne se hvordan de tar imot nye pasienter",
]


@pytest.mark.parametrize("goal", VAGUE)
def test_domain_t21_a_topic_is_no_goal_yet(goal: str) -> None:
    assert vague(goal)


@pytest.mark.parametrize("goal", CLEAR)
def test_domain_t21_a_goal_that_says_what_is_left_alone(goal: str) -> None:
    assert not vague(goal)


def test_domain_t21_the_suggested_goals_are_good_enough(shared: Path) -> None:
    strings = json.loads((shared / "domain" / "strings.json").read_text("utf-8"))
    goals = [row[language] for key, row in strings.items() if key.startswith("goal.tpl.") for language in ("da", "nb")]
    assert len(goals) == 16
    assert [goal for goal in goals if vague(goal)] == []


@pytest.mark.parametrize("number", ["1", "2", "3"])
def test_domain_t21_a_goal_is_sharpened_once_and_then_accepted(number: str) -> None:
    goal, sharpen, sign = f"prep.goal.{number}", f"prep.goal.sharpen#{number}", f"prep.goal.{number}.sign"
    before = {
        "prep.goal.1": "Jeg vil kunne holde en tavlerunde på ti minutter",
        "prep.goal.2": "Kende tre af dem godt nok",
    }
    more = {"prep.goal.more": "btn.add_goal", "prep.goal.more#2": "btn.add_goal"}
    facts = {**FACTS, "full": True}
    answers = {**before, **more}
    answers.pop(goal, None)
    state = State("prep", at=goal, answers=answers)
    state = engine.submit(PREP, state, {goal: "se, hvordan de arbejder"}, facts, lambda ask: {}).state
    asked = [ask.key for ask in engine.visible(PREP, state, facts)]
    assert asked.index(sharpen) == asked.index(goal) + 1
    state = engine.edit(PREP, state, sharpen, facts).state
    turn = engine.submit(PREP, state, {sharpen: "se dem"}, facts, lambda ask: {})
    assert not turn.errors
    assert sharpen in turn.state.answers
    asked = [ask.key for ask in engine.visible(PREP, turn.state, facts)]
    assert [key for key in asked if "sharpen" in key] == [sharpen]
    assert asked[asked.index(sharpen) + 1] == sign


def test_domain_t21_a_clear_goal_is_not_questioned() -> None:
    state = State("prep", answers={"prep.goal.1": CLEAR[0]})
    assert not any("sharpen" in ask.key for ask in engine.visible(PREP, state, FACTS))
