"""A message about several matters: each is settled by itself, exactly once, and the others stay to be settled."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.channel import Message
from bot.moment import Moment
from bot.planning import replan
from bot.turns.told_apart import STARTS
from storage.records import AnswerRow, new_id
from storage.store import Work
from tests.conversations.conftest import Open
from tests.stage.play import WORDS, Seat
from tests.stage.scenes import Cast

LONG = (date(2026, 5, 4), date(2026, 5, 22))


def said(here: Cast, key: str, **values: object) -> str:
    return here.play.words.text("da", key, values)


async def presses(here: Cast, seat: Seat, message: Message, key: str, **values: object) -> str:
    """Presses a button of this very message; what is said at once about it."""
    label = said(here, key, **values)
    (button,) = [button for button in message.buttons if button.label == label]
    return (await seat.press(message, button, {})).note


async def week_before(open_at: Open) -> tuple[Cast, Message]:
    """A week before three days away: what to find out with the practical list, and the colleagues, in one message."""
    here = await open_at("employee prepared")
    await here.at(date(2026, 4, 28), 10)
    return here, await here.emil.last()


async def rows_of(here: Cast, seat: Seat, occasion: str) -> dict[str, AnswerRow]:
    def unit(work: Work) -> dict[str, AnswerRow]:
        (exchange,) = work.exchanges.of_employee(here.emil.id)
        return {row.key: row for row in work.answers.of(seat.id, exchange.id, occasion)}

    return await here.play.store.run(unit)


async def test_to_settle_one_matter_leaves_the_others(open_at: Open) -> None:
    here, message = await week_before(open_at)
    assert await presses(here, here.emil, message, "btn.see_text") == ""
    await here.emil.taps("btn.done")
    assert await presses(here, here.emil, message, "btn.tick") == ""
    await here.emil.fills({"prep.practical": ["prep.practical.time"]})
    assert "prep.practical" in await rows_of(here, here.emil, "prep")


async def test_the_message_stays_with_its_other_matters(open_at: Open) -> None:
    here, message = await week_before(open_at)
    await presses(here, here.emil, message, "btn.no_thanks")
    assert message in await here.emil.messages()
    assert await here.emil.text() == said(here, "closed.fine")


@pytest.mark.parametrize("second", ["btn.no_thanks", "btn.see_text"])
async def test_a_matter_is_settled_once_and_a_second_press_says_so(open_at: Open, second: str) -> None:
    here, message = await week_before(open_at)
    await presses(here, here.emil, message, "btn.no_thanks")
    before = len(await here.emil.messages())
    assert await presses(here, here.emil, message, second) == said(here, "card.answered")
    assert len(await here.emil.messages()) == before


async def test_what_is_begun_is_gone_on_with_until_it_is_done(open_at: Open) -> None:
    here, message = await week_before(open_at)
    await presses(here, here.emil, message, "btn.tick")
    asked = [field.key for field in (await here.emil.last()).fields]
    assert await presses(here, here.emil, message, "btn.tick") == ""
    assert [field.key for field in (await here.emil.last()).fields] == asked
    await here.emil.fills({asked[0]: ["prep.practical.time"]})
    assert await presses(here, here.emil, message, "btn.tick") == said(here, "card.answered")


async def test_a_leader_settles_three_matters_of_one_message(open_at: Open) -> None:
    here = await open_at("debrief", "da", *LONG)
    message = await here.lone.last()
    ask = said(here, "btn.done_with", text=said(here, "task.ask", name="Emil"))
    (button,) = [button for button in message.buttons if button.label == ask]
    assert (await here.lone.press(message, button, {})).note == ""
    assert await presses(here, here.lone, message, "btn.have_talked") == ""
    await here.lone.fills({"lead.ret.held": "yes"})
    assert (await here.lone.press(message, button, {})).note == said(here, "card.answered")
    assert (await rows_of(here, here.lone, "ret"))["lead.ret.held"].confirmed


async def led_twice(here: Cast) -> None:
    """Lone has another employee away on the same days; both have prepared, and she has not done her part."""

    def unit(work: Work) -> None:
        (exchange,) = work.exchanges.of_employee(here.emil.id)
        another = replace(exchange, id=new_id(), employee=here.hanne.id)
        work.exchanges.add(another)
        replan(Moment(work, here.play.words, here.play.clock.now(), here.play.house), another)

    await here.play.store.run(unit)


@pytest.mark.parametrize("language", ["da", "nb", "en"])
async def test_two_that_start_something_say_what(open_at: Open, language: str) -> None:
    here = await open_at("employee prepared", language)
    await led_twice(here)
    await here.at(date(2026, 4, 28), 10)
    message = await here.lone.last()
    words = here.play.words
    labels = [words.text(language, "btn.start.lead", {"name": name}) for name in ("Emil", "Hanne")]
    assert sorted(button.label for button in message.buttons if button.main) == sorted(labels)
    for label, name in zip(labels, ("Emil", "Hanne"), strict=True):
        (button,) = [button for button in message.buttons if button.label == label]
        assert (await here.lone.press(message, button, {})).note == ""
        assert name in await here.lone.text()


@pytest.mark.parametrize("language", ["da", "nb", "en"])
def test_what_a_button_starts_is_said_in_few_letters(language: str) -> None:
    assert [key for key in STARTS.values() if len(WORDS.text(language, key, {"name": "Emil"})) > 20] == []


async def test_what_is_put_off_as_a_whole_is_put_off_for_every_matter(open_at: Open) -> None:
    here = await open_at("debrief", "da", *LONG)
    message = await here.lone.last()
    await presses(here, here.lone, message, "btn.later")
    ask = said(here, "btn.done_with", text=said(here, "task.ask", name="Emil"))
    (button,) = [button for button in message.buttons if button.label == ask]
    assert (await here.lone.press(message, button, {})).note == ""
