"""What a person types is shown as it was typed, whatever it looks like; what was chosen is shown as its words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
from structlog.testing import capture_logs

from bot.channel import Message
from bot.moment import Moment
from bot.turns.common import as_date, shown
from storage.records import AnswerRow, new_id
from tests.conversations.conftest import Open
from tests.stage.play import Seat, read
from tests.stage.scenes import Cast, debrief, minutes, prepare, walk, write

KEY, BUTTON, NO_DAY = "log.open.alt1", "btn.yes", "2026-02-30"
"""Typed text that is also the key of a sentence, the key of a button, or looks like a date."""


async def choice(who: Seat, text: str) -> str:
    """Finds one's answer with this text among one's data; gives the id it is picked by."""
    await who.says("mine data")
    await who.taps("btn.see")
    (listed,) = (await who.last()).fields
    return next(each.value for each in listed.choices if each.label.endswith(f" {text}"))


async def opened(who: Seat, text: str) -> Message:
    """One's answer with this text, opened from one's data."""
    await who.fills({"answer": await choice(who, text)})
    return await who.last()


async def test_text_that_looks_like_something_else_is_shown_as_it_was_typed(open_at: Open) -> None:
    here = await open_at("first day")
    typed = [KEY, BUTTON, NO_DAY, here.lone.id]
    with capture_logs() as logs:
        await write(here, log__core__what=KEY, log__core__sowhat=BUTTON, log__core__nowwhat=NO_DAY)
        await here.emil.taps("btn.no_thanks")
        await here.at(date(2026, 5, 6), 15, 15)
        await write(here, log__core__what=typed[3])
        await here.emil.taps("btn.no_thanks")

        for text in typed:
            message = await opened(here.emil, text)
            assert [part.text for part in message.parts if part.look == "own"] == [text]
        await here.emil.says("mine data")
        await here.emil.taps("btn.export")
        to_read, to_keep = (await here.emil.last()).files
        assert set(typed) <= set(to_read.text.split("\n"))
        assert set(typed) <= {str(each["value"]) for each in json.loads(to_keep.text)}
        panel = {seen.text for seen in await here.play.stage.who_sees(here.emil.id, "da")}
        assert set(typed) <= panel

        await here.at(date(2026, 5, 7), 15, 15)
        await write(here, log__last__unforget="Kort")
        (preview,) = (await here.emil.last()).fields
        assert preview.key == "share.week.pick"
        for text in typed:
            assert any(each.label.endswith(f": {text}") for each in preview.choices), text
        await here.emil.fills({"share.week.pick": [each.value for each in preview.choices]})
        await debrief(here)
        (overview,) = [text for text in map(read, await here.lone.messages()) if KEY in text]
        for text in typed:
            assert text in overview

        await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
        recall = {each.label for field in (await here.emil.last()).fields for each in field.choices}
        await walk(here.emil, {"deb.12.action.what#1": KEY, "deb.14.request": NO_DAY})
        final = read(await here.lone.last())
    assert all(any(text in label for label in recall) for text in typed), "the debrief starts from one's own words"
    assert KEY in final
    assert NO_DAY in final
    assert not [log for log in logs if log["event"] == "turn_failed"]


async def test_only_text_is_corrected_and_within_its_room(open_at: Open) -> None:
    here = await open_at("first day")
    words = here.play.words
    await write(here, log__core__what=BUTTON)
    edit = words.text("da", "btn.edit")

    message = await opened(here.emil, BUTTON)
    assert edit in [button.label for button in message.buttons]
    await here.emil.presses(edit)
    await here.emil.fills({"correct.text": NO_DAY})
    assert [part.text for part in (await opened(here.emil, NO_DAY)).parts if part.look == "own"] == [NO_DAY]

    chosen = await opened(here.emil, words.text("da", "prep.purpose.understand"))
    assert edit not in [button.label for button in chosen.buttons]


async def test_a_corrected_text_has_the_room_of_its_question(open_at: Open) -> None:
    here = await open_at("signed up")
    long = "Familieafdelingen " * 30

    message = await opened(here.emil, "Familieafdelingen, for de får vores indberetninger")
    await here.emil.press(message, message.buttons[0], {})
    await here.emil.fills({"correct.text": long})

    refused = await here.emil.last()
    limit = {"limit": 300, "n": len(long.strip())}
    assert [part.text for part in refused.parts][1:] == [
        long.strip(),
        here.play.words.text("da", "rejected.too_long", limit),
    ]
    await here.emil.taps("btn.edit")
    await here.emil.fills({"correct.text": "Kort"})
    assert (await opened(here.emil, "Kort")).parts[2].text == "Kort"


async def test_what_was_chosen_is_shown_as_its_words_and_never_fails(open_at: Open) -> None:
    here = await open_at("proposed")
    row, *_ = await here.play.store.run(lambda work: work.answers.by(here.hanne.id))
    (exchange,) = await here.play.store.run(lambda work: work.exchanges.of_employee(here.emil.id))

    assert await as_read(here, replace(row, key="match.wish", value=exchange.sign_up)) == here.emil.name
    assert await as_read(here, replace(row, key="match.offer", value=exchange.offer)) == exchange.host_unit
    assert await as_read(here, replace(row, key="match.form", value="form.shadow")) == (
        here.play.words.text("da", "form.shadow")
    )
    assert await as_read(here, replace(row, key="match.start", value="2026-05-05")) == "5.\u00a0maj"
    for key in ("match.wish", "match.offer", "match.host", "sign.leader"):
        assert await as_read(here, replace(row, key=key, value=new_id())) == "…"
    assert await as_read(here, replace(row, key="match.start", value=NO_DAY)) == NO_DAY
    assert await as_read(here, replace(row, key="prep.days", value=["mon", "2026-05-06", NO_DAY])) == (
        f"mandag, 6.\u00a0maj, {NO_DAY}"
    )
    assert await as_read(here, replace(row, key="prep.finish", value="15:30")) == "15.30"
    assert await as_read(here, replace(row, key="prep.finish", value="prep.finish.shifts")) == (
        here.play.words.text("da", "prep.finish.shifts")
    )
    assert await as_read(here, replace(row, key="prep.confidence", value=7)) == "7"
    assert await as_read(here, replace(row, key="sign.voluntary", value=True)) == here.play.words.text("da", "btn.yes")
    assert await as_read(here, replace(row, key="prep.purpose", value=[KEY])) == KEY
    for value in (KEY, BUTTON, NO_DAY, here.lone.id):
        assert await as_read(here, replace(row, key="asked.no.more", value=value)) == value
    assert await as_read(here, replace(row, value=None)) == "…"


async def as_read(here: Cast, row: AnswerRow) -> str:
    """An answer as its author reads it."""
    play = here.play
    return await play.store.run(lambda work: shown(Moment(work, play.words, play.clock.now(), play.house), "da", row))


@pytest.mark.parametrize("text", ["2026-02-30", "", "i morgen", "2026-5-1x"])
def test_a_text_that_names_no_day_is_none(text: str) -> None:
    assert as_date(text) is None


async def test_a_preparation_in_odd_words_reaches_the_leader_as_it_is(open_at: Open) -> None:
    here = await open_at("invited")
    await prepare(here, prep__goal__1=KEY, prep__goal__1__sign=NO_DAY, prep__share=here.vera.id)
    told = await here.lone.everything()
    assert KEY in told
    assert NO_DAY in told
    assert here.vera.id in told
