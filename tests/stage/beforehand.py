"""What can be settled before a story goes on: what HR has chosen, what a leader has answered, days that are written."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from bot.moment import Moment
from bot.planning import replan
from storage.records import AnswerRow, new_id
from storage.store import Work
from tests.stage.play import Seat
from tests.stage.scenes import Cast, write


async def choose(here: Cast, **values: object) -> None:
    """HR has chosen so for the round."""
    hanne = await here.hanne.person()

    def unit(work: Work) -> None:
        for name, value in values.items():
            work.choices.put(hanne.organisation, work.rounds.all(hanne.organisation)[-1].id, name, value)

    await here.play.store.run(unit)


async def cadence(here: Cast, wanted: str) -> None:
    """Emil wants the logbook so often."""
    emil = await here.emil.person()

    def unit(work: Work) -> None:
        (exchange,) = work.exchanges.of_employee(emil.id)
        work.exchanges.save_journal(replace(work.exchanges.journal(exchange.id), cadence=wanted))
        replan(Moment(work, here.play.words, here.play.clock.now(), here.play.house), exchange)

    await here.play.store.run(unit)


async def agree(here: Cast, who: Seat, answers: dict[str, str], visibility: str) -> None:
    """A leader has answered so in the leader's part."""
    leader = await who.person()

    def unit(work: Work) -> None:
        exchange = work.exchanges.of_leader(leader.id)[-1]
        for key, value in answers.items():
            written = date(2026, 4, 21)
            work.answers.put(
                AnswerRow(
                    new_id(), leader.id, exchange.id, "lead", key, visibility, value, key, written, confirmed=True
                )
            )
        replan(Moment(work, here.play.words, here.play.clock.now(), here.play.house), exchange)

    await here.play.store.run(unit)


async def written_before(here: Cast, day: date, **answers: str) -> None:
    """Emil writes every day before this one, and lets go to Lone what is chosen."""
    today = here.start
    while today < day:
        if today.weekday() < 5:
            await here.at(today, 15, 15)
            await write(here, log__core__what="…", **answers)
            if any(field.key == "share.week.pick" for field in (await here.emil.last()).fields):
                await here.emil.fills()
        today += timedelta(days=1)
