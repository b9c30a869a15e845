"""Other people's exchanges in the same round, straight into the store: for what is told only of several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dialogs.model import Value
from storage.records import AnswerRow, ExchangeRow, PersonRow, new_id
from storage.store import Work
from tests.stage.scenes import Cast


async def exchange_of(here: Cast) -> ExchangeRow:
    """Emil's exchange."""
    rows = await here.play.store.run(lambda work: work.exchanges.of_employee(here.emil.id))
    return rows[-1]


@dataclass(frozen=True)
class Other:
    """Somebody else's exchange and its people."""

    exchange: ExchangeRow
    employee: str
    leader: str
    host: str


async def others(here: Cast, count: int) -> list[Other]:
    """So many more who were on an exchange like Emil's, a day shorter, each with a leader and a host of their own."""
    model = await exchange_of(here)
    pattern = await here.emil.person()

    def unit(work: Work) -> list[Other]:
        return [_one(work, model, pattern, n) for n in range(count)]

    return await here.play.store.run(unit)


def _one(work: Work, model: ExchangeRow, pattern: PersonRow, n: int) -> Other:
    ids = {role: new_id() for role in ("employee", "leader", "host")}
    for role, id in ids.items():
        work.people.add(replace(pattern, id=id, name=f"{role.title()} {n}", told=frozenset()))
    sign_up = replace(work.rounds.sign_up(model.sign_up), id=new_id(), person=ids["employee"], leader=ids["leader"])
    work.rounds.add_sign_up(sign_up)
    exchange = replace(
        model,
        id=new_id(),
        sign_up=sign_up.id,
        employee=ids["employee"],
        leader=ids["leader"],
        host=ids["host"],
        end=model.end - timedelta(days=1),
        state="debriefed",
        offer="",
    )
    work.exchanges.add(exchange)
    return Other(exchange, **ids)


async def answers(here: Cast, person: str, exchange: str, occasion: str, given: Mapping[str, Value], day: date) -> None:
    """Somebody has answered this, on a day."""
    dialogs = here.play.house.scripts

    def unit(work: Work) -> None:
        for key, value in given.items():
            asks = (script.dialog.ask(key) for script in dialogs.values())
            ask = next((found for found in asks if found is not None), None)
            row = AnswerRow(
                new_id(), person, exchange, occasion, key, ask.visibility.value if ask else "J", value, key, day, True
            )
            work.answers.put(row)

    await here.play.store.run(unit)
