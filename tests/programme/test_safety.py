"""First-person statements are met with a sentence; the everyday words of social work are not (D26, D27, T19)."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.programme.safety import EMERGENCY, NOT_CHANNEL, concern, hard_days

HERE = Path(__file__).parent / "sentences"
LANGUAGES = ("da", "nb")


def sentences(name: str) -> list[str]:
    """The sentences of a file, a line each; what begins with "#" is a remark."""
    lines = (HERE / f"{name}.txt").read_text("utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def all_of(name: str) -> list[str]:
    """The sentences in all languages."""
    return [text for language in (*LANGUAGES, "en") for text in sentences(f"{name}.{language}")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_sentences(language: str) -> None:
    assert len(set(sentences(f"ordinary.{language}"))) >= 60
    assert len({*sentences(f"emergency.{language}"), *sentences(f"not_channel.{language}")}) >= 40


@pytest.mark.parametrize(
    "text", [text for language in (*LANGUAGES, "en") for text in sentences(f"ordinary.{language}")]
)
def test_the_everyday_words_of_social_work_are_no_concern(text: str) -> None:
    assert concern([text]) == ""


@pytest.mark.parametrize(
    "text", [text for language in (*LANGUAGES, "en") for text in sentences(f"emergency.{language}")]
)
def test_who_is_in_danger_is_told_where_to_call(text: str) -> None:
    assert concern([text]) == EMERGENCY


@pytest.mark.parametrize("text", all_of("not_channel"))
def test_who_has_something_to_report_is_told_that_this_is_not_the_place(text: str) -> None:
    assert concern([text]) == NOT_CHANNEL


def test_danger_goes_before_all_else() -> None:
    assert concern(["Jeg bliver mobbet.", "En god dag.", "Jeg vil ikke leve mere."]) == EMERGENCY


def test_what_somebody_else_said_is_not_said_by_the_writer() -> None:
    assert concern(["En ung sagde: Jeg vil ikke leve mere."]) == ""
    assert concern(["Hun sagde “jeg vil ikke leve mere”, og alle blev stille."]) == ""
    assert concern(["Jeg sagde: Jeg vil ikke leve mere."]) == EMERGENCY


@given(st.text(max_size=300))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert concern([text]) in {"", EMERGENCY, NOT_CHANNEL}


@pytest.mark.parametrize(
    ("scores", "offered"),
    [
        ((), False),
        ((1,), False),
        ((2, 1), True),
        ((1, None, 2), True),
        ((1, 3, 2), False),
        ((3, 2, 2), True),
        ((1, 1, None), False),
        ((1, 1, 1), False),
        ((1, 1, None, None, 1, 2), False),
        ((1, 1, None, None, None, 2), False),
        ((1, 1, None, None, None, None, 2), True),
        ((1, 1, 1, 1, 1, 1, 1), True),
    ],
)
def test_domain_t19_two_low_days_in_a_row_once_in_five_entries(scores: tuple[int | None, ...], offered: bool) -> None:
    assert hard_days(scores) is offered
