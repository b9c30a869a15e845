"""Whoever wants it is asked one question at a time, also where some belong together (section 13, D36)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.conversations.conftest import Open
from tests.conversations.test_minutes import MOST_SCREENS, TRACKS, a_choice, an_answer, on_the_way
from tests.stage.play import Seat
from tests.stage.scenes import Cast, minutes

LANGUAGES = ("da", "nb", "en")
BACK = {"da": "tilbage", "nb": "tilbake", "en": "back"}
HELP = {"da": "hjælp", "nb": "hjelp", "en": "help"}


async def switches(here: Cast, who: Seat, key: str) -> None:
    """Somebody asks for help, and presses how they want to be asked."""
    await who.says(HELP[here.play.language])
    await who.taps(key)


async def prepares(here: Cast, who: Seat) -> Sequence[int]:
    """Emil prepares and sends it; how many fields each screen had."""
    seen: list[int] = []
    for _ in range(MOST_SCREENS):
        message = await who.last()
        if not message.fields and not await on_the_way(who, message):
            return seen
        seen.append(len(message.fields))
        if message.fields:
            await who.fills({field.key: an_answer(here, field) for field in message.fields})
        else:
            await who.press(message, await a_choice(who, message), {})
    raise AssertionError("The preparation has no end.")


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_domain_t32_the_whole_preparation_is_asked_one_question_at_a_time(
    open_at: Open, language: str, track: str
) -> None:
    here = await open_at("invited", language, **TRACKS[track])
    await switches(here, here.emil, "btn.one_at_a_time")
    assert here.play.words.text(language, "asking.alone") in await here.emil.text()
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    await here.emil.says(BACK[language])  # it took the place of the button; now it is asked below
    assert set(await prepares(here, here.emil)) == {0, 1}
    (exchange,) = await here.play.store.run(lambda work: work.exchanges.of_employee(here.emil.id))
    assert exchange.state == "prepared"


async def test_some_belong_together_for_all_others(open_at: Open) -> None:
    here = await open_at("invited")
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    assert max(await prepares(here, here.emil)) > 1


async def test_what_is_open_is_asked_anew_and_nothing_that_is_answered_is_lost(open_at: Open) -> None:
    here = await open_at("first day")
    together = [field.key for field in (await here.emil.last()).fields]
    assert len(together) > 1
    await switches(here, here.emil, "btn.one_at_a_time")
    assert [field.key for field in (await here.emil.last()).fields] == together[:1]
    await here.emil.fills({together[0]: "Morgenmødet er kort"})
    assert [field.key for field in (await here.emil.last()).fields] == together[1:2]
    await switches(here, here.emil, "btn.some_at_a_time")
    assert [field.key for field in (await here.emil.last()).fields] == together[1:]
    rows = await here.play.store.run(lambda work: work.answers.by(here.emil.id))
    assert [row.value for row in rows if row.key == together[0]] == ["Morgenmødet er kort"]


async def test_pressed_twice_it_stays_as_it_was_asked_for(open_at: Open) -> None:
    here = await open_at("first day")
    await here.emil.says("hjælp")
    message, button = await here.emil.offered(here.play.words.text("da", "btn.one_at_a_time"))
    for _ in range(2):
        await here.emil.press(message, button, {})
        assert len((await here.emil.last()).fields) <= 1
    assert "one_at_a_time" in (await here.emil.person()).told
