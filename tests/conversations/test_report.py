"""HR's report, played: T15 and T30, and what is in it of whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from bot.moment import Moment
from bot.turns.counting import keep_ticks
from dialogs.model import Value
from storage.records import new_id
from storage.store import Work
from tests.conversations.conftest import Open
from tests.stage.beforehand import choose
from tests.stage.others import Other, answers, exchange_of, others
from tests.stage.play import Seat
from tests.stage.scenes import Cast

DAY = date(2026, 5, 8)
SECRET = "Zebrastriber paa gangen"
AGREES: Mapping[str, Value] = {"eval.emp.worth": "scale.agree.4", "eval.emp.recommend": 9}


async def evaluated(here: Cast, count: int, given: Mapping[str, Value] = AGREES, day: date = DAY) -> list[Other]:
    """So many employees have answered the same."""
    people = await others(here, count)
    for each in people:
        await answers(here, each.employee, each.exchange.id, "eval.emp", given, day)
    return people


async def reported(here: Cast, hr: Seat | None = None) -> str:
    """The report as HR reads it, three days after."""
    who = hr or here.hanne
    await here.at(date(2026, 5, 11), 12)
    await who.says("rapport")
    return await who.text()


@pytest.mark.parametrize("language", ["da", "nb", "en"])
async def test_domain_t15_four_evaluations_are_no_figures_and_say_so(open_at: Open, language: str) -> None:
    here = await open_at("debrief", language)
    await evaluated(here, 4)
    text = await reported(here)
    words = here.play.words
    assert text.count(words.text(language, "report.fewer", {"least": 5})) == 3
    assert words.text(language, "eval.emp.worth").rstrip(".") not in text
    await here.hanne.taps("btn.report.file")
    assert words.text(language, "eval.emp.worth").rstrip(".") not in await files(here.hanne)


def evaluation(text: str) -> str:
    """What the three groups think, out of a report."""
    return text.partition("Det mener medarbejderne")[2].partition("Balance")[0]


async def files(who: Seat) -> str:
    """What came to take along."""
    return "".join(file.text for file in (await who.last()).files)


@pytest.mark.parametrize(("language", "mean"), [("da", "4 af 5 (5 svar)"), ("nb", "4 av 5 (5 svar)")])
async def test_five_evaluations_are_a_figure(open_at: Open, language: str, mean: str) -> None:
    here = await open_at("debrief", language)
    await evaluated(here, 5)
    text = await reported(here)
    worth = here.play.words.text(language, "eval.emp.worth").rstrip(".")
    assert f"{worth}: {mean}" in text
    assert text.count(here.play.words.text(language, "report.fewer", {"least": 5})) == 2


async def test_the_report_names_the_number_that_hr_has_chosen(open_at: Open) -> None:
    here = await open_at("debrief")
    await choose(here, fewest=8)
    await evaluated(here, 5)
    text = await reported(here)
    assert text.count(here.play.words.text("da", "report.fewer", {"least": 8})) == 3


async def test_the_sixth_answer_changes_nothing_before_the_tenth(open_at: Open) -> None:
    here = await open_at("debrief")
    await evaluated(here, 5)
    before = evaluation(await reported(here))
    await evaluated(here, 4, {"eval.emp.worth": "scale.agree.1", "eval.emp.recommend": 0}, date(2026, 5, 10))
    await here.hanne.says("rapport")
    assert evaluation(await here.hanne.text()) == before


async def test_only_texts_that_may_be_read_are_in_it_and_without_a_name(open_at: Open) -> None:
    here = await open_at("debrief")
    people = await others(here, 2)
    for each, ticked in zip(people, (True, False), strict=True):
        given: dict[str, Value] = {"eval.emp.change": f"{SECRET} {ticked}", **({"eval.quote": True} if ticked else {})}
        await answers(here, each.employee, each.exchange.id, "eval.emp", given, DAY)
    await answers(here, people[0].host, people[0].exchange.id, "eval.host", {"eval.host.advice": "Hils paa alle"}, DAY)
    text = await reported(here)
    assert f"{SECRET} True" in text
    assert f"{SECRET} False" not in text
    assert "Hils paa alle" not in text
    await here.hanne.taps("btn.report.file")
    text += await files(here.hanne)
    assert f"{SECRET} False" not in text
    assert not [name for name in ("Emil", "Lone", "Vera", "Employee", "Leader ", "Host ") if name in text]


async def test_domain_t30_the_balance_is_told_to_hr_and_to_no_employee(open_at: Open) -> None:
    here = await open_at("debrief")
    model = await exchange_of(here)
    there = (here.emil, here.lone, here.vera)
    before = [await seat.everything() for seat in there]
    *_, back = await others(here, 4)
    other_way = replace(back.exchange, home_unit=model.host_unit, host_unit=model.home_unit)
    await here.play.store.run(lambda work: work.exchanges.update(other_way))
    text = await reported(here)
    assert "Balance for Sundby Kommune: sendt 5, modtaget 5." in text
    assert f"{model.home_unit}: sendt 4, modtaget 1" in text
    assert f"{model.host_unit}: sendt 1, modtaget 4" in text
    for seat, known in zip(there, before, strict=True):
        assert "Balance" not in (await seat.everything()).removeprefix(known)


async def test_how_many_asked_for_the_pool_stays_when_the_answers_are_deleted(open_at: Open) -> None:
    here = await open_at("debrief")
    assert "puljen" not in await reported(here), "where there is none, it is not told of"
    await choose(here, pool=True)
    assert "Har søgt penge fra puljen: 0" in await reported(here)
    substitute: dict[str, Value] = {"lead.prep.cover": "lead.prep.cover.sub"}
    for wish, each in zip(("btn.yes", "btn.yes", "btn.no"), await others(here, 3), strict=True):
        await answers(here, each.leader, each.exchange.id, "lead", {**substitute, "lead.prep.pool": wish}, DAY)
    assert "Har søgt penge fra puljen: 2" in await reported(here)

    def forget(work: Work) -> None:
        moment = Moment(work, here.play.words, here.play.clock.now(), here.play.house)
        for exchange in work.exchanges.of_round((work.exchanges.of_employee(here.emil.id)[0]).round):
            rows = work.answers.about(exchange.id)
            keep_ticks(moment, exchange, rows)
            for row in rows:
                work.answers.delete(row.id)

    await here.play.store.run(forget)
    assert "Har søgt penge fra puljen: 2" in await reported(here)
    await here.hanne.taps("btn.report.file")
    assert "Har søgt penge fra puljen" in await files(here.hanne)


async def test_what_came_after_is_told_from_five(open_at: Open) -> None:
    here = await open_at("debrief")
    people = await others(here, 10)
    for n, each in enumerate(people):
        hinder: Value = ["fu.hinder.time"] if n < 5 else ["fu.hinder.none"] if n < 9 else ["fu.hinder.rules"]
        later: dict[str, Value] = {"fu.hinder#1": hinder, "fu30.shared": "btn.yes" if n < 5 else "btn.no"}
        await answers(here, each.employee, each.exchange.id, "fu30", later, DAY)
        await answers(here, each.leader, each.exchange.id, "lead.fu90", {"lead.fu90.realised": REALISED[n % 2]}, DAY)
        await answers(here, each.leader, each.exchange.id, "ret", {"lead.ret.held": True}, DAY)
    text = await reported(here)
    assert "Delt med kollegerne: 5 af 10" in text
    assert "Hjemkomstsamtaler holdt: 10 af 10" in text
    assert "Mål, begge er enige om: 0 af 10" in text
    assert "Tid: 5" in text
    assert "Ingenting: færre end 5" in text
    assert "Ja, vi gør noget anderledes: 5" in text


REALISED = ("lead.fu90.realised.yes", "lead.fu90.realised.part")


async def test_nobody_but_hr_gets_a_report(open_at: Open) -> None:
    here = await open_at("debrief")
    for seat in (here.emil, here.lone, here.vera):
        await seat.says("rapport")
        assert await seat.text() == here.play.words.text("da", "only_hr")


async def test_before_the_first_round_there_is_nothing_to_tell(open_at: Open) -> None:
    here = await open_at("start")
    await here.hanne.says("rapport")
    assert here.play.words.text("da", "report.none") in await here.hanne.text()


async def test_all_rounds_are_the_sum_of_what_each_shows(open_at: Open) -> None:
    here = await open_at("debrief")
    await evaluated(here, 5)
    model = await exchange_of(here)
    rounds = await here.play.store.run(lambda work: work.rounds.get(model.round))
    await here.play.store.run(lambda work: work.rounds.add(replace(rounds, id=new_id(), name="Efterår")))
    text = await reported(here)
    assert "Rapport: Efterår" in text
    await here.hanne.taps("btn.report.all")
    text = await here.hanne.text()
    assert here.play.words.text("da", "report.all.note") in text
    assert "Det var tiden værd: 4 af 5 (5 svar)" in text


async def test_a_text_that_looks_like_a_formula_is_a_text_in_the_table(open_at: Open) -> None:
    here = await open_at("debrief")
    (one,) = await others(here, 1)
    given: dict[str, Value] = {"eval.emp.change": "=1+1;2", "eval.quote": True}
    await answers(here, one.employee, one.exchange.id, "eval.emp", given, DAY)
    await reported(here)
    await here.hanne.taps("btn.report.file")
    assert '"\'=1+1;2"' in await files(here.hanne)
