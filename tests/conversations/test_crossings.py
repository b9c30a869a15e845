"""What two people do at the same time, and old buttons: nothing breaks, and what is said is true."""

from __future__ import annotations

from datetime import date

import pytest

from storage.records import ExchangeRow, SignUpRow
from storage.store import Work
from tests.conversations.conftest import Open
from tests.stage.play import Seat
from tests.stage.scenes import Cast, minutes, walk


async def exchange_of(here: Cast) -> ExchangeRow:
    """Emil's newest exchange."""
    return (await here.play.store.run(lambda work: work.exchanges.of_employee(here.emil.id)))[-1]


async def sign_up_of(here: Cast) -> SignUpRow:
    """Emil's newest sign-up."""

    def newest(work: Work) -> SignUpRow:
        (round_row,) = work.rounds.all(work.people.get(here.emil.id).organisation)
        return [row for row in work.rounds.sign_ups(round_row.id) if row.person == here.emil.id][-1]

    return await here.play.store.run(newest)


def said(here: Cast, key: str, **values: object) -> str:
    """A sentence as the people of the story read it."""
    return here.play.words.text(here.play.language, key, values)


async def stop(who: Seat) -> None:
    """Types "stop" and says yes."""
    await who.says("stop")
    await who.taps("btn.yes")


@pytest.mark.parametrize("scene", ["proposed", "accepted"])
async def test_a_stop_and_a_no_cross(open_at: Open, scene: str) -> None:
    here = await open_at(scene)
    if scene == "proposed":
        await here.emil.taps("btn.accept")
    await here.emil.says("stop")
    stop_card = await here.emil.offered(said(here, "btn.yes"))
    if scene == "proposed":
        await here.vera.taps("btn.decline")
    else:
        await here.lone.taps("btn.reject")
        await here.lone.fills({"approve.no.reason": "Vi mangler folk i maj"})
    await here.emil.press(*stop_card, {})
    assert said(here, "err.retrying") not in await here.emil.everything()
    assert (await sign_up_of(here)).state == "withdrawn"
    assert (await exchange_of(here)).state in ("declined", "rejected")


async def test_after_a_sent_debrief_there_is_nothing_to_stop(open_at: Open) -> None:
    here = await open_at("debrief")
    await here.emil.taps("btn.start_min", minutes=await minutes(here.emil))
    await walk(here.emil, {})
    assert (await exchange_of(here)).state == "debriefed"
    await here.emil.says("stop")
    assert await here.emil.text() == said(here, "stop.nothing")
    assert (await sign_up_of(here)).state == "placed"


async def test_who_stops_on_the_way_ends_early_also_with_nothing_written(open_at: Open) -> None:
    here = await open_at("prepared")
    await here.at(date(2026, 5, 6), 10)
    await stop(here.emil)
    exchange = await exchange_of(here)
    assert (exchange.state, exchange.end, exchange.track) == ("ended_early", date(2026, 5, 6), "short")
    assert said(here, "btn.debrief") in await here.emil.text()
    told = said(here, "stop.told.early", name="Emil", date=exchange.end)
    for other in (here.lone, here.vera):
        assert await other.text() == told


async def test_two_stop_cards_have_one_effect(open_at: Open) -> None:
    here = await open_at("proposed")
    await here.emil.says("stop")
    first = await here.emil.offered(said(here, "btn.yes"))
    await here.emil.taps("btn.withdraw")
    await here.emil.taps("btn.yes")
    assert (await sign_up_of(here)).state == "withdrawn"
    told = len(await here.lone.messages())
    await here.emil.press(*first, {})
    assert len(await here.lone.messages()) == told
    assert said(here, "err.retrying") not in await here.emil.everything()
