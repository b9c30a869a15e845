"""How often people are spoken to unasked, and whether the times that are named are true."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from bot.channel import Message
from bot.programme.schedule import MOST_A_DAY, TASKS
from dialogs.model import Raw
from tests.conversations.conftest import Open
from tests.stage.play import Seat, Sent, read
from tests.stage.scenes import (
    GOAL,
    SIGN,
    Cast,
    debrief,
    finished,
    join,
    last_day,
    minutes,
    prepare,
    second_day,
    walk,
    write,
)

MOST_FOR_EMPLOYEE = 15
MOST_FOR_LEADER = 8
TASK = {*TASKS, "task"}
A_LONG_TIME = date(2026, 12, 1)
"""Everything is over, also the deletion after the last check."""


async def unasked(here: Cast, seat: Seat) -> list[Sent]:
    return [sent for sent in await here.play.sent(seat) if sent.unasked]


async def check(here: Cast) -> None:
    """The limits, for a whole three-day exchange from its proposal to the deletion of what was private."""
    (exchange,) = await here.play.store.run(lambda work: work.exchanges.of_employee(here.emil.id))
    employee, leader = await unasked(here, here.emil), await unasked(here, here.lone)
    for sent, most in ((employee, MOST_FOR_EMPLOYEE), (leader, MOST_FOR_LEADER)):
        told = [one for one in sent if one.subject == exchange.id]
        assert 5 <= len(told) <= most, told
    for sent in (employee, leader):
        assert max(Counter(one.day for one in sent).values()) <= MOST_A_DAY
        assert max(Counter(one.day for one in sent if one.kind in TASK).values(), default=0) <= 1


async def test_a_three_day_exchange_costs_few_messages_when_everything_is_answered(open_at: Open) -> None:
    here = await open_at("prepared")
    await here.at(here.start, 15, 15)
    await second_day(here)
    await last_day(here)
    await finished(here)
    await debrief(here)
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    await walk(here.emil, {"deb.10.transfer": "Jeg ringer, før jeg sender"})
    await here.at(A_LONG_TIME, 12)
    await check(here)
    kinds = [sent.kind for sent in await unasked(here, here.emil)]
    assert kinds.count("log") == 3
    assert {"proposal", "prep", "greeting", "debrief"} <= set(kinds)
    assert {"principle", "approve", "task", "week.overview", "final"} <= {
        sent.kind for sent in await unasked(here, here.lone)
    }


async def test_a_three_day_exchange_costs_few_messages_when_nothing_is_answered(open_at: Open) -> None:
    here = await open_at("accepted")
    await here.at(date(2026, 4, 21), 9)
    await here.lone.taps("btn.answer")
    await here.lone.taps("btn.approve")
    await here.lone.fills({"lead.prep.justify": "Vi vil blive bedre."})
    await here.at(A_LONG_TIME, 12)
    await check(here)
    kinds = Counter(sent.kind for sent in await unasked(here, here.emil))
    assert kinds["log"] == 3
    assert kinds["prep.remind"] == 1
    assert kinds["log.remind"] <= 3, "reminders come only where fifteen messages leave room"
    assert "misses" not in kinds, "after the last day there is nothing left to choose"


async def test_a_three_day_exchange_costs_few_messages_when_everything_is_answered_late(open_at: Open) -> None:
    here = await open_at("accepted")
    await here.at(date(2026, 4, 21), 9)
    await here.lone.taps("btn.answer")
    await here.lone.taps("btn.approve")
    await here.lone.fills({"lead.prep.justify": "Vi vil blive bedre."})
    await here.at(date(2026, 4, 30), 11)
    await prepare(here)
    for day in (5, 6, 7):
        await here.at(date(2026, 5, day + 1), 9, 20)
        await write(here)
    await here.at(date(2026, 5, 15), 11)
    await here.emil.says("status")
    await here.emil.taps("btn.debrief")
    await walk(here.emil, {"deb.10.transfer": "Jeg ringer, før jeg sender"})
    await here.at(A_LONG_TIME, 12)
    await check(here)
    assert "final" in [sent.kind for sent in await unasked(here, here.lone)]


async def test_the_question_after_three_misses_counts_as_unasked(open_at: Open) -> None:
    here = await open_at("first day", "da", date(2026, 5, 4), date(2026, 5, 22))
    await here.at(date(2026, 5, 7), 12, 30)
    assert "misses" in [sent.kind for sent in await unasked(here, here.emil)]


WORDS_A_MINUTE, CHOICE, LONG_TEXT, SHORT_TEXT = 200, 20, 60, 20
"""Reading, and seconds for an answer (domain/README.md)."""


def seconds(message: Message) -> float:
    """What one screen takes to read and answer."""
    reading = len(read(message).split()) / WORDS_A_MINUTE * 60
    answers = sum(LONG_TEXT if field.kind == "long" else CHOICE for field in message.fields)
    pressed = CHOICE if not message.fields and len(message.buttons) > 1 else 0
    return reading + answers + pressed


async def spent(who: Seat, given: dict[str, Raw]) -> float:
    """Plays a conversation screen by screen, and reckons its minutes."""
    total, seen = 0.0, ""
    for _ in range(60):
        message = await who.last()
        if message.card == seen or not message.buttons:
            break
        seen = message.card
        total += seconds(message)
        await walk(who, given, screens=1)
    return total / 60


@pytest.mark.parametrize("language", ["da", "nb", "en"])
async def test_the_five_minutes_of_signing_up_are_true(open_at: Open, language: str) -> None:
    here = await open_at("round open", language)
    await join(here, here.emil)
    given: dict[str, Raw] = {
        "sign.voluntary": "yes",
        "sign.leader": here.lone.id,
        "sign.talked": "sign.talked.yes",
        "sign.mode": "sign.mode.match",
        "sign.where": here.said(GOAL),
        "sign.learn": here.said(SIGN),
        "sign.more": "btn.no",
    }
    assert 2 <= await spent(here.emil, given) <= 5


async def test_preparing_is_possible_in_the_scenes(open_at: Open) -> None:
    here = await open_at("invited")
    await prepare(here)
    (exchange,) = await here.play.store.run(lambda work: work.exchanges.of_employee(here.emil.id))
    assert exchange.state == "prepared"
