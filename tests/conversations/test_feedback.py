"""Feedback from colleagues: chosen by the employee, read by nobody else, and declined in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot import talks
from bot.moment import Moment
from storage.records import AnswerRow
from storage.store import Work
from tests.conversations.conftest import Open
from tests.conversations.test_return_talk import LONG, said
from tests.stage.play import Seat
from tests.stage.scenes import DEBRIEF, Cast

WORKS = "Hun ringer før hun skriver"
ACTION = DEBRIEF["da"]["deb.12.action.what#1"]


async def offered(here: Cast) -> Seat:
    """Two weeks after the first action's date Emil is asked, and chooses Signe."""
    signe = await here.play.add("Signe Sand", "colleague", "Børnehaven Solsikken")
    await here.at(here.end + timedelta(days=25 + 15), 12)
    assert await said(here.emil, "fb.offer", action=ACTION, n=14)
    await here.emil.taps("btn.ask_colleagues")
    assert here.play.words.text("da", "fb.ask", {"name": "Emil", "action": ACTION}) in await here.emil.text()
    await here.emil.fills({"fb.who.first": signe.id, "fb.who.second": signe.id})
    return signe


async def kept(here: Cast, owner: Seat) -> list[AnswerRow]:
    """The colleagues' answers that are kept as this person's."""

    def unit(work: Work) -> list[AnswerRow]:
        return [row for row in work.answers.by(owner.id) if row.key in ("fb.q1", "fb.q2")]

    return await here.play.store.run(unit)


async def test_a_colleague_is_asked_once_and_the_answer_is_the_employees_alone(open_at: Open) -> None:
    here = await open_at("talked", **LONG)
    signe = await offered(here)
    asked = here.play.words.text("da", "fb.ask", {"name": "Emil", "action": ACTION})
    assert (await signe.everything()).count(asked) == 1, "she was chosen twice, and is asked once"
    assert here.play.words.text("da", "privacy.vis.feedback", {"name": "Emil"}) in await signe.text()

    await signe.fills({"fb.q1": WORKS})

    assert await said(here.emil, "fb.arrived", name="Signe")
    (row,) = await kept(here, here.emil)
    assert (row.value, row.visibility, row.released) == (WORKS, "P", frozenset())
    assert await kept(here, signe) == []
    await here.emil.taps("btn.open")
    await here.emil.fills({"answer": row.id})
    text = await here.emil.text()
    assert WORKS in text
    assert here.play.words.text("da", "data.readers.none") in text
    assert here.play.words.text("da", "btn.edit") not in text, "it is not Emil's to rewrite"
    for seat in (here.lone, here.hanne, here.vera, signe):
        for words in ("status", "hvad er delt", "mine data"):
            await seat.says(words)
        await seat.taps("btn.export")
        files = "".join(file.text for file in (await seat.last()).files)
        assert WORKS not in files
        if seat is not signe:
            assert WORKS not in await seat.everything()


async def test_what_a_colleague_was_answering_is_held_by_nobody_afterwards(open_at: Open) -> None:
    here = await open_at("talked", **LONG)
    signe = await offered(here)
    await signe.fills({"fb.q1": WORKS})

    def unit(work: Work) -> str:
        exchange = work.exchanges.of_employee(here.emil.id)[0]
        return repr([row.state for row in work.conversations.of_subject(exchange.id)])

    assert WORKS not in await here.play.store.run(unit)


async def test_a_colleague_reads_what_was_previewed_also_after_the_plan_has_changed(open_at: Open) -> None:
    here = await open_at("talked", **LONG)
    signe = await offered(here)

    def unit(work: Work) -> object:
        (row,) = [row for row in work.answers.by(here.emil.id) if row.key == "deb.12.action.what#1"]
        work.answers.update(replace(row, value="Tapirer"))
        moment = Moment(work, here.play.words, here.play.clock.now(), here.play.house)
        (asked,) = work.conversations.open(signe.id)
        return talks.load(moment, asked).facts["action"]

    assert await here.play.store.run(unit) == ACTION


async def test_an_action_that_is_deleted_is_not_shown_to_a_colleague_again(open_at: Open) -> None:
    here = await open_at("talked", **LONG)
    signe = await offered(here)
    rows = await here.play.store.run(lambda work: work.answers.by(here.emil.id))
    (action,) = [row for row in rows if row.value == ACTION]
    await here.emil.says("mine data")
    await here.emil.taps("btn.see")
    await here.emil.fills({"answer": action.id})
    await here.emil.taps("btn.delete")
    await signe.says("fortsæt")
    assert (await signe.last()).fields
    assert ACTION not in await signe.text()
    assert ACTION not in await here.play.store.run(lambda work: _talks(work, action.subject))


def _talks(work: Work, subject: str) -> str:
    return repr([row.state for row in work.conversations.of_subject(subject)])


async def test_no_thanks_is_told_to_nobody(open_at: Open) -> None:
    here = await open_at("talked", **LONG)
    signe = await offered(here)
    before = await here.emil.everything()
    message, button = await signe.offered(here.play.words.text("da", "btn.no_thanks"))
    await signe.press(message, button, {})
    assert await said(signe, "fb.declined", name="Emil")
    assert await here.emil.everything() == before
    assert (await signe.press(message, button, {})).note == here.play.words.text("da", "card.answered")
    assert await kept(here, here.emil) == []


async def test_emil_can_delete_what_a_colleague_wrote(open_at: Open) -> None:
    here = await open_at("talked", **LONG)
    signe = await offered(here)
    await signe.fills({"fb.q1": WORKS})
    await here.emil.says("mine data")
    await here.emil.taps("btn.delete_private")
    await here.emil.taps("btn.delete_private")
    assert await kept(here, here.emil) == []


async def test_the_leader_cannot_be_chosen(open_at: Open) -> None:
    here = await open_at("talked", **LONG)
    await here.at(here.end + timedelta(days=40), 12)
    await here.emil.taps("btn.ask_colleagues")
    choices = {choice.value for field in (await here.emil.last()).fields for choice in field.choices}
    assert here.lone.id not in choices
    assert here.emil.id not in choices
    assert choices


async def test_the_assignment_follows_the_plan_and_the_next_comes_when_one_is_done(open_at: Open) -> None:
    here = await open_at("debriefed", **LONG)
    assert await said(here.emil, "card.ten"), "Emil tells at a meeting"
    assert not await said(here.emil, "card.myth")
    message, button = await here.emil.offered(here.play.words.text("da", "btn.card_done"))
    await here.emil.press(message, button, {})
    await here.emil.says("status")
    assert here.play.words.text("da", "card.myth") in await here.emil.text()
    assert here.play.words.text("da", "card.ten") not in await here.emil.text()
