"""Three months after a round its evaluation is nobody's any more: the figures stay, the answers are gone (12.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.moment import Moment
from bot.turns import counting, totals
from dialogs.model import Value
from storage.records import AnswerRow, PromptRow
from storage.store import Work
from tests.conversations.conftest import Open
from tests.stage.others import answers, exchange_of, others
from tests.stage.scenes import Cast

GIVEN: Mapping[str, Value] = {"eval.emp.worth": "scale.agree.4", "eval.emp.change": "Mere tid", "eval.quote": True}
LATER = {"fu90.org": "scale.agree.5"}


async def answered(here: Cast, count: int = 6) -> None:
    """Some have answered, and the first invitation has gone out."""
    for each in await others(here, count):
        await answers(here, each.employee, each.exchange.id, "eval.emp", GIVEN, date(2026, 5, 8))
        await answers(here, each.employee, each.exchange.id, "fu90", LATER, date(2026, 5, 9))
        await answers(here, each.employee, each.exchange.id, "log:2026-05-05", {"log.core.what": "Mit"}, DAY)
    await here.at(date(2026, 5, 12), 12)


DAY = date(2026, 5, 5)


async def left(here: Cast) -> list[AnswerRow]:
    """The answers of the evaluation that are kept one by one."""
    model = await exchange_of(here)

    def unit(work: Work) -> list[AnswerRow]:
        rows = [row for exchange in work.exchanges.of_round(model.round) for row in work.answers.about(exchange.id)]
        return [row for row in rows if row.visibility == "A" or row.key == "eval.quote"]

    return await here.play.store.run(unit)


async def evaluation(here: Cast) -> str:
    """What the report says that the employees think."""
    await here.hanne.says("rapport")
    return (await here.hanne.text()).partition("Det mener medarbejderne")[2].partition("Det mener lederne")[0]


async def planned(here: Cast) -> list[PromptRow]:
    """When the round's answers become totals."""
    model = await exchange_of(here)
    return await here.play.store.run(lambda work: work.prompts.of(model.round, totals.KIND))


async def test_the_answers_go_and_the_figures_stay(open_at: Open) -> None:
    here = await open_at("debrief")
    await answered(here)
    before = await evaluation(here)
    (prompt,) = await planned(here)
    assert prompt.day == date(2026, 9, 30), "three months after the day the round was to finish"

    await here.at(prompt.day - timedelta(days=1), 12)
    assert len(await left(here)) == 6 * 4
    await here.at(prompt.day, 13)

    assert await left(here) == []
    assert "4 af 5 (5 svar)" in await evaluation(here)
    assert await evaluation(here) == before
    assert "Mere tid" not in await here.hanne.text(), "a text is no total"
    model = await exchange_of(here)
    rows = await here.play.store.run(lambda work: work.exchanges.of_round(model.round))
    kept = await here.play.store.run(lambda work: [each for row in rows for each in work.answers.about(row.id)])
    assert sum(row.key == "log.core.what" and row.value == "Mit" for row in kept) == 6, "the logbook is no evaluation"


async def run(here: Cast, prompt: PromptRow, *, killed: bool = False) -> None:
    """What is done when it is due; killed, nothing of it is kept."""
    play = here.play

    def unit(work: Work) -> None:
        totals.due(Moment(work, play.words, play.clock.now(), play.house), prompt)
        if killed:
            raise KeyboardInterrupt

    await play.store.run(unit)


async def test_killed_in_the_middle_it_is_as_if_it_had_not_begun_and_twice_is_as_once(open_at: Open) -> None:
    here = await open_at("debrief")
    await answered(here)
    before = await evaluation(here)
    (prompt,) = await planned(here)
    with pytest.raises(KeyboardInterrupt):
        await run(here, prompt, killed=True)
    assert len(await left(here)) == 6 * 4
    await run(here, prompt)
    await run(here, prompt)
    assert await left(here) == []
    assert await evaluation(here) == before


async def test_fewer_than_five_leave_no_total(open_at: Open) -> None:
    here = await open_at("debrief")
    await answered(here, 4)
    (prompt,) = await planned(here)
    await run(here, prompt)
    model = await exchange_of(here)
    assert await left(here) == []
    kept = await here.play.store.run(lambda work: work.choices.of(here_organisation(work), model.round))
    assert kept == {counting.TOTALS: {}}


def here_organisation(work: Work) -> str:
    """The only organisation there is."""
    return work.people.organisations()[0].id


async def test_a_round_that_goes_on_keeps_its_answers(open_at: Open) -> None:
    here = await open_at("debrief")
    await answered(here)
    (prompt,) = await planned(here)
    model = await exchange_of(here)
    await here.play.store.run(lambda work: work.exchanges.update(replace(model, end=date(2026, 9, 1))))
    await here.at(prompt.day, 13)
    assert len(await left(here)) == 6 * 4
    assert [each.day for each in await planned(here) if each.state == "pending"] == [date(2026, 12, 10)]
