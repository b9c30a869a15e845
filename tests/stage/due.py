"""Makes something due at once, for tests of what happens then."""

from __future__ import annotations

from storage.records import ExchangeRow, PromptRow, new_id
from tests.stage.play import Seat
from tests.stage.scenes import Cast


async def exchange_of(here: Cast) -> ExchangeRow:
    """Emil's exchange."""
    rows = await here.play.store.run(lambda work: work.exchanges.of_employee(here.emil.id))
    return rows[-1]


async def falls_due(here: Cast, who: Seat, kind: str) -> None:
    """The prompt of this kind about Emil's exchange is due to somebody now, and is said."""
    exchange, now = await exchange_of(here), here.play.clock.now()
    row = PromptRow(new_id(), who.id, exchange.id, kind, now.date(), now)
    await here.play.store.run(lambda work: work.prompts.add(row))
    await here.play.ticker.tick()
    await here.play.delivery.deliver()
