"""The times that sentences name are true: each conversation is played, and its minutes reckoned from its screens."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bot.channel import Field, Message
from dialogs.model import Raw
from storage.store import Work
from tests.conversations.conftest import Open
from tests.stage.play import Seat
from tests.stage.scenes import GOAL, Cast, minutes

WORDS_A_MINUTE, CHOICE, LONG_TEXT = 200, 20, 60
"""Reading, and seconds for an answer (domain/README.md)."""

MOST_SCREENS = 80
NO_MORE = "btn.no_more"
LEADS = (NO_MORE, "btn.send")
"""Pressed where there is a choice of ways on: nothing more than what everybody is asked."""

LANGUAGES = ("da", "nb", "en")
TRACKS: dict[str, dict[str, Any]] = {
    "short": {},
    "full": {"start": date(2026, 5, 4), "end": date(2026, 5, 22)},
}
NEAR = 2.0
"""Minutes by which a time that is named with "about" may be missed."""


def seconds(message: Message) -> float:
    """What one screen takes to read and answer. To choose includes reading what there is to choose from."""
    fields = message.fields
    beside = dict.fromkeys(field.who for field in fields)
    texts = [*(part.text for part in message.parts), *(field.label for field in fields), *beside]
    texts += [hint for field in fields for hint in field.hints]
    reading = sum(len(text.split()) for text in texts) / WORDS_A_MINUTE * 60
    answers = sum(LONG_TEXT if field.kind == "long" else CHOICE for field in fields)
    pressed = CHOICE if not fields and len(message.buttons) > 1 else 0
    return reading + answers + pressed


async def answering(here: Cast, who: Seat) -> float:
    """Plays a conversation screen by screen with an answer to everything that is asked, and reckons its minutes."""
    total = 0.0
    for _ in range(MOST_SCREENS):
        message = await who.last()
        if not message.fields and not await on_the_way(who, message):
            return total / 60
        total += seconds(message)
        if message.fields:
            await who.fills({field.key: an_answer(here, field) for field in message.fields})
        else:
            await who.press(message, await a_choice(who, message), {})
    raise AssertionError("The conversation has no end.")


async def on_the_way(who: Seat, message: Message) -> bool:
    """Whether the message is a screen of a conversation: one can go back in it, pass over, or send."""
    ways = {who.play.words.text((await who.person()).language, key) for key in ("btn.back", "btn.skip", "btn.send")}
    return bool(ways & {button.label for button in message.buttons})


async def a_choice(who: Seat, message: Message) -> Any:
    """The button that goes on with the least; else the first."""
    leads = [who.play.words.text((await who.person()).language, key) for key in LEADS]
    return next((button for button in message.buttons if button.label in leads), message.buttons[0])


def an_answer(here: Cast, field: Field) -> Raw:
    """What can be answered to a field: words, a day after the exchange, no more than asked, else the first choice."""
    match field.kind:
        case "many":
            return [choice.value for choice in field.choices[:1]]
        case "tick":
            return "yes"
        case "scale":
            return "8"
        case "date":
            return (max(here.end, here.play.clock.now().date()) + timedelta(days=6)).isoformat()
        case "time":
            return "15:30"
        case "text" | "long":
            return here.said(GOAL)
    values = [choice.value for choice in field.choices]
    return NO_MORE if NO_MORE in values else values[0]


async def starts(who: Seat) -> int:
    """Presses what starts a conversation; gives the minutes that it names."""
    named = await minutes(who)
    await who.taps("btn.start_min", minutes=named)
    return named


async def promised(here: Cast, who: Seat, role: str) -> int:
    """Presses the invitation to an evaluation; gives the minutes that its introduction names."""
    named = 1 if role == "host" else 2
    await who.taps("eval.start", minutes=named)
    return named


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_minutes_of_the_preparation_are_true(open_at: Open, language: str, track: str) -> None:
    here = await open_at("invited", language, **TRACKS[track])
    named = await starts(here.emil)
    assert await answering(here, here.emil) == pytest.approx(named, abs=NEAR)


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_minutes_of_the_debrief_are_true(open_at: Open, language: str, track: str) -> None:
    here = await open_at("debrief", language, **TRACKS[track])
    named = await starts(here.emil)
    assert await answering(here, here.emil) == pytest.approx(named, abs=NEAR)


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_minutes_of_the_leaders_part_are_true(open_at: Open, language: str, track: str) -> None:
    here = await open_at("employee prepared", language, **TRACKS[track])
    named = await starts(here.lone)
    assert await answering(here, here.lone) == pytest.approx(named, abs=NEAR)


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_minutes_of_the_hosts_preparation_are_true(open_at: Open, language: str, track: str) -> None:
    here = await open_at("prepared", language, **TRACKS[track])
    await here.at(here.start - timedelta(days=9), 12)
    named = await starts(here.vera)
    assert await answering(here, here.vera) == pytest.approx(named, abs=NEAR)


@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("role", ["employee", "leader", "host"])
async def test_the_minutes_of_the_evaluation_are_true(open_at: Open, role: str, language: str, track: str) -> None:
    here = await open_at("debrief", language, **TRACKS[track])
    await here.at(here.end + timedelta(days=5), 12)
    who = {"employee": here.emil, "leader": here.lone, "host": here.vera}[role]
    named = await promised(here, who, role)
    assert round(await answering(here, who)) <= named

    (more,) = (await who.last()).buttons
    said = int("".join(sign for sign in more.label if sign.isdigit()))
    await who.presses(more.label)
    assert await answering(here, who) == pytest.approx(said, abs=NEAR)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_three_minutes_about_the_plan_are_true(open_at: Open, language: str) -> None:
    here = await open_at("month", language)
    await here.emil.taps("btn.start")
    assert round(await answering(here, here.emil)) <= 3


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_one_minute_of_the_hosts_check_in_is_true(open_at: Open, language: str) -> None:
    here = await open_at("last day", language, **TRACKS["full"])
    check = next(message for message in reversed(await here.vera.messages()) if len(message.buttons) > 2)
    assert seconds(check) / 60 <= 1


async def logbook(here: Cast) -> list[Message]:
    """Each day's form from the first day to the last; Emil writes them all."""
    forms, day = [], here.start
    while day <= here.end:
        await here.at(day, 15, 30)
        form = await here.emil.last()
        if "log.mark" in asked(form):
            forms.append(form)
            await here.emil.fills({field.key: an_answer(here, field) for field in form.fields})
        if "share.week.pick" in asked(await here.emil.last()):
            await here.emil.fills()
        day += timedelta(days=1)
    return forms


def asked(message: Message) -> list[str]:
    """The questions on a card."""
    return [field.key for field in message.fields]


async def every_day(here: Cast, style: str) -> None:
    """Emil writes every day, in that style."""

    def unit(work: Work) -> None:
        (exchange,) = work.exchanges.of_employee(here.emil.id)
        work.exchanges.save_journal(replace(work.exchanges.journal(exchange.id), cadence="every", style=style))

    await here.play.store.run(unit)


@pytest.mark.parametrize("style", ["core", "oneline", "free"])
@pytest.mark.parametrize("track", TRACKS)
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_two_minutes_of_the_logbook_are_true(open_at: Open, language: str, track: str, style: str) -> None:
    here = await open_at("prepared", language, **TRACKS[track])
    await every_day(here, style)
    forms = await logbook(here)
    assert len(forms) >= {"short": 3, "full": 12}[track]
    openings = [here.play.words.text(language, f"log.open.alt{n}") for n in (1, 2, 3)]
    opened = [[part.text for part in form.parts if part.text in openings] for form in forms]
    named = [form for form, said in zip(forms, opened, strict=True) if said == openings[:1]]
    assert [seconds(form) for form in named if seconds(form) > 2 * 60] == []
    assert bool(named) == (style == "oneline")
    assert [both for both in pairwise(opened) if both[0] == both[1] != []] == []
