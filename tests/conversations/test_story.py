"""The story: only with consent, exactly as previewed, and taken back at any time."""

from __future__ import annotations

import pytest

from tests.conversations.conftest import Open
from tests.conversations.test_return_talk import said
from tests.stage.scenes import Cast

TEXT = "Jeg så, at de deler opkaldene ved et møde hver morgen."


async def tell(here: Cast, consent: str, helper: str = "btn.no") -> None:
    """Emil writes his story, sees it, and sends it."""
    await here.emil.taps("btn.story")
    await here.emil.taps(consent)
    await here.emil.fills({"story.write": TEXT})
    await here.emil.taps(helper)
    assert TEXT in await here.emil.text()
    await here.emil.taps("btn.send")


async def read_by_hr(here: Cast) -> str:
    """What HR gets to read."""
    await here.hanne.says("hjælp")
    await here.hanne.taps("btn.stories")
    return await here.hanne.text()


async def test_with_a_name_hr_reads_who_and_where(open_at: Open) -> None:
    here = await open_at("debriefed")
    await tell(here, "story.ask.named", "btn.yes")
    text = await read_by_hr(here)
    assert TEXT in text
    assert "Emil Eriksen, hos Familieafdelingen" in text
    helpers = here.play.words.text("da", "stories.helpers", {"list": ["Emil Eriksen"]})
    assert helpers in await here.hanne.everything()


async def test_without_a_name_hr_reads_the_text_and_nothing_of_who(open_at: Open) -> None:
    here = await open_at("debriefed")
    await tell(here, "story.ask.anon")
    text = await read_by_hr(here)
    assert TEXT in text
    assert "Emil" not in text
    assert "Familieafdelingen" not in text


async def test_who_helps_is_not_named_beside_a_story_without_a_name(open_at: Open) -> None:
    here = await open_at("debriefed")
    await tell(here, "story.ask.anon", "btn.yes")
    text = await read_by_hr(here)
    assert TEXT in text
    assert "Emil" not in text
    helpers = here.play.words.text("da", "stories.helpers", {"list": ["Emil Eriksen"]})
    assert helpers in await here.hanne.everything()


async def test_beside_the_choice_stands_that_small_places_recognise_people(open_at: Open) -> None:
    here = await open_at("debriefed")
    await here.emil.taps("btn.story")
    assert here.play.words.text("da", "story.small") in await here.emil.text()
    assert here.play.words.text("da", "privacy.vis.story") in await here.emil.text()


async def test_before_it_is_sent_nothing_is_read(open_at: Open) -> None:
    here = await open_at("debriefed")
    await here.emil.taps("btn.story")
    await here.emil.taps("story.ask.named")
    await here.emil.fills({"story.write": TEXT})
    assert TEXT not in await read_by_hr(here)


async def test_a_no_asks_for_no_text_and_hr_reads_nothing(open_at: Open) -> None:
    here = await open_at("debriefed")
    await here.emil.taps("btn.story")
    await here.emil.taps("story.ask.no")
    await here.emil.taps("btn.no")
    assert await said(here.emil, "story.done.no")
    assert here.play.words.text("da", "stories.nothing") in await read_by_hr(here)


@pytest.mark.parametrize("consent", ["story.ask.named", "story.ask.anon"])
async def test_consent_is_taken_back_under_my_data(open_at: Open, consent: str) -> None:
    here = await open_at("debriefed")
    await tell(here, consent)
    await here.emil.says("mine data")
    await here.emil.taps("btn.see")
    (listed,) = (await here.emil.last()).fields
    (story,) = [choice.value for choice in listed.choices if "delerne" in choice.label or TEXT[:20] in choice.label]
    await here.emil.fills({"answer": story})
    assert "Hanne" in await here.emil.text(), "who can read it now"
    await here.emil.taps("btn.story_withdraw")
    assert await said(here.emil, "story.taken_back")
    assert TEXT not in await read_by_hr(here)
    await here.emil.says("mine data")
    await here.emil.taps("btn.export")
    assert TEXT in "".join(file.text for file in (await here.emil.last()).files)


async def test_with_the_story_the_name_of_who_helps_is_taken_back(open_at: Open) -> None:
    here = await open_at("debriefed")
    await tell(here, "story.ask.anon", "btn.yes")
    await here.emil.says("mine data")
    await here.emil.taps("btn.see")
    (listed,) = (await here.emil.last()).fields
    (story,) = [choice.value for choice in listed.choices if TEXT[:20] in choice.label]
    await here.emil.fills({"answer": story})
    await here.emil.taps("btn.story_withdraw")
    assert await said(here.emil, "story.helper.gone")
    await read_by_hr(here)
    assert "Emil Eriksen" not in await here.hanne.text()
    helpers = here.play.words.text("da", "stories.helpers", {"list": ["Emil Eriksen"]})
    assert helpers not in await here.hanne.everything()


async def test_nobody_but_hr_reads_the_list(open_at: Open) -> None:
    here = await open_at("debriefed")
    await tell(here, "story.ask.named")
    for seat in (here.lone, here.vera):
        await seat.says("hvad er delt")
        assert TEXT not in await seat.everything()
