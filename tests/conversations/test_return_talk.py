"""The leader's return talk: what is shared before it, what is agreed in it, and what is still to do."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.planning import worker
from bot.programme.calendar import working_day_after
from tests.conversations.conftest import Open
from tests.stage.beforehand import choose
from tests.stage.play import Seat, read
from tests.stage.scenes import (
    PROMISE,
    REASON,
    Cast,
    approved,
    finished,
    invited,
    minutes,
    prepare,
    talked,
    walk,
    walk_until,
)
from tests.stage.stays import no_date

LONG = {"start": date(2026, 5, 4), "end": date(2026, 5, 22)}


async def said(seat: Seat, key: str, **values: object) -> bool:
    """Whether somebody was told the sentence."""
    text = seat.play.words.text(seat.play.language, key, values)
    return any(text in read(message) for message in await seat.messages())


async def short_debrief(here: Cast, **answers: str) -> None:
    """Emil takes the debrief and sends what he answers."""
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    await walk(here.emil, {key.replace("__", "."): text for key, text in answers.items()})


@pytest.mark.parametrize("asked", ["", "Tid til at lave den"])
async def test_who_has_written_nothing_is_told_what_the_leader_gets_all_the_same(open_at: Open, asked: str) -> None:
    here = await open_at("debrief")
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    await walk_until(here.emil, "deb.confirm", {"deb.14.request": asked} if asked else {})
    none = here.play.words.text("da", "deb.confirm.none", {"leader": "Lone"})
    assert (none in read(await here.emil.last())) == (not asked)


async def test_on_the_full_track_the_leader_gets_the_reason_and_four_questions(open_at: Open) -> None:
    here = await open_at("debrief", **LONG)
    text = await here.lone.text()
    assert "den 27.\u00a0maj" in text, "the day Lone had set herself"
    assert here.said(REASON).removesuffix(".") in text
    for key in ("lead.ret.q1", "lead.ret.q2", "lead.ret.q3", "lead.ret.q4"):
        assert here.play.words.text("da", key) in text


async def test_on_the_short_track_the_summary_is_the_one_return_message(open_at: Open) -> None:
    here = await open_at("debriefed")
    messages = [read(message) for message in await here.lone.messages()]
    question = here.play.words.text("da", "lead.ret.q1")
    with_questions = [text for text in messages if question in text]
    assert len(with_questions) == 1
    assert "Det tager vi med fra Familieafdelingen" in with_questions[0]


async def test_what_is_agreed_is_told_to_the_employee_and_stays_readable(open_at: Open) -> None:
    here = await open_at("talked")
    told = await here.emil.text()
    assert told.count(here.said(PROMISE)) == 2, "the answer and the promise"
    await here.emil.says("status")
    assert here.said(PROMISE) in await here.emil.text()


async def test_what_the_leader_decides_for_the_unit_is_read_by_nobody_else(open_at: Open) -> None:
    here = await open_at("debriefed")
    await here.lone.taps("btn.have_talked")
    await here.lone.fills({"lead.ret.held": "yes", "lead.ret.decide": "btn.yes"})
    assert "Kun du kan se det her." in await here.lone.text()
    await here.lone.fills({"lead.ret.decide.what": "Zebrastriber"})
    await here.emil.says("status")
    await here.emil.says("mine data")
    await here.emil.taps("btn.export")
    files = "".join(file.text for file in (await here.emil.last()).files)
    assert "Zebrastriber" not in await here.emil.everything() + files
    assert await said(here.emil, "ret.told.held", leader="Lone")


async def test_a_change_is_told_as_a_change_and_a_second_press_of_the_old_card_does_nothing(open_at: Open) -> None:
    here = await open_at("debriefed")
    message, button = await here.lone.offered(here.play.words.text("da", "btn.have_talked"))
    await talked(here)
    before = len(await here.emil.messages())
    reply = await here.lone.press(message, button, {})
    assert reply.note == here.play.words.text("da", "card.answered")
    assert len(await here.emil.messages()) == before


@pytest.mark.parametrize("way", ["pause", ""])
async def test_a_form_that_is_put_down_leaves_the_button_until_it_is_sent(open_at: Open, way: str) -> None:
    here = await open_at("debriefed")
    message, button = await here.lone.offered(here.play.words.text("da", "btn.have_talked"))
    assert (await here.lone.press(message, button, {})).note == ""
    if way:
        await here.lone.says(way)
    assert (await here.lone.press(message, button, {})).note == ""
    await here.lone.fills({"lead.ret.held": "yes"})
    assert await said(here.emil, "ret.told.held", leader="Lone")
    before = len(await here.emil.messages())
    assert (await here.lone.press(message, button, {})).note == here.play.words.text("da", "card.answered")
    assert len(await here.emil.messages()) == before


async def test_only_the_leader_opens_the_form(open_at: Open) -> None:
    here = await open_at("debriefed")
    await talked(here)
    assert not any("hjemkomst" in read(message).lower() for message in await here.vera.messages())


async def test_a_talk_that_nobody_noted_is_asked_about_once_its_day_has_gone_by(open_at: Open) -> None:
    here = await open_at("debrief")
    await here.at(date(2026, 5, 20), 12)
    assert await said(here.lone, "push.return.held", name="Emil", date=date(2026, 5, 8))


@pytest.mark.parametrize("language", ["da", "nb", "en"])
@pytest.mark.parametrize(("within", "key"), [(10, "push.return.since"), (5, "push.return")])
async def test_a_talk_without_a_day_is_asked_about_on_the_day_or_later(
    open_at: Open, language: str, within: int, key: str
) -> None:
    here = await open_at("accepted", language, **LONG)
    await choose(here, return_talk_working_days=within)
    for scene in (approved, invited, prepare, no_date, finished):
        await scene(here)
    await here.at(date(2026, 6, 12), 12)
    keys, back = ("push.return", "push.return.since"), working_day_after(worker(await here.emil.person()), here.end)
    assert [each for each in keys if await said(here.lone, each, name="Emil", date=back)] == [key]


async def test_a_talk_that_was_held_is_not_asked_about(open_at: Open) -> None:
    here = await open_at("talked")
    await here.at(date(2026, 6, 1), 12)
    assert not await said(here.lone, "push.return.held", name="Emil", date=date(2026, 5, 8))


async def test_the_leaders_next_steps_follow_what_has_been_done(open_at: Open) -> None:
    here = await open_at("debriefed")
    tasks = here.play.words
    await here.lone.says("mine opgaver")
    assert tasks.text("da", "task.return_talk", {"name": "Emil", "date": date(2026, 5, 12)}) in await here.lone.text()
    await talked(here)
    await here.lone.says("mine opgaver")
    text = await here.lone.text()
    assert tasks.text("da", "task.commitment", {"name": "Emil", "text": here.said(PROMISE)}) in text
    assert "hjemkomstsamtalen" not in text


async def test_the_leader_ticks_off_a_promise_at_any_time_also_where_nobody_asks_about_it(open_at: Open) -> None:
    here = await open_at("talked")
    await here.lone.says("mine opgaver")
    await here.lone.presses("Færdig: løftet til Emil")
    await here.lone.says("mine opgaver")
    assert here.said(PROMISE) not in read(await here.lone.last())


@pytest.mark.parametrize("who", ["emil", "lone"])
async def test_both_are_asked_about_time_and_place_and_one_press_settles_it(open_at: Open, who: str) -> None:
    here = await open_at("debriefed", **LONG)
    shares = here.end + timedelta(days=14)
    await here.at(shares - timedelta(days=2), 12)
    assert await said(here.emil, "push.share.you", date=shares)
    seat: Seat = getattr(here, who)
    await seat.taps("btn.done")
    await here.lone.says("mine opgaver")
    assert "tid og sted" not in await here.lone.text()


async def test_what_the_leader_may_not_read_is_not_asked_of_the_leader(open_at: Open) -> None:
    here = await open_at("debrief")
    await short_debrief(here, deb__14__request="Zebrastriber", deb__confirm="ingen")
    await here.lone.taps("btn.have_talked")
    assert "Zebrastriber" not in await here.lone.everything()
