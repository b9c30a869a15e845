"""A form that is put down half-way: nothing is lost, and the door in the chat says how far one is."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.slack.here import Here, at
from tests.stage.scenes import join


@pytest.fixture
async def begun() -> AsyncIterator[Here]:
    """Emil has the first question of his sign-up before him."""
    async with at("round open") as here:
        await join(here, here.emil)
        yield here


def door(here: Here) -> str:
    """What Emil reads beside the door."""
    return here.chat(here.emil)[-1].words()


async def test_s7_the_door_stays_as_it_is_when_nothing_was_sent(begun: Here) -> None:
    before, form, mark = door(begun), begun.view(begun.emil), len(begun.calls())
    await begun.emil.puts_down()
    assert door(begun) == before
    assert begun.since(mark) == []
    await begun.emil.last()
    assert begun.view(begun.emil).words() == form.words()
    assert "HR ser dine svar" in form.words(), "also what is said to begin with"


async def test_s7_the_door_says_how_far_one_is_when_something_was_sent(begun: Here) -> None:
    await begun.emil.fills({"sign.voluntary": "yes"})
    assert "1 af 6" in door(begun), "the form says it while it is open"
    await begun.emil.puts_down()
    assert "2 af 6" in door(begun)
    mark = len(begun.calls())
    await begun.emil.last()
    await begun.emil.puts_down()
    assert begun.since(mark) == ["views.open"], "looked at, and put down again"
    begun.nothing_refused()


async def test_s7_a_form_that_is_closed_twice_is_closed_once(begun: Here) -> None:
    await begun.emil.fills({"sign.voluntary": "yes"})
    view = begun.view(begun.emil)
    await begun.emil.puts_down()
    mark = len(begun.calls())
    await begun.emil.there.closes(view, old=True)
    await begun.play.settle()
    assert begun.since(mark) == []


async def test_s7_a_form_of_a_step_that_is_answered_moves_no_door(begun: Here) -> None:
    await begun.emil.there.types("ja")
    await begun.play.settle()
    before = door(begun)
    await begun.emil.puts_down()
    assert "2 af 6" in before
    assert door(begun) == before
