"""Sentences that stand in no transcript, because much has to happen before they are said."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.words import LANGUAGES
from tests.conversations.conftest import Open
from tests.stage.beforehand import cadence, choose
from tests.stage.play import Seat
from tests.stage.scenes import Cast, leader_prepared, minutes, preparation, prepare, round_open, walk_until, write

IN_MAY: dict[str, Any] = {"start": date(2026, 5, 4), "end": date(2026, 5, 22)}
SEVEN_WEEKS: dict[str, Any] = {"start": date(2026, 4, 27), "end": date(2026, 6, 12)}
SUMMER: dict[str, Any] = {"start": date(2026, 5, 5), "end": date(2026, 7, 30)}


async def said(who: Seat, key: str, **values: object) -> bool:
    """Whether somebody has got the sentence."""
    language = (await who.person()).language
    return who.play.words.text(language, key, values) in await who.everything()


async def asked_every_day(here: Cast) -> set[str]:
    """Emil writes on all days; all that he is asked, as it reads."""
    seen: set[str] = set()
    day = here.start
    while day <= here.end:
        if day.weekday() < 5:
            await here.at(day, 15, 30)
            seen |= {field.label for field in (await here.emil.last()).fields}
            await write(here, log__core__what="…")
            if any(field.key == "share.week.pick" for field in (await here.emil.last()).fields):
                await here.emil.fills()
        day += timedelta(days=1)
    return seen


def words(here: Cast, *keys: str) -> set[str]:
    """The questions as they read in the language of the story."""
    return {here.play.words.text(here.play.language, key) for key in keys}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_stay_over_more_than_four_weeks_looks_back_at_the_week(open_at: Open, language: str) -> None:
    here = await open_at("prepared", language, **SEVEN_WEEKS)
    await cadence(here, "every")
    asked = await asked_every_day(here)
    assert words(here, "log.week.look", "log.week.next") <= asked
    await here.at(here.end + timedelta(days=3), 12)
    assert await said(here.lone, "sum.ask.4")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_long_stay_part_time_asks_what_was_carried_from_one_place_to_the_other(
    open_at: Open, language: str
) -> None:
    here = await open_at("invited", language, **SUMMER)
    await prepare(here, prep__days=["tue", "thu"])
    await leader_prepared(here)
    await cadence(here, "every")
    asked = await asked_every_day(here)
    assert words(here, "log.twojobs", "log.twojobs.carry") <= asked


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_part_time_preparation_asks_which_tasks_stay(open_at: Open, language: str) -> None:
    here = await open_at("invited", language, **IN_MAY)
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    given = preparation(here, prep__days=[f"2026-05-{day}" for day in ("05", "07", "12", "19", "21")])
    await walk_until(here.emil, "prep.own_work", given)
    assert words(here, "prep.own_work") <= {field.label for field in (await here.emil.last()).fields}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_visit_of_one_day_asks_for_the_first_impression(open_at: Open, language: str) -> None:
    day = date(2026, 5, 6)
    here = await open_at("first day", language, day, day)
    asked = {field.label for field in (await here.emil.last()).fields}
    assert words(here, "log.first.impression", "log.last.unforget") <= asked


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_has_not_prepared_is_halfway_too(open_at: Open, language: str) -> None:
    here = await open_at("approved", language, **IN_MAY)
    await here.at(date(2026, 5, 12), 15, 45)
    assert await said(here.emil, "push.mid")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_round_where_units_can_apply_for_a_substitute_says_so(open_at: Open, language: str) -> None:
    here = await open_at("start", language)
    hanne = await here.hanne.person()
    await here.play.store.run(lambda work: work.choices.put(hanne.organisation, "", "pool", True))
    await round_open(here)
    (post,) = await here.hanne.posts("#jobbytte")
    assert words(here, "round.post.cover") <= {part.text for part in post.parts}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_leader_who_met_the_others_is_asked_about_it_where_there_is_time(open_at: Open, language: str) -> None:
    here = await open_at("prepared", language, **IN_MAY)
    await choose(here, sparring="2026-05-12")
    await here.at(here.end + timedelta(days=5), 12)
    await here.lone.taps("eval.start", minutes=2)
    asked = {field.label for field in (await here.lone.last()).fields}
    await here.lone.fills()
    (more,) = (await here.lone.last()).buttons
    await here.lone.presses(more.label)
    asked |= {field.label for field in (await here.lone.last()).fields}
    assert words(here, "eval.lead.sparring") <= asked
