"""Points in stays of another kind: abroad, in a company, found by oneself, and what comes late or seldom in one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from bot.moment import Moment
from bot.planning import replan
from storage.records import ExchangeRow, new_id
from storage.store import Work
from tests.stage.beforehand import cadence, choose, written_before
from tests.stage.others import others
from tests.stage.scenes import (
    Cast,
    Scene,
    debrief,
    debriefing,
    finished,
    first_day,
    last_day,
    leader_prepared,
    minutes,
    preparation,
    prepare,
    second_day,
    walk,
    walk_until,
)

CAREER: Final = {
    "da": "Om jeg vil læse videre",
    "nb": "Om jeg vil studere videre",
    "en": "Whether I want to study further",
}
QUESTION: Final = {
    "da": "Hvem bestemmer, hvilke sager der haster?",
    "nb": "Hvem bestemmer hvilke saker som haster?",
    "en": "Who decides which cases are urgent?",
}
PRACTICE: Final = {"da": "Morgenmødet", "nb": "Morgenmøtet", "en": "The morning meeting"}
MIDDLE: Final = date(2026, 5, 12)


async def change(here: Cast, **values: object) -> None:
    """Emil's exchange is so from here."""
    emil = await here.emil.person()

    def unit(work: Work) -> None:
        (exchange,) = work.exchanges.of_employee(emil.id)
        changed: ExchangeRow = replace(exchange, **values)  # type: ignore[arg-type]  # named by the caller
        work.exchanges.update(changed)
        replan(Moment(work, here.play.words, here.play.clock.now(), here.play.house), changed)

    await here.play.store.run(unit)


async def abroad(here: Cast) -> None:
    """Emil goes abroad, and has prepared up to what is in place."""
    await change(here, form="form.international")
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    await walk_until(here.emil, "prep.practical", preparation(here))


async def company(here: Cast) -> None:
    """Private companies take part in the round."""
    hanne = await here.hanne.person()

    def unit(work: Work) -> None:
        row = work.rounds.all(hanne.organisation)[-1]
        work.rounds.update(replace(row, forms=(*row.forms, "form.micromobility")))

    await here.play.store.run(unit)


async def own_place(here: Cast) -> None:
    """Emil has found the place himself; there is a pool and another leader in the round. Emil has prepared."""
    emil, vera, hanne = [await seat.person() for seat in (here.emil, here.vera, here.hanne)]

    def unit(work: Work) -> None:
        (exchange,) = work.exchanges.of_employee(emil.id)
        work.rounds.update_sign_up(replace(work.rounds.sign_up(exchange.sign_up), mode="sign.mode.both"))
        work.exchanges.add(replace(exchange, id=new_id(), sign_up="", employee=hanne.id, leader=vera.id, host=""))

    await here.play.store.run(unit)
    await choose(here, pool=True)
    await prepare(here)
    await here.at(here.start - timedelta(days=14), 12)


async def question_to_ask(here: Cast) -> None:
    """Emil expects nothing and has something to ask; all have prepared, and the first day has begun."""
    given = preparation(here, prep__ask=here.said(QUESTION))
    del given["prep.expect"]
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    await walk(here.emil, given)
    await leader_prepared(here)
    await here.at(here.start, 12)


async def good_day(here: Cast) -> None:
    """Two weeks are written; the next day asks what went well for the first time."""
    await written_before(here, date(2026, 5, 18))


async def energy(here: Cast) -> None:
    """HR has switched on the question about energy, and the representatives have cleared it; it comes the next day."""
    await choose(here, prompts=["log.deep.energy"], representatives_cleared=True)
    await written_before(here, date(2026, 5, 21))


async def only_at_the_end(here: Cast) -> None:
    """Emil wants to share only after the debrief; the first day is over."""
    await prepare(here, share__habit="share.habit.final")
    await leader_prepared(here)
    await first_day(here)


async def halfway(here: Cast) -> None:
    """Emil writes every day; half of the stay is over."""
    await cadence(here, "every")
    await written_before(here, MIDDLE)
    await here.at(MIDDLE, 15)


async def no_date(here: Cast) -> None:
    """Lone has not done her part, so no day is set for the return talk; the last day is over."""
    await first_day(here)
    await second_day(here)
    await last_day(here)


async def last_pages(here: Cast) -> None:
    """Emil wanted to meet people and to think of his working life; now only the end of his debrief is left."""
    purposes = ["prep.purpose.career", "prep.purpose.network"]
    await prepare(here, prep__purpose=purposes, prep__career=here.said(CAREER))
    await leader_prepared(here)
    await no_date(here)
    await finished(here)
    await debrief(here)
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    given = debriefing(here)
    given |= {"deb.9.practices": here.said(PRACTICE), "deb.13.share.how": "deb.13.share.how.pair"}
    await walk_until(here.emil, "deb.14.request", given)


async def five_going(here: Cast) -> None:
    """Four others of the round go too, two of them to another place."""
    found = await others(here, 4)

    def unit(work: Work) -> None:
        for other in found[:2]:
            work.exchanges.update(replace(other.exchange, host_unit="Bakkeskolen"))

    await here.play.store.run(unit)


STAYS: Final[dict[str, tuple[str, Scene]]] = {
    "abroad": ("invited", abroad),
    "company": ("round open", company),
    "own place": ("invited", own_place),
    "question to ask": ("invited", question_to_ask),
    "good day": ("prepared", good_day),
    "energy": ("prepared", energy),
    "only at the end": ("invited", only_at_the_end),
    "halfway": ("prepared", halfway),
    "no date": ("employee prepared", no_date),
    "last pages": ("invited", last_pages),
    "five going": ("approved", five_going),
}
"""Each with the scene it stands on."""
