"""Two years after it was told a story stays only with a new yes; without an answer it is deleted (spec 12.4)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from bot.programme.calendar import months_after
from tests.conversations.conftest import Open
from tests.conversations.test_closing import leaves
from tests.conversations.test_return_talk import said
from tests.conversations.test_story import read_by_hr
from tests.stage.asides import STORY, account, play_aside, story_told
from tests.stage.beforehand import choose
from tests.stage.others import exchange_of
from tests.stage.play import read
from tests.stage.scenes import Cast, cast

ASKED = date(2028, 5, 8)
LAST_DAY = date(2028, 6, 7)


@pytest.fixture
async def here() -> AsyncIterator[Cast]:
    """Emil has told his story with his name, and will answer questions."""
    story = await cast("da", date(2026, 5, 5), date(2026, 5, 7))
    await play_aside(story, "story told")
    yield story
    await story.play.close()


def words(here: Cast, key: str, **values: object) -> str:
    return here.play.words.text("da", key, values)


async def kept(here: Cast) -> list[str]:
    """The keys of what is kept of the story."""
    exchange = await exchange_of(here)
    rows = await here.play.store.run(lambda work: work.answers.of(here.emil.id, exchange.id, "story"))
    return [row.key for row in rows]


async def listed(here: Cast) -> str:
    """All that HR gets to read now, the names of those who help included."""
    before = len(await here.hanne.messages())
    await read_by_hr(here)
    return "".join(read(message) for message in (await here.hanne.messages())[before:])


async def test_domain_12_4_it_is_said_when_it_is_told_on_which_day_it_is_asked_about_again(here: Cast) -> None:
    assert words(here, "story.done", date="8.\u00a0maj 2028") in await here.emil.text()


async def test_domain_12_4_after_two_years_the_author_is_asked_and_with_a_yes_it_stays(here: Cast) -> None:
    await here.at(ASKED - timedelta(days=1), 13)
    heard = len(await here.emil.messages())
    await here.at(ASKED, 13)
    assert len(await here.emil.messages()) == heard + 1
    assert words(here, "story.again", host_unit="Familieafdelingen", date=LAST_DAY) in await here.emil.text()
    await here.emil.taps("btn.story_stays")
    assert words(here, "story.stays", date="8.\u00a0maj 2030") in await here.emil.text()
    await here.at(LAST_DAY + timedelta(days=60), 13)
    assert here.said(STORY) in await read_by_hr(here)
    await here.at(months_after(ASKED, 24), 13)
    assert words(here, "story.again", host_unit="Familieafdelingen", date=date(2030, 6, 7)) in await here.emil.text()


async def test_domain_12_4_without_an_answer_it_is_deleted_when_the_time_to_answer_is_over(here: Cast) -> None:
    await here.at(LAST_DAY, 23)
    assert here.said(STORY) in await read_by_hr(here)
    heard = len(await here.emil.messages())
    await here.at(LAST_DAY + timedelta(days=1), 13)
    assert len(await here.emil.messages()) == heard, "it was said before"
    assert here.said(STORY) not in await read_by_hr(here)
    assert await kept(here) == []


async def test_a_no_deletes_it_at_once(here: Cast) -> None:
    await here.at(ASKED, 13)
    message, no = await here.emil.offered(words(here, "btn.story_delete"))
    await here.emil.press(message, no, {})
    assert await said(here.emil, "story.deleted")
    assert await kept(here) == []
    assert words(here, "stories.nothing") in await read_by_hr(here)
    assert (await here.emil.press(message, no, {})).note == words(here, "card.answered")


async def test_what_was_told_can_be_looked_at_before_the_answer(here: Cast) -> None:
    await here.at(ASKED, 13)
    assert here.said(STORY) not in await here.emil.text(), "what was written in a form stands in no chat"
    await here.emil.taps("btn.story_see")
    assert here.said(STORY) in await here.emil.text()
    await here.emil.taps("btn.story_stays")
    assert here.said(STORY) in await read_by_hr(here)


async def test_a_story_that_was_taken_back_is_not_asked_about_and_goes_too(here: Cast) -> None:
    await here.emil.says("mine data")
    await here.emil.taps("btn.see")
    (listed,) = (await here.emil.last()).fields
    (story,) = [choice.value for choice in listed.choices if here.said(STORY)[:20] in choice.label]
    await here.at(date(2027, 6, 1), 13)  # what was shared is gone
    await here.emil.says("mine data")
    await here.emil.taps("btn.see")
    await here.emil.fills({"answer": story})
    await here.emil.taps("btn.story_withdraw")
    assert "story.write" in await kept(here)
    await here.at(ASKED, 13)
    assert words(here, "btn.story_stays") not in await here.emil.everything()
    await here.at(LAST_DAY + timedelta(days=1), 13)
    assert await kept(here) == []


async def test_nobody_is_asked_whose_account_is_gone_and_the_story_goes(here: Cast) -> None:
    await here.at(date(2027, 6, 1), 13)
    await account(here, here.emil, active=False)
    await here.at(ASKED, 13)
    assert here.said(STORY) in await read_by_hr(here)
    await here.at(LAST_DAY + timedelta(days=1), 13)
    assert await kept(here) == []


async def test_the_story_of_somebody_who_leaves_when_all_else_is_deleted_goes_with_the_rest(here: Cast) -> None:
    await here.at(date(2027, 6, 1), 13)
    await leaves(here)
    assert here.said(STORY) in await read_by_hr(here)
    await here.at(date(2027, 6, 15), 13)
    assert await kept(here) == []


async def test_hr_chooses_after_how_many_months(open_at: Open) -> None:
    here = await open_at("debriefed")
    await choose(here, stories_reviewed_months=12)
    await story_told(here)
    assert words(here, "story.done", date="10.\u00a0maj 2027") in await here.emil.text(), "the next working day"
    await here.at(date(2027, 5, 10), 13)
    assert words(here, "btn.story_stays") in [button.label for button in (await here.emil.last()).buttons]


async def test_with_the_story_goes_the_name_of_who_helps_where_it_is_still_there(open_at: Open) -> None:
    here = await open_at("debriefed")
    await choose(here, stories_reviewed_months=6)
    await story_told(here)
    await here.at(date(2026, 11, 9), 13)
    assert "Emil Eriksen" in await listed(here)
    await here.emil.taps("btn.story_delete")
    assert await said(here.emil, "story.helper.gone")
    assert "Emil Eriksen" not in await listed(here)


async def test_only_the_author_answers(here: Cast) -> None:
    await here.at(ASKED, 13)
    message, yes = await here.emil.offered(words(here, "btn.story_stays"))
    assert (await here.lone.press(message, yes, {})).note == words(here, "card.not_yours")
    await here.at(LAST_DAY + timedelta(days=1), 13)
    assert await kept(here) == []
