"""The host: five questions, what is open, the first morning, a check-in in one press, and a thank-you."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs.host import HOST_PREPARATION
from storage.records import ExchangeRow, PromptRow, new_id
from tests.conversations.conftest import Open
from tests.conversations.test_how_often import seconds
from tests.stage.play import Seat, read
from tests.stage.scenes import GOAL, Cast, minutes

PLAN = "Følge en sag og sidde med til et møde"
WHERE = "Kl. 9 i receptionen, Vera tager imod"
LIMITS = "Ikke tale med familier alene"


async def exchange_of(here: Cast) -> ExchangeRow:
    (row,) = await here.play.store.run(lambda work: work.exchanges.of_employee(here.emil.id))
    return row


async def comes(here: Cast, seat: Seat, kind: str) -> None:
    """Time passes until a host gets what is planned for them next of this kind."""
    exchange = await exchange_of(here)
    planned = await here.play.store.run(lambda work: work.prompts.of(exchange.id, kind))
    (first, *_) = [row for row in planned if row.recipient == seat.id and row.state == "pending"]
    await here.play.until(first.at)


async def comes_anyway(here: Cast, seat: Seat, kind: str) -> None:
    """What was planned comes, though things have changed since."""
    exchange, now = await exchange_of(here), here.play.clock.now()
    row = PromptRow(new_id(), seat.id, exchange.id, kind, now.date(), now)
    await here.play.store.run(lambda work: work.prompts.add(row))
    await here.play.until(now + timedelta(seconds=1))


async def prepares(here: Cast, seat: Seat, **answers: str) -> None:
    """The host answers the five questions."""
    await comes(here, seat, "host.prep")
    language = (await seat.person()).language
    await seat.presses(here.play.words.text(language, "btn.start_min", {"minutes": await minutes(seat)}))
    given = {"host.prep.plan": PLAN, "host.prep.limits": LIMITS, "host.prep.firstday": WHERE}
    await seat.fills({**given, **{key.replace("__", "."): value for key, value in answers.items()}})


# The preparation


async def test_the_five_questions_are_five_and_say_who_reads_the_answers(open_at: Open) -> None:
    here = await open_at("prepared")
    await comes(here, here.vera, "host.prep")
    assert here.play.words.text("da", "push.hostprep", {"name": "Emil", "start": here.start}) in await here.vera.text()
    named = await minutes(here.vera)
    await here.vera.taps("btn.start_min", minutes=named)
    form = await here.vera.last()
    assert len(form.fields) == len(HOST_PREPARATION.asks) == 5
    assert {field.who for field in form.fields} == {"Du, Emil og Lone kan se det her."}
    assert seconds(form) / 60 == pytest.approx(named, abs=1)


async def test_what_the_host_writes_is_read_by_employee_and_leader_and_by_nobody_else(open_at: Open) -> None:
    here = await open_at("prepared")
    await prepares(here, here.vera)
    assert here.play.words.text("da", "host.prep.told", {"host": "Vera"}) in await here.emil.text()
    await here.emil.taps("btn.host_wrote", host="Vera")
    for text in (PLAN, LIMITS, WHERE):
        assert text in await here.emil.text()
    await here.lone.says("hvad er delt")
    assert LIMITS in await here.lone.text()
    for words in ("status", "hvad er delt", "match"):
        await here.hanne.says(words)
    assert LIMITS not in await here.hanne.everything()
    await here.emil.says("status")
    assert await here.emil.offered("Se, hvad Vera har skrevet")


async def test_the_goals_are_shown_to_the_host_when_both_agree_on_them_and_not_before(open_at: Open) -> None:
    here = await open_at("prepared")
    await comes(here, here.vera, "host.prep")
    await here.vera.taps("btn.start_min", minutes=await minutes(here.vera))
    assert GOAL["da"] not in await here.vera.everything()
    await here.emil.taps("goals.agreed")
    await here.vera.says("hvad er delt")
    assert GOAL["da"] not in await here.vera.everything(), "one of two is not enough"

    there = await open_at("prepared")
    await there.emil.taps("goals.agreed")
    await there.lone.taps("goals.agreed")
    await comes(there, there.vera, "host.prep")
    await there.vera.taps("btn.start_min", minutes=await minutes(there.vera))
    assert GOAL["da"] in await there.vera.text()


async def test_the_goal_is_asked_for_with_the_sentence_that_the_host_will_see_it(open_at: Open) -> None:
    here = await open_at("invited")
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    await here.emil.fills({"prep.ack": "yes"})
    await here.emil.fills({"prep.purpose": ["prep.purpose.practice"]})
    for _ in range(4):
        message = await here.emil.last()
        if any(field.key == "prep.goal.1" for field in message.fields):
            break
        await here.emil.taps("btn.skip") if not message.fields or len(message.fields) == 1 else await here.emil.fills()
    (goal,) = [field for field in (await here.emil.last()).fields if field.key == "prep.goal.1"]
    assert goal.who == "Du og Lone kan se det her, og Vera, når I to er enige om målene."


async def test_a_changed_answer_is_told_as_a_change(open_at: Open) -> None:
    here = await open_at("prepared")
    await prepares(here, here.vera)
    await here.vera.taps("btn.change_answers")
    await here.vera.fills({"edit": "host.prep.firstday"})
    await here.vera.fills({"host.prep.firstday": "Kl. 10 i stedet"})
    told = here.play.words.text("da", "host.prep.changed", {"host": "Vera"})
    assert told in await here.emil.text()
    assert (await here.emil.everything()).count(here.play.words.text("da", "host.prep.told", {"host": "Vera"})) == 1


async def test_where_and_when_stands_in_the_greeting_of_the_afternoon_before(open_at: Open) -> None:
    here = await open_at("prepared")
    await prepares(here, here.vera)
    await here.at(here.start - timedelta(days=1), 15, 30)
    greeting = next(text for text in map(read, reversed(await here.emil.messages())) if "God fornøjelse" in text)
    assert here.play.words.text("da", "host.first.where", {"text": WHERE}) in greeting


# What is open, and the first morning


async def test_only_what_is_open_is_asked_for_and_a_tick_closes_it(open_at: Open) -> None:
    here = await open_at("prepared")
    await prepares(here, here.vera, host__prep__declaration="btn.yes")
    await comes(here, here.vera, "host.practical")
    text = await here.vera.text()
    assert "at dine kolleger ved, hvem der kommer" in text
    assert "Emil skriver under på tavshedspligt hos jer" in text
    assert "de fem korte spørgsmål" not in text
    await here.vera.taps("host.prep.team", name="Emil")
    again = await here.vera.taps("host.prep.team", name="Emil")
    assert again.note == here.play.words.text("da", "card.answered")
    await here.vera.taps("btn.signed")
    await here.emil.taps("btn.host_wrote", host="Vera")
    assert "Værtens kolleger ved besked\nJa" in await here.emil.text()
    came = len(await here.vera.messages())
    await comes(here, here.vera, "host.practical")
    assert len(await here.vera.messages()) == came, "nothing is open"


async def test_somebody_else_ticks_nothing(open_at: Open) -> None:
    here = await open_at("prepared")
    await comes(here, here.vera, "host.practical")
    message, button = await here.vera.offered(here.play.words.text("da", "host.prep.team", {"name": "Emil"}))
    reply = await here.emil.press(message, button, {})
    assert reply.note == here.play.words.text("da", "card.not_yours")


async def test_what_was_stopped_is_ticked_no_more_by_anybody(open_at: Open) -> None:
    here = await open_at("prepared")
    await comes(here, here.vera, "host.practical")
    words = here.play.words
    team = await here.vera.offered(words.text("da", "host.prep.team", {"name": "Emil"}))
    agreed = await here.emil.offered(words.text("da", "goals.agreed"))
    await here.emil.says("stop")
    await here.emil.taps("btn.yes")
    for seat, (message, button) in ((here.vera, team), (here.emil, agreed)):
        assert (await seat.press(message, button, {})).note == words.text("da", "stop.closed")


async def test_the_first_morning_names_the_guest_the_place_and_a_tip(open_at: Open) -> None:
    here = await open_at("prepared")
    await prepares(here, here.vera)
    await comes(here, here.vera, "host.first")
    text = await here.vera.everything()
    assert "Emil fra Børnehaven Solsikken kommer til jer i dag." in text
    assert f"Første dag: {WHERE}" in text
    assert here.play.words.text("da", "host.prep.tip") in text


# The check-in


@pytest.mark.parametrize("language", ["da", "nb", "en"])
async def test_the_minute_of_the_check_in_is_true(open_at: Open, language: str) -> None:
    here = await open_at("first day", language)
    await comes(here, here.vera, "host.check")
    check = await here.vera.last()
    assert here.play.words.text(language, "host.check.note", {"name": "Emil"}) in read(check)
    stay = {"name": "Emil", "start": here.start, "end": here.end}
    assert here.play.words.text(language, "host.check.intro", stay) in read(check)
    assert seconds(check) <= 60
    await here.vera.taps("host.check.plan.yes")
    assert here.play.words.text(language, "host.check.saved", {"name": "Emil", "leader": "Lone"}) in (
        await here.vera.text()
    )


async def test_contact_me_reaches_leader_and_employee_at_once_and_once(open_at: Open) -> None:
    here = await open_at("first day")
    await comes(here, here.vera, "host.check")
    message, button = await here.vera.offered(here.play.words.text("da", "host.check.plan.no"))
    await here.vera.press(message, button, {})
    await here.vera.press(message, button, {})
    values = {"host": "Vera", "host_unit": "Familieafdelingen", "name": "Emil", "leader": "Lone"}
    assert (await here.lone.everything()).count(here.play.words.text("da", "host.contact.leader", values)) == 1
    assert (await here.emil.everything()).count(here.play.words.text("da", "host.contact.employee", values)) == 1
    assert "host.contact" not in await here.hanne.everything()
    assert "kontakt" not in await here.hanne.everything()


async def test_something_to_adjust_is_told_to_the_guest_and_more_can_be_written(open_at: Open) -> None:
    here = await open_at("first day")
    await comes(here, here.vera, "host.check")
    await here.vera.taps("host.check.plan.adjust")
    assert here.play.words.text("da", "host.adjust.told", {"host": "Vera"}) in await here.emil.everything()
    await here.vera.taps("btn.tell_more")
    form = await here.vera.last()
    assert [field.key for field in form.fields] == ["host.check.want", "host.check.learn"]
    await here.vera.fills({"host.check.learn": "At vi taler i koder"})
    await here.emil.taps("btn.host_wrote", host="Vera")
    assert "At vi taler i koder" in await here.emil.text()
    assert "Stort set, men noget bør justeres" in await here.emil.text()


async def test_nothing_comes_to_the_host_of_an_exchange_that_is_withdrawn(open_at: Open) -> None:
    here = await open_at("prepared")
    exchange = await exchange_of(here)
    await here.play.store.run(lambda work: work.exchanges.update(replace(exchange, state="withdrawn")))
    came = len(await here.vera.messages())
    for kind in ("host.prep", "host.practical", "host.first", "host.check", "host.thanks"):
        await comes_anyway(here, here.vera, kind)
    assert len(await here.vera.messages()) == came


# A thank-you, and what is given back

GIFT = "De siger tak til hinanden hver morgen"


async def gives(here: Cast, text: str, host: str = "Vera") -> None:
    """Emil gives something back, and sees it first."""
    await here.emil.taps("btn.gift", host=host)
    await here.emil.fills({"deb.13.share.host#gift": text})
    assert text in await here.emil.text()


async def test_what_is_given_back_begins_with_the_own_words_and_goes_only_by_a_press(open_at: Open) -> None:
    here = await open_at("finished")
    offer, begin = await here.emil.offered("Giv noget tilbage til Vera")
    await here.emil.press(offer, begin, {})
    (field,) = (await here.emil.last()).fields
    assert field.value == "De siger tak til hinanden"
    assert field.who == here.play.words.text("da", "privacy.vis.S")
    await here.emil.fills({"deb.13.share.host#gift": GIFT})
    seen = here.play.words.text("da", "sum.host.final", {"name": "Emil", "text": GIFT})
    assert seen in await here.emil.text()
    assert here.play.words.text("da", "share.preview") in await here.emil.text()
    assert "ligger uden for" not in await here.emil.text(), "Vera is of the same organisation"
    assert GIFT not in await here.vera.everything()
    message, button = await here.emil.offered("Send")
    await here.emil.press(message, button, {})
    await here.emil.press(message, button, {})
    assert (await here.vera.everything()).count(seen) == 1
    assert GIFT not in await here.lone.everything()
    await here.vera.says("hvad er delt")
    assert GIFT in await here.vera.text()
    await here.emil.says("status")
    assert "Giv noget tilbage" not in await here.emil.text()
    assert (await here.emil.press(offer, begin, {})).note == here.play.words.text("da", "card.answered")


async def test_the_host_is_thanked_once(open_at: Open) -> None:
    here = await open_at("finished")
    await gives(here, GIFT)
    await here.emil.taps("btn.send")
    await here.at(here.end + timedelta(days=1), 11)
    goodbye = here.play.words.text("da", "host.goodbye", {"name": "Emil"})
    assert goodbye not in await here.vera.everything()

    there = await open_at("finished")
    await comes(there, there.vera, "host.thanks")
    assert (await there.vera.everything()).count(goodbye) == 1
