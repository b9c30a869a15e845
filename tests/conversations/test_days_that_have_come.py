"""Nobody is told to do something before a day that has come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import product

import pytest

from bot.moment import Moment
from bot.turns.after import talk_before
from dialogs.model import Raw
from storage.store import Work
from tests.conversations.conftest import Open
from tests.stage.play import Seat, read, spaced
from tests.stage.scenes import REASON, Cast, minutes, preparation, walk

LANGUAGES = ("da", "nb", "en")
BEFORE = {"da": ("inden den",), "nb": ("innen", "før"), "en": ("before", "by")}


async def late(who: Iterable[Seat], here: Cast) -> list[str]:
    """What asks somebody to do something before today, or before a day gone by."""
    today = here.play.clock.now().date()
    days = [here.play.words.date(here.play.language, today - timedelta(days=n)) for n in range(10)]
    gone = [f"{before} {spaced(day)}" for before, day in product(BEFORE[here.play.language], days)]
    texts = [read(message) for seat in who for message in (await seat.messages())[-3:]]
    return [text for text in texts for day in gone if f"{day}." in spaced(text) or f"{day}:" in spaced(text)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_is_approved_on_the_first_morning_is_told_to_call_now(open_at: Open, language: str) -> None:
    here = await open_at("accepted", language)
    await here.at(here.start, 9, 30)
    await here.lone.taps("btn.answer")
    await here.lone.taps("btn.approve")
    await here.lone.fills({"lead.prep.justify": here.said(REASON)})
    words = here.play.words
    unit = (await here.vera.person()).unit
    assert words.text(language, "match.yes.now", {"host_unit": unit}) in await here.emil.text()
    told = {"name": "Emil", "start": here.start, "end": here.end}
    assert words.text(language, "match.yes.host.now", told) in await here.vera.text()
    await here.hanne.says("status")
    assert (
        words.text(language, "push.firstmeeting", {"host_unit": unit, "date": here.start})
        not in await here.hanne.text()
    )
    assert await late([here.emil, here.vera, here.hanne], here) == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_who_prepares_on_the_first_day_has_until_the_next_for_the_goals(open_at: Open, language: str) -> None:
    here = await open_at("invited", language)
    await here.at(here.start, 9, 30)
    await here.emil.says("status")
    await here.emil.taps("btn.prepare")
    await walk(here.emil, preparation(here))
    assert spaced(here.play.words.date(language, here.start + timedelta(days=1))) in spaced(
        await here.emil.everything()
    )
    named = await minutes(here.lone)
    await here.lone.says("status")
    await here.lone.taps("btn.start_min", minutes=named)
    await walk_all(here.lone, {"lead.prep.use": here.said(REASON), "lead.prep.followup.return": "2026-05-12"})
    done = {"name": "Emil", "date": here.start + timedelta(days=1)}
    assert here.play.words.text(language, "lead.prep.done.now", done) in await here.lone.everything()
    assert await late([here.emil, here.lone], here) == []


async def walk_all(who: Seat, given: dict[str, Raw]) -> None:
    """Answers the newest form, which may stand in the place of an older message."""
    while True:
        forms = [message for message in await who.messages() if message.fields]
        if not forms:
            return
        send = next(button for button in forms[-1].buttons if button.sends)
        asked = {field.key for field in forms[-1].fields}
        await who.press(forms[-1], send, {key: value for key, value in given.items() if key in asked})


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_invitation_put_off_to_the_first_day_counts_no_days(open_at: Open, language: str) -> None:
    here = await open_at("invited", language)
    await here.at(here.start - timedelta(days=1), 9)
    await here.emil.taps("btn.later")
    await here.at(here.start, 10, 30)
    named = await minutes(here.emil)
    said = {"host_unit": (await here.vera.person()).unit, "start": here.start, "minutes": named}
    assert here.play.words.text(language, "push.prep.now", said) in await here.emil.everything()
    assert here.play.words.text(language, "push.prep", {**said, "n": 0}) not in await here.emil.everything()


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_is_still_open_is_not_named_once_the_first_day_has_come(open_at: Open, language: str) -> None:
    here = await open_at("prepared", language, date(2026, 5, 4), date(2026, 5, 22))
    opening = here.play.words.text(language, "push.practical", {"start": here.start, "list": []}).strip()
    await here.at(date(2026, 5, 1), 15)
    assert opening in await here.emil.everything()
    await here.emil.taps("btn.later")
    times = (await here.emil.everything()).count(opening)
    await here.at(here.start, 14)
    assert (await here.emil.everything()).count(opening) == times


async def test_a_return_talk_is_to_be_held_before_a_day_that_is_still_to_come(open_at: Open) -> None:
    here = await open_at("debrief")
    for day in (here.end + timedelta(days=n) for n in range(30)):
        await here.at(day, 10)
        assert await here.play.store.run(lambda work: _talk_before(work, here)) > day


def _talk_before(work: Work, here: Cast) -> date:
    moment = Moment(work, here.play.words, here.play.clock.now(), here.play.house)
    return talk_before(moment, work.exchanges.of_employee(here.emil.id)[0])
