"""Rules of the logbook, the goals and the debrief that show only in the whole: T18, T20, T21 and T22."""

from __future__ import annotations

from datetime import date

import pytest

from tests.conversations.conftest import Open
from tests.stage.scenes import SCENES, minutes, prepared, walk

LONG = (date(2026, 5, 4), date(2026, 5, 22))


async def test_domain_t18_three_missed_days_bring_one_message_with_choices_then_silence(open_at: Open) -> None:
    here = await open_at("first day", "da", *LONG)
    question = here.play.words.text("da", "log.missed.three")
    await here.at(date(2026, 5, 7), 11, 59)
    assert question not in await here.emil.everything()

    await here.at(date(2026, 5, 7), 12)
    last = await here.emil.last()
    assert question in [part.text for part in last.parts]
    assert len(last.buttons) == 5
    came = len(await here.emil.messages())

    await here.at(date(2026, 5, 22), 23)
    assert len(await here.emil.messages()) == came, "nothing more comes while the question is open"


async def test_domain_t18_who_asks_for_one_line_is_asked_again_only_after_three_more(open_at: Open) -> None:
    here = await open_at("first day", "da", *LONG)
    await here.at(date(2026, 5, 7), 12)
    await here.emil.taps("log.missed.opt.line")
    question = here.play.words.text("da", "log.missed.three")
    for day in (8, 11):
        await here.at(date(2026, 5, day), 12, 30)
        assert question not in await here.emil.everything()
    await here.at(date(2026, 5, 12), 12, 30)
    assert question in await here.emil.everything()


async def test_domain_t20_a_debrief_without_a_logbook_blames_nobody(open_at: Open) -> None:
    here = await open_at("prepared")
    await here.at(date(2026, 5, 8), 12)
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    first = await here.emil.last()
    assert [field.key for field in first.fields] == ["deb.recall.none"]
    await here.emil.fills({"deb.recall.none": "Et møde, hvor alle ventede på mig"})
    assert any("Et møde, hvor alle ventede på mig" in part.text for part in (await here.emil.last()).parts)
    await walk(here.emil, {})
    assert here.play.words.plain("da", "sum.final.title").split("{")[0] in await here.lone.everything()


async def test_domain_t21_a_vague_goal_is_sharpened_once(open_at: Open) -> None:
    here = await open_at("invited")
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    await here.emil.fills({"prep.ack": "yes"})
    await here.emil.fills({"prep.purpose": ["prep.purpose.practice"]})
    await here.emil.taps("btn.skip")
    await here.emil.fills()
    asked = []
    for answer in ("se hvordan de arbejder", "se på det", "Det mærker jeg"):
        (field,) = (await here.emil.last()).fields
        asked.append(field.key)
        await here.emil.fills({field.key: answer})
    assert asked == ["prep.goal.1", "prep.goal.sharpen#1", "prep.goal.1.sign"]


@pytest.mark.parametrize(("employee", "leader"), [("DK", "NO"), ("NO", "DK")])
async def test_domain_t22_each_follows_the_holidays_of_the_own_country(
    open_at: Open, employee: str, leader: str
) -> None:
    """The first of May 2026 is a Friday: a holiday in Norway and none in Denmark."""
    here = await open_at("start", "da", date(2026, 4, 29), date(2026, 4, 30))
    await here.emil.lives_in(employee)
    await here.lone.lives_in(leader)
    for name in ("round open", "signed up", "supported", "proposed", "accepted", "approved"):
        await SCENES[name](here)
    await here.at(date(2026, 4, 17), 12)
    await prepared(here)
    first, after = date(2026, 5, 1), date(2026, 5, 4)
    welcome = here.play.words.plain("da", "push.debrief").split("{")[0]
    overview = here.play.words.text("da", "sum.week.title", {"name": "Emil", "host_unit": "Familieafdelingen", "n": 1})

    await here.at(first, 23)
    assert (welcome in await here.emil.everything()) == (employee == "DK")
    assert (overview in await here.lone.everything()) == (leader == "DK")
    await here.at(after, 23)
    assert welcome in await here.emil.everything()
    assert overview in await here.lone.everything()
