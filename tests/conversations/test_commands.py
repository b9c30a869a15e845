"""Words that can only be a command: from a slash command or a shortcut, never the answer to a question."""

from __future__ import annotations

import pytest

from bot.channel import Incoming, Reply
from tests.stage.play import Seat, read
from tests.stage.scenes import at_scene


async def commands(seat: Seat, words: str, event: str = "") -> Reply:
    incoming = Incoming(seat.address(), event or words, "command", text=words, form="may_open")
    reply = await seat.play.conversation.receive(incoming)
    await seat.play.delivery.deliver()
    return reply


async def test_a_command_answers_no_question() -> None:
    here = await at_scene("first day")
    (shown,) = (await commands(here.emil, "status")).shows
    assert "Næste for dig" in read(shown)
    await commands(here.emil, "noget helt andet")
    assert here.play.words.text("da", "err.unknown") in await here.emil.text()
    (shown,) = (await commands(here.emil, "logbog")).shows
    assert "Hvad hænger ved fra i dag?" in read(shown)
    rows = await here.play.store.run(lambda work: work.answers.by(here.emil.id))
    assert not [row for row in rows if row.value in ("status", "noget helt andet", "logbog")]


async def test_a_command_opens_what_it_names_in_a_form() -> None:
    here = await at_scene("start")
    (shown,) = (await commands(here.hanne, "ny runde")).shows
    assert "Hvad hedder runden?" in read(shown)


async def test_a_number_of_a_person_in_a_command_is_hidden() -> None:
    here = await at_scene("start")
    await commands(here.emil, "070761-4285 er hans nummer")
    rows = await here.play.store.run(lambda work: work.inbox.pending(10))
    assert not rows
    assert here.play.words.text("da", "safe.id_chat") in await here.emil.everything()


@pytest.mark.parametrize("words", ["menneske", "Et menneske!", "status", "mine data"])
async def test_what_help_names_is_understood_while_a_text_is_asked_for_and_the_question_stays(words: str) -> None:
    here = await at_scene("first day")
    await here.emil.says("De tager ti minutter om morgenen")
    asked = await here.emil.last()
    await here.emil.says(words)
    assert len(await here.emil.messages()) > 0
    rows = await here.play.store.run(lambda work: work.answers.by(here.emil.id))
    assert not [row for row in rows if row.value == words]
    if "menneske" in words.lower():
        assert here.play.words.text("da", "human.contact", {"contact": "Hanne"}) in await here.emil.text()
    await here.emil.says("At vi kunne gøre det samme")
    rows = await here.play.store.run(lambda work: work.answers.by(here.emil.id))
    written = {row.key: row.value for row in rows if row.occasion.startswith("log:")}
    assert written["log.core.what"] == "De tager ti minutter om morgenen"
    assert "At vi kunne gøre det samme" in written.values()
    assert asked.fields


async def test_help_says_what_is_a_command_while_a_question_waits_for_a_text() -> None:
    here = await at_scene("first day")
    await here.emil.says("hjælp")
    assert here.play.words.text("da", "help.writing") in await here.emil.text()
    await here.vera.says("hjælp")
    assert here.play.words.text("da", "help.writing") not in await here.vera.text()
