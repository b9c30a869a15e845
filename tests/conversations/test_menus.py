"""A list of what can be done is no question: it stays, and each of its buttons works whatever was pressed before."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.channel import Message
from tests.conversations.conftest import Open
from tests.stage.play import Seat
from tests.stage.scenes import Cast

HELP = {"da": "hjælp", "nb": "hjelp", "en": "help"}


async def menu_of(who: Seat, words: str) -> Message:
    """What is answered to the words."""
    before = len(await who.messages())
    await who.says(words)
    return (await who.messages())[before]


async def press(here: Cast, who: Seat, menu: Message, key: str) -> str:
    """Presses a button of this very message; what is said at once about it."""
    label = here.play.words.text(here.play.language, key)
    button = next(button for button in menu.buttons if button.label == label)
    return (await who.press(menu, button, {})).note


@pytest.mark.parametrize("language", ["da", "nb", "en"])
@pytest.mark.parametrize("name", ["emil", "lone", "vera", "hanne"])
async def test_every_button_of_help_works_again_and_again(open_at: Open, name: str, language: str) -> None:
    here = await open_at("prepared", language)
    who: Seat = getattr(here, name)
    menu = await menu_of(who, HELP[language])
    assert len(menu.buttons) > 3
    for button in (*menu.buttons, *reversed(menu.buttons)):
        heard = len(await here.play.sent(who))
        reply = await who.press(menu, button, {})
        assert reply.note == "", button.label
        assert len(await here.play.sent(who)) > heard, button.label
    assert menu in await who.messages()


async def test_the_buttons_of_status_outlive_one_another_and_settle_their_own_thing_once(open_at: Open) -> None:
    here = await open_at("prepared")
    menu = await menu_of(here.emil, "status")
    for _ in range(2):
        assert await press(here, here.emil, menu, "btn.change_preparation") == ""
    assert await press(here, here.emil, menu, "goals.agreed") == ""
    assert await press(here, here.emil, menu, "goals.agreed") == here.play.words.text("da", "card.answered")
    assert menu in await here.emil.messages()


async def test_the_list_of_hr_stays_while_a_place_is_looked_for(open_at: Open) -> None:
    here = await open_at("supported")
    menu = await menu_of(here.hanne, "status")
    (find,) = [button for button in menu.buttons if button.main]
    for _ in range(2):
        assert (await here.hanne.press(menu, find, {})).note == ""
        assert [field.key for field in (await here.hanne.last()).fields] == ["match.wish"]
    assert await press(here, here.hanne, menu, "btn.report") == ""


async def test_the_buttons_of_a_menu_stand_side_by_side(open_at: Open) -> None:
    here = await open_at("prepared")
    menu = await menu_of(here.emil, "hjælp")
    assert [replace(button, matter="") for button in menu.buttons] == [*menu.buttons]
