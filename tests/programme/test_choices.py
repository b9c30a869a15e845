"""What may be chosen: the numbers that hold where nothing was chosen are among those that may be."""

from __future__ import annotations

from dataclasses import fields
from itertools import pairwise

import pytest

from bot.programme.choices import CLEARED, OPTIONAL, Choices, chosen
from dialogs.choices import CHOICES
from dialogs.model import Number

RANGES = {ask.key.removeprefix("choose."): ask.answer for ask in CHOICES.asks if isinstance(ask.answer, Number)}


def test_every_number_of_an_organisation_can_be_chosen() -> None:
    assert set(RANGES) == {field.name for field in fields(Choices) if field.type == "int"}


@pytest.mark.parametrize("name", RANGES)
def test_what_holds_by_default_is_in_its_range(name: str) -> None:
    assert RANGES[name].low <= getattr(Choices(), name) <= RANGES[name].high


@pytest.mark.parametrize(
    "names",
    [
        ("debrief_reminder", "debrief_closes"),
        ("evaluation", "evaluation_reminder"),
        ("first_check", "second_check"),
        ("soft_maximum_months", "upper_warning_months"),
    ],
)
def test_no_number_overtakes_the_one_that_follows_it(names: tuple[str, ...]) -> None:
    for earlier, later in pairwise(names):
        assert RANGES[earlier].high < RANGES[later].low


def test_nobody_chooses_figures_of_fewer_than_five() -> None:
    assert RANGES["fewest"].low == 5


def test_what_is_told_before_a_deletion_comes_before_it() -> None:
    assert max(Choices().export_notices) <= RANGES["deletion_after_second_check"].low


@pytest.mark.parametrize("prompt", CLEARED)
def test_a_question_of_wellbeing_needs_the_representatives(prompt: str) -> None:
    assert not chosen({"prompts": [prompt]}).asks(prompt)
    assert chosen({"prompts": [prompt], "representatives_cleared": True}).asks(prompt)


@pytest.mark.parametrize("prompt", OPTIONAL)
def test_an_extra_question_is_asked_where_it_is_switched_on(prompt: str) -> None:
    assert not Choices().asks(prompt)
    assert chosen({"prompts": [prompt]}).asks(prompt)


def test_a_choice_of_another_version_is_left_out() -> None:
    assert chosen({"fewest": 7, "gone": 1}) == Choices(fewest=7)
