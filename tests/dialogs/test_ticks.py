"""A tick that may be left: no answer, also where a platform sends a word for it."""

from __future__ import annotations

import pytest

from dialogs import engine
from dialogs.model import Ack, Ask, Dialog, Rejected, State, Text, Turn, Visibility, page


def given(tick: str, *, required: bool, before: bool = False) -> Turn:
    """What comes of a form with a text and a tick."""
    asks = (Ask("text", Text(), Visibility.PRIVATE), Ask("tick", Ack(), Visibility.PRIVATE, required=required))
    dialog = Dialog("ticks", "ticks.title", (page(*asks),))
    state = State("ticks", at="text", form=True)
    if before:
        state = engine.edit(
            dialog, State("ticks", form=True, answers={"text": "Et råd", "tick": True}), "tick", {}
        ).state
    return engine.submit(dialog, state, {"text": "Et råd", "tick": tick}, {}, lambda ask: {})


@pytest.mark.parametrize("left", ["", "false", "nej", "nej tak"])
def test_a_tick_that_may_be_left_is_left(left: str) -> None:
    turn = given(left, required=False)
    assert turn.errors == {}
    assert (turn.state.answers, turn.state.skipped) == ({"text": "Et råd"}, ("tick",))


def test_a_tick_is_taken_away_again() -> None:
    assert given("false", required=False, before=True).state.answers == {"text": "Et råd"}


def test_what_is_neither_yes_nor_no_is_asked_about() -> None:
    assert given("måske", required=False).errors == {"tick": Rejected("ack")}


def test_a_tick_that_has_to_be_set_does_not_go_on_without() -> None:
    assert given("false", required=True).errors == {"tick": Rejected("ack")}
