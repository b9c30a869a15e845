"""The evaluation of each role: asked once, reminded of once, short, and read by nobody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from dialogs.catalogue import DIALOGS
from storage.records import AnswerRow
from tests.conversations.conftest import Open
from tests.stage.others import exchange_of
from tests.stage.play import Seat
from tests.stage.scenes import Cast

ROLES = ("eval.emp", "eval.lead", "eval.host")
SECRET = "Zebrastriber paa gangen"


def seat_of(here: Cast, kind: str) -> Seat:
    """Whose evaluation it is."""
    return {"eval.emp": here.emil, "eval.lead": here.lone, "eval.host": here.vera}[kind]


async def begin(here: Cast, kind: str) -> None:
    """Presses the invitation, which names the minutes that the introduction promises."""
    await seat_of(here, kind).taps("eval.start", minutes=1 if kind == "eval.host" else 2)


async def invited(here: Cast) -> None:
    """Some days after the last day everybody has been asked."""
    await here.at(here.end + timedelta(days=5), 12)


async def kept(here: Cast, kind: str) -> list[AnswerRow]:
    """What the role has answered, as it is kept."""
    exchange = await exchange_of(here)
    return await here.play.store.run(lambda work: work.answers.of(seat_of(here, kind).id, exchange.id, kind))


async def answer_all(who: Seat) -> int:
    """Agrees with all that the form asks; how much that was."""
    fields = (await who.last()).fields
    given = {field.key: "8" if field.kind == "scale" else field.choices[0].value for field in fields}
    await who.fills(dict(given))
    return len(given)


@pytest.mark.parametrize("language", ["da", "nb", "en"])
@pytest.mark.parametrize("kind", ROLES)
async def test_each_is_asked_as_much_as_the_time_allows_and_thanked(open_at: Open, kind: str, language: str) -> None:
    here = await open_at("debrief", language)
    who = seat_of(here, kind)
    await invited(here)
    await begin(here, kind)

    asked = await answer_all(who)

    assert asked == (2 if kind == "eval.host" else 5)
    assert here.play.words.text(language, "eval.done") in await who.text()
    rows = await kept(here, kind)
    assert len(rows) == asked
    assert {row.visibility for row in rows} == {"A"}


@pytest.mark.parametrize("kind", ROLES)
async def test_more_is_asked_of_those_who_want_and_only_once(open_at: Open, kind: str) -> None:
    here = await open_at("debrief")
    who = seat_of(here, kind)
    await invited(here)
    await begin(here, kind)
    asked = await answer_all(who)
    done = await who.last()
    (more,) = done.buttons

    await who.press(done, more, {})
    fields = (await who.last()).fields
    await who.fills({fields[0].key: SECRET, "eval.quote": "yes"})

    rows = {row.key: row for row in await kept(here, kind)}
    assert len(rows) == asked + 2, "the short track asks for the text and whether it may be read, and nothing else"
    assert rows["eval.quote"].value is True
    assert (await who.last()).buttons == ()
    again = await who.press(done, more, {})
    assert again.note == here.play.words.text("da", "card.answered")


async def test_on_the_full_track_more_is_all_that_was_left_out(open_at: Open) -> None:
    here = await open_at("debrief", "da", date(2026, 5, 4), date(2026, 5, 22))
    await invited(here)
    await begin(here, "eval.emp")
    await answer_all(here.emil)
    (more,) = (await here.emil.last()).buttons
    await here.emil.presses(more.label)
    asked = {field.key for field in (await here.emil.last()).fields}
    await here.emil.fills()
    asked |= {field.key for field in (await here.emil.last()).fields}
    answered = {row.key for row in await kept(here, "eval.emp")}
    assert asked | answered == {ask.key for ask in DIALOGS["eval.emp"].asks}


@pytest.mark.parametrize("kind", ROLES)
async def test_whoever_has_answered_is_not_reminded(open_at: Open, kind: str) -> None:
    here = await open_at("debrief", "da", date(2026, 5, 4), date(2026, 5, 22))
    who = seat_of(here, kind)
    await invited(here)
    await begin(here, kind)
    await answer_all(who)
    await here.at(here.end + timedelta(days=12), 12)
    again = here.play.words.text("da", "eval.push.again")
    assert again not in await who.everything()


async def test_whoever_has_not_is_reminded_once_and_can_say_no(open_at: Open) -> None:
    here = await open_at("debrief", "da", date(2026, 5, 4), date(2026, 5, 22))
    await invited(here)
    await here.at(here.end + timedelta(days=12), 12)
    assert here.play.words.text("da", "eval.push.again") in await here.emil.text()
    await here.emil.taps("btn.no_thanks")
    assert here.play.words.text("da", "closed.fine") in await here.emil.text()


async def test_what_was_answered_is_not_answered_anew(open_at: Open) -> None:
    here = await open_at("debrief")
    await invited(here)
    push = await here.emil.last()
    await begin(here, "eval.emp")
    await answer_all(here.emil)
    reply = await here.emil.press(push, push.buttons[0], {})
    assert reply.note == here.play.words.text("da", "card.answered")


async def test_nobody_reads_a_single_persons_answers(open_at: Open) -> None:
    here = await open_at("debrief")
    for kind in ROLES:
        who = seat_of(here, kind)
        await invited(here)
        await begin(here, kind)
        await answer_all(who)
        (more,) = (await who.last()).buttons
        await who.presses(more.label)
        await who.fills({(await who.last()).fields[0].key: f"{SECRET} {kind}"})
    for kind in ROLES:
        others = [seat for seat in (here.emil, here.lone, here.vera, here.hanne) if seat.id != seat_of(here, kind).id]
        for other in others:
            for words in ("status", "hvad er delt", "mine opgaver", "match", "mine data"):
                await other.says(words)
            await other.taps("btn.export")
            files = "".join(file.text for file in (await other.last()).files)
            assert f"{SECRET} {kind}" not in await other.everything() + files
        await seat_of(here, kind).says("mine data")
        await seat_of(here, kind).taps("btn.export")
        own = "".join(file.text for file in (await seat_of(here, kind).last()).files)
        assert f"{SECRET} {kind}" in own


async def test_nobody_is_asked_about_an_exchange_that_was_given_up(open_at: Open) -> None:
    here = await open_at("accepted")
    await here.emil.says("stop")
    await here.emil.taps("btn.yes")
    await invited(here)
    for seat in (here.emil, here.lone, here.vera):
        assert "min.)" not in await seat.everything()
