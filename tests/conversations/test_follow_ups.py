"""A month and three months after: the plan, what was promised, and what it has been good for."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.programme.tracks import minutes
from bot.words import Words
from dialogs.follow_up import FIRST_CHECK
from dialogs.model import View
from storage.records import AnswerRow
from storage.store import Work
from tests.conversations.conftest import Open
from tests.conversations.test_return_talk import LONG, said
from tests.stage.play import read
from tests.stage.scenes import DEBRIEF, PROMISE, REASON, Cast, month, three_months

SMALLER = "Kun til de første tre sager"
WORDS = Words.load()


async def answers(here: Cast, occasion: str) -> dict[str, AnswerRow]:
    """What was answered on an occasion, by key."""

    def unit(work: Work) -> dict[str, AnswerRow]:
        exchange = work.exchanges.of_employee(here.emil.id)[0]
        return {row.key: row for row in work.answers.about(exchange.id) if row.occasion == occasion}

    return await here.play.store.run(unit)


async def check(here: Cast, **fields: str) -> None:
    """Emil answers the check: what is given, and nothing else."""
    await here.emil.taps("btn.start")
    given = {key.replace("__", ".").replace("_n", "#"): value for key, value in fields.items()}
    for _ in range(8):
        message = await here.emil.last()
        if not message.fields:
            return
        await here.emil.fills({field.key: given[field.key] for field in message.fields if field.key in given})
    raise AssertionError("The check does not end.")


@pytest.mark.parametrize("language", ["da", "nb", "en"])
def test_three_minutes_are_true_where_there_is_one_action(language: str) -> None:
    view = View({}, {"action#1": "one", "request": "one"})
    asks = [ask for ask in FIRST_CHECK.asks if ask.when(view)]
    texts = [WORDS.plain(language, key) for key in ("fu30.intro", *(ask.words for ask in asks))]
    assert minutes(texts, asks) == 3


async def test_the_plan_becomes_what_the_check_says_and_is_asked_about_so_at_ninety_days(open_at: Open) -> None:
    here = await open_at("month")
    fields = {"fu__action_n1": "scale.action.doing", "fu__next_n1": "fu.next.smaller", "fu__new_n1": SMALLER}
    await check(here, **fields, fu30__shared="btn.yes", fu30__request="fu30.request.part")
    assert await said(here.emil, "fu.done")

    await here.lone.says("hvad er delt")
    shared = await here.lone.text()
    assert SMALLER in shared, "the plan is of both"
    assert "Delvist" not in shared, "what came of the request stays with Emil until he shares it"

    await three_months(here)
    await here.emil.taps("btn.start")
    text = await here.emil.text()
    assert SMALLER in text
    assert DEBRIEF["da"]["deb.12.action.what#1"] not in text


async def test_an_action_that_was_let_go_is_not_asked_about_again(open_at: Open) -> None:
    here = await open_at("month")
    await check(here, fu__next_n1="fu.next.drop")
    await three_months(here)
    await here.emil.taps("btn.start")
    assert [field.key for field in (await here.emil.last()).fields] == ["fu90.example"]


async def test_the_first_check_shows_what_the_leader_answered(open_at: Open) -> None:
    here = await open_at("month")
    await here.emil.taps("btn.start")
    await here.emil.fills()
    text = await here.emil.text()
    assert DEBRIEF["da"]["deb.14.request"] in text
    assert here.said(PROMISE) in text


async def test_without_a_plan_nothing_is_asked_after_a_month(open_at: Open) -> None:
    here = await open_at("debrief")
    await month(here)
    assert not await said(here.emil, "fu30.intro", n=32)
    await three_months(here)
    assert await said(here.emil, "fu90.intro", n=90)


async def test_the_three_figures_are_read_by_nobody(open_at: Open) -> None:
    here = await open_at("three months")
    await check(here, fu90__contact="btn.yes", fu90__easier="scale.agree.5", fu90__org="scale.agree.4")
    kept = await answers(here, "fu90")
    assert {kept[key].visibility for key in ("fu90.contact", "fu90.easier", "fu90.org")} == {"A"}
    for seat in (here.lone, here.hanne, here.vera):
        await seat.says("hvad er delt")
        assert "Helt enig" not in await seat.everything()


async def test_the_leader_is_asked_whether_the_promise_is_kept_and_a_no_keeps_it_among_the_tasks(
    open_at: Open,
) -> None:
    here = await open_at("month", **LONG)
    assert here.said(PROMISE) in await here.lone.everything()
    task = here.play.words.text("da", "task.commitment", {"name": "Emil", "text": here.said(PROMISE)})
    message, no = await here.lone.offered(here.play.words.text("da", "btn.no"))
    await here.lone.press(message, no, {})
    await here.lone.says("mine opgaver")
    assert task in await here.lone.text()
    assert (await here.lone.press(message, no, {})).note == here.play.words.text("da", "card.answered")
    kept = await answers(here, "lead.fu30")
    assert kept["lead.fu30"].value is False
    assert kept["lead.fu30"].visibility == "L"


async def test_a_leader_who_promised_nothing_is_not_asked(open_at: Open) -> None:
    here = await open_at("debriefed", **LONG)
    await here.lone.taps("btn.have_talked")
    await here.lone.fills({"lead.ret.held": "yes"})
    await month(here)
    assert "Det er en måned siden" not in await here.lone.everything()


async def test_domain_d20_the_leader_reads_the_reason_again_and_hr_gets_what_has_come_of_it(open_at: Open) -> None:
    here = await open_at("three months")
    assert here.said(REASON).removesuffix(".") in await here.lone.text()
    await here.lone.taps("btn.start")
    assert "HR" in await here.lone.text()
    await here.lone.fills({"lead.fu90.realised": "lead.fu90.realised.yes", "lead.fu90.what": SMALLER})
    kept = await answers(here, "lead.fu90")
    assert kept["lead.fu90.realised"].value == "lead.fu90.realised.yes"
    assert kept["lead.fu90.realised"].visibility == "H"
    assert SMALLER not in await here.emil.everything()


async def test_the_first_check_closes_after_ten_days_and_what_was_written_stays(open_at: Open) -> None:
    here = await open_at("month")
    await here.emil.taps("btn.start")
    await here.emil.fills({"fu.helped#1": SMALLER})
    await here.at(here.end + timedelta(days=41), 13)
    assert await said(here.emil, "fu.closed")
    assert (await answers(here, "fu30"))["fu.helped#1"].value == SMALLER


async def test_the_last_check_can_be_declined_when_it_is_asked_about_again(open_at: Open) -> None:
    here = await open_at("three months", "da", date(2026, 5, 4), date(2026, 5, 22))
    await here.at(here.end + timedelta(days=97), 13)
    assert await said(here.emil, "push.fu90.again", date=here.end + timedelta(days=100))
    await here.emil.taps("btn.no_thanks")
    assert await said(here.emil, "fu.skipped")


async def test_the_day_that_the_debrief_names_is_the_day_of_the_check(open_at: Open) -> None:
    here = await open_at("debriefed")
    lines = [DEBRIEF["da"]["deb.12.action.what#1"]]
    assert await said(here.emil, "deb.done", list=lines, date=date(2026, 6, 8))
    await here.at(date(2026, 6, 8), 9)
    intro = here.play.words.text("da", "fu30.intro", {"n": 32})
    assert intro not in await here.emil.everything()
    await here.at(date(2026, 6, 8), 12)
    assert read((await here.emil.messages())[-1]).startswith(intro)


@pytest.mark.parametrize("language", ["da", "nb", "en"])
async def test_what_hr_counts_says_so_beside_the_question(open_at: Open, language: str) -> None:
    here = await open_at("month", language)
    await here.emil.taps("btn.start")
    fields = {field.key: field for field in (await here.emil.last()).fields}
    counted = WORDS.text(language, "privacy.vis.S.counted")
    assert counted in fields["fu.hinder#1"].who
    assert counted not in fields["fu.helped#1"].who
