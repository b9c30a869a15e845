"""HR goes back to the usual choices, or to the usual words: told what changes, asked first, and with a way back."""

from __future__ import annotations

from typing import Any

import pytest

from bot.programme.choices import Choices, chosen
from tests.conversations.conftest import Open
from tests.stage.scenes import Cast

OURS = "Nu er det hele væk."


def said(here: Cast, key: str, **values: object) -> str:
    return here.play.words.text("da", key, values)


async def now(here: Cast) -> Choices:
    """What holds for all rounds."""
    organisation = (await here.hanne.person()).organisation
    return await here.play.store.run(lambda work: chosen(work.choices.of(organisation)))


async def choose(here: Cast, **values: Any) -> None:
    """HR goes through the choices and changes these."""
    await here.hanne.says("vores valg")
    for _ in range(10):
        message = await here.hanne.last()
        if not message.fields:
            break
        asked = [field.key.removeprefix("choose.") for field in message.fields]
        await here.hanne.fills({f"choose.{name}": values[name] for name in asked if name in values})
    await here.hanne.taps("btn.save")


async def test_the_usual_choices_come_back_only_after_a_yes_that_knows_what_changes(open_at: Open) -> None:
    here = await open_at("round open")
    await choose(here, fewest="8", track="choose.track.full")
    await here.hanne.taps("btn.choose_default")
    text = await here.hanne.text()
    fewest = said(here, "choose.default.line", text=said(here, "choose.fewest"), before="8", after="5")
    assert said(here, "choose.default.sure", list=[]).strip() in text
    assert fewest in text
    assert said(here, "choose.track.full") in text
    assert said(here, "choose.evaluation") not in text, "only what changes"
    assert (await now(here)).fewest == 8
    await here.hanne.taps("btn.choose_sure")
    assert said(here, "choose.defaulted") in await here.hanne.text()
    assert await now(here) == Choices()


async def test_the_usual_choices_can_be_taken_back(open_at: Open) -> None:
    here = await open_at("round open")
    await choose(here, fewest="8")
    before = await now(here)
    await here.hanne.taps("btn.choose_default")
    await here.hanne.taps("btn.choose_sure")
    message, restore = await here.hanne.offered(said(here, "btn.choose_restore"))
    await here.hanne.press(message, restore, {})
    assert await now(here) == before
    assert (await here.hanne.press(message, restore, {})).note == said(here, "card.answered")


async def test_whoever_thinks_again_keeps_the_choices(open_at: Open) -> None:
    here = await open_at("round open")
    await choose(here, fewest="8")
    await here.hanne.taps("btn.choose_default")
    await here.hanne.taps("btn.close")
    assert (await now(here)).fewest == 8


async def test_where_the_usual_choices_hold_there_is_nothing_to_change(open_at: Open) -> None:
    here = await open_at("round open")
    await choose(here)
    await here.hanne.taps("btn.choose_default")
    assert said(here, "choose.default.same") in await here.hanne.text()


@pytest.mark.parametrize("all_of_them", [True, False])
async def test_own_words_that_were_let_go_can_be_said_again(open_at: Open, all_of_them: bool) -> None:
    here = await open_at("round open")
    organisation = (await here.hanne.person()).organisation
    await here.play.store.run(lambda work: work.wordings.put(organisation, "", "da", "data.deleted", OURS))
    await here.hanne.says("vores ord")
    await here.hanne.taps("btn.own_back")
    if all_of_them:
        await here.hanne.taps("btn.own_all_back")
        await here.hanne.taps("btn.own_all_back")
    else:
        await here.hanne.taps("btn.own_one_back")
        await here.hanne.fills({"answer": "|da|data.deleted"})
    assert not await here.play.store.run(lambda work: work.wordings.all(organisation))
    await here.hanne.taps("btn.own_again")
    kept = await here.play.store.run(lambda work: work.wordings.all(organisation))
    assert kept == {"": {("da", "data.deleted"): OURS}}
