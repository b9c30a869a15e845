"""A human coach: named by HR, sent only what the employee chose, and the shorter debrief after the talk."""

from __future__ import annotations

import pytest

from bot.programme.visibility import COACH_NOTE
from dialogs.debrief import BEFORE_THE_PLAN
from storage.records import AnswerRow
from tests.conversations.conftest import Open
from tests.stage.others import exchange_of
from tests.stage.play import Seat
from tests.stage.scenes import GOAL, Cast, minutes

NOTE = "Zebrastriber paa gangen"


async def coached(here: Cast, name: str = "Kim Krog") -> Seat:
    """HR names somebody a coach, who is told."""
    kim = await here.play.add(name, "employee", "Personale", here.play.language)
    await here.hanne.says("coach")
    await here.hanne.taps("btn.coach_add")
    await here.hanne.fills({"coaches.who": kim.id})
    assert here.play.words.text(here.play.language, "coaches.told", {"org": "Sundby Kommune"}) in await kim.text()
    return kim


async def book(here: Cast, note: str = NOTE) -> None:
    """Emil asks for a talk, with a note of his own."""
    await here.emil.says("coach")
    await here.emil.fills({"coach.items": []})
    await here.emil.fills({COACH_NOTE: note} if note else {})
    await here.emil.taps("btn.send")


async def note_of(here: Cast) -> AnswerRow | None:
    """The note as it is kept."""
    exchange = await exchange_of(here)
    rows = await here.play.store.run(lambda work: work.answers.about(exchange.id))
    return next((row for row in rows if row.key == COACH_NOTE), None)


async def test_deleting_private_notes_takes_a_note_that_was_begun_with_it(open_at: Open) -> None:
    here = await open_at("prepared")
    await coached(here)
    await here.emil.says("coach")
    await here.emil.fills({"coach.items": []})
    await here.emil.fills({COACH_NOTE: NOTE})
    assert NOTE in await states(here)
    await here.emil.says("pause")
    await here.emil.says("mine data")
    await here.emil.taps("btn.delete_private")
    await here.emil.taps("btn.delete_private")
    assert NOTE not in await states(here)
    await here.emil.says("coach")
    await here.emil.fills({"coach.items": []})
    (field,) = (await here.emil.last()).fields
    assert field.value == ""


async def states(here: Cast) -> str:
    """What conversations remember of Emil."""
    exchange = await exchange_of(here)
    rows = await here.play.store.run(lambda work: work.conversations.of_subject(exchange.id))
    return repr([row.state for row in rows])


@pytest.mark.parametrize("language", ["da", "nb", "en"])
async def test_the_coach_gets_exactly_what_was_previewed_and_nothing_in_the_first_message(
    open_at: Open, language: str
) -> None:
    here = await open_at("prepared", language)
    kim = await coached(here)
    await here.emil.says("coach")
    (items,) = (await here.emil.last()).fields
    goal = next(choice.value for choice in items.choices if here.said(GOAL)[:20] in choice.label)
    await here.emil.fills({"coach.items": [goal]})
    (field,) = (await here.emil.last()).fields
    assert here.said(GOAL) in field.value
    assert here.play.words.text(language, "prep.coachnote", {"coach": "Kim"}) in await here.emil.text()
    await here.emil.fills({COACH_NOTE: f"{field.value}\n{NOTE}"})
    preview = [part.text for part in (await here.emil.last()).parts if part.look == "own"]
    await here.emil.taps("btn.send")

    assert NOTE not in await kim.everything()
    assert here.said(GOAL) not in await kim.everything()
    await kim.taps("btn.coach_note")
    opened = [part.text for part in (await kim.last()).parts if part.look == "own"]
    assert opened == preview == [f"{field.value}\n{NOTE}"]


async def test_nothing_chosen_is_only_the_wish_to_talk(open_at: Open) -> None:
    here = await open_at("prepared")
    kim = await coached(here)
    await here.emil.says("coach")
    await here.emil.fills({"coach.items": []})
    await here.emil.fills()
    asked = here.play.words.text("da", "coach.asked", {"name": "Emil Eriksen"})
    assert [part.text for part in (await here.emil.last()).parts][-1] == asked, "no empty line below it"
    await here.emil.taps("btn.send")
    assert here.play.words.text("da", "coach.sent.bare", {"coach": "Kim"}) in await here.emil.text()
    assert here.play.words.text("da", "coach.asked", {"name": "Emil Eriksen"}) in await kim.text()
    assert (await kim.last()).buttons == ()
    assert await note_of(here) is None


async def test_a_note_can_be_taken_back_until_it_is_opened(open_at: Open) -> None:
    here = await open_at("prepared")
    kim = await coached(here)
    await book(here)
    await here.emil.taps("btn.take_back")
    assert here.play.words.text("da", "share.taken_back") in await here.emil.text()
    reply = await kim.taps("btn.coach_note")
    assert reply.note == here.play.words.text("da", "data.gone")
    assert NOTE not in await kim.everything()


async def test_once_it_is_opened_it_is_read(open_at: Open) -> None:
    here = await open_at("prepared")
    kim = await coached(here)
    await book(here)
    await kim.taps("btn.coach_note")
    note = await note_of(here)
    assert note is not None
    assert note.sent
    await here.emil.taps("btn.take_back")
    assert await here.emil.text() == here.play.words.text("da", "coach.was_read")
    await kim.taps("btn.coach_note")
    assert NOTE in await kim.text(), "what was sent can be read again"


async def test_a_new_note_takes_the_place_of_the_first(open_at: Open) -> None:
    here = await open_at("prepared")
    kim = await coached(here)
    await book(here)
    first, button = await kim.offered(here.play.words.text("da", "btn.coach_note"))
    await book(here, "Noget andet")
    reply = await kim.press(first, button, {})
    assert reply.note == here.play.words.text("da", "data.gone")
    await kim.taps("btn.coach_note")
    assert "Noget andet" in await kim.text()


async def test_leader_host_and_hr_never_read_the_note_whatever_they_press(open_at: Open) -> None:
    here = await open_at("prepared")
    kim = await coached(here)
    await book(here)
    message, button = await kim.offered(here.play.words.text("da", "btn.coach_note"))
    for other in (here.lone, here.vera, here.hanne):
        for words in ("status", "hvad er delt", "mine opgaver", "match", "mine data", "rapport", "coach"):
            await other.says(words)
        reply = await other.press(message, button, {})
        assert reply.note
        assert NOTE not in await other.everything()


async def test_the_note_is_among_the_employees_own_data_and_can_be_deleted(open_at: Open) -> None:
    here = await open_at("prepared")
    kim = await coached(here)
    await book(here)
    await here.emil.says("mine data")
    await here.emil.taps("btn.see")
    (listed,) = (await here.emil.last()).fields
    question = here.play.words.text("da", COACH_NOTE)
    (mine,) = [choice.value for choice in listed.choices if question in choice.label]
    await here.emil.fills({"answer": mine})
    assert "Kim Krog" in await here.emil.text(), "who can read it is said"
    assert "[Del denne]" not in await here.emil.text()
    await here.emil.taps("btn.delete")
    reply = await kim.taps("btn.coach_note")
    assert reply.note == here.play.words.text("da", "data.gone")


@pytest.mark.parametrize("language", ["da", "nb", "en"])
async def test_after_the_talk_the_debrief_begins_with_the_plan_and_the_rest_can_be_gone_back_to(
    open_at: Open, language: str
) -> None:
    here = await open_at("finished", language)
    await coached(here)
    await here.at(here.end.replace(day=8), 12)
    words = here.play.words
    await here.emil.taps("btn.coach", coach="Kim")
    await here.emil.fills({"coach.items": []})
    await here.emil.fills({COACH_NOTE: NOTE})
    await here.emil.taps("btn.send")
    await here.emil.taps("btn.have_talked")

    assert words.text(language, "coach.held") in await here.emil.text()
    assert [field.key for field in (await here.emil.last()).fields] == ["deb.10.transfer"]
    await here.emil.taps("btn.back")
    back = [field.key for field in (await here.emil.last()).fields]
    assert len(back) == 1
    assert back[0] in BEFORE_THE_PLAN
    assert "deb.10.transfer" not in BEFORE_THE_PLAN


async def test_whoever_has_begun_the_debrief_keeps_what_is_written(open_at: Open) -> None:
    here = await open_at("finished")
    await coached(here)
    await here.at(here.end.replace(day=8), 12)
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    (recall,) = (await here.emil.last()).fields
    await here.emil.fills({recall.key: [recall.choices[0].value]})
    await here.emil.taps("btn.go_on_later")
    await book(here)
    await here.emil.taps("btn.have_talked")
    exchange = await exchange_of(here)
    rows = await here.play.store.run(lambda work: work.answers.of(here.emil.id, exchange.id, "deb"))
    assert [row.key for row in rows] == ["deb.1.recall"]
    assert [field.key for field in (await here.emil.last()).fields] == ["deb.10.transfer"]


async def test_hr_names_and_removes_coaches_and_nobody_else_does(open_at: Open) -> None:
    here = await open_at("prepared")
    kim = await coached(here)
    message = await here.hanne.last()
    await here.hanne.says("coach")
    assert "Kim Krog" in await here.hanne.text()
    await here.hanne.taps("btn.coach_remove", name="Kim")
    assert here.play.words.text("da", "coaches.none") in await here.hanne.text()
    await here.emil.says("coach")
    assert await here.emil.text() == here.play.words.text("da", "coach.none")
    reply = await kim.press(message, message.buttons[0], {})
    assert reply.note == here.play.words.text("da", "card.not_yours")


async def test_with_two_coaches_the_employee_chooses(open_at: Open) -> None:
    here = await open_at("prepared")
    await coached(here)
    mia = await coached(here, "Mia Munk")
    await here.emil.says("coach")
    await here.emil.fills({"coach.who": mia.id})
    await here.emil.fills({"coach.items": []})
    await here.emil.fills({COACH_NOTE: NOTE})
    await here.emil.taps("btn.send")
    await mia.taps("btn.coach_note")
    assert NOTE in await mia.text()


async def test_the_employees_own_leader_is_no_coach_of_theirs(open_at: Open) -> None:
    here = await open_at("prepared")
    await here.hanne.says("coach")
    await here.hanne.taps("btn.coach_add")
    await here.hanne.fills({"coaches.who": here.lone.id})
    await here.emil.says("coach")
    assert await here.emil.text() == here.play.words.text("da", "coach.none")
