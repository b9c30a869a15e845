"""An early end (T17): the short debrief is offered once, and the return follows the new last day."""

from __future__ import annotations

from datetime import date

from storage.records import PromptRow
from storage.store import Work
from tests.conversations.conftest import Open
from tests.stage.scenes import Cast

LONG = (date(2026, 5, 4), date(2026, 5, 22))
STOPPED, BACK = date(2026, 5, 5), date(2026, 5, 6)


def said(here: Cast, key: str, **values: object) -> str:
    return here.play.words.text("da", key, values)


async def stops(open_at: Open) -> Cast:
    """Emil stops on the second day of three weeks."""
    here = await open_at("second day", "da", *LONG)
    await here.emil.says("stop")
    await here.emil.taps("btn.yes")
    return here


async def prompts(here: Cast, kind: str) -> list[PromptRow]:
    def unit(work: Work) -> list[PromptRow]:
        (exchange,) = work.exchanges.of_employee(here.emil.id)
        return work.prompts.of(exchange.id, kind)

    return await here.play.store.run(unit)


def invited(here: Cast) -> str:
    return said(here, "push.debrief", host_unit="Familieafdelingen")


async def test_domain_t17_who_has_begun_the_debrief_is_not_invited_to_it(open_at: Open) -> None:
    here = await stops(open_at)
    await here.emil.taps("btn.debrief")
    await here.at(date(2026, 5, 8), 9)
    assert invited(here) not in await here.emil.everything()


async def test_domain_t17_who_declines_the_debrief_hears_no_more_of_it(open_at: Open) -> None:
    here = await stops(open_at)
    await here.emil.taps("btn.no_thanks")
    assert await here.emil.text() == said(here, "closed.fine")
    await here.at(date(2026, 5, 20), 12)
    assert invited(here) not in await here.emil.everything()
    assert said(here, "push.debrief.again") not in await here.emil.everything()


async def test_domain_t17_who_says_neither_is_invited_when_back(open_at: Open) -> None:
    here = await stops(open_at)
    await here.at(BACK, 12)
    assert invited(here) in await here.emil.everything()


async def test_domain_t17_the_return_talk_follows_the_new_last_day(open_at: Open) -> None:
    here = await stops(open_at)
    # Set for 27 May: the second working day after 22 May, with a holiday between.
    moved = date(2026, 5, 7)
    assert said(here, "ret.moved", date=moved) in await here.lone.text()
    assert said(here, "ret.moved", date=moved) not in await here.vera.everything()
    await here.at(BACK, 9)
    text = await here.lone.everything()
    assert said(here, "next.return_talk", date=moved) in text
    assert said(here, "next.return_talk", date=date(2026, 5, 27)) not in text
    (reminder,) = [row for row in await prompts(here, "return.remind") if row.state == "pending"]
    assert reminder.day == date(2026, 5, 13)
