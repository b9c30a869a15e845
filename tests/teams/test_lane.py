"""One tenant's lane: answers overtake in the line, and what is not ours any more, or cannot be drawn, is not sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from bot.channel import Address, Button, End, Field, Message, Outgoing, Part
from bot.channels.teams.channel import TeamsChannel
from storage.records import OutboxState
from storage.store import Store, StoreUnavailable, Work
from tests.slack.office import FOUR, WORDS
from tests.teams.fake.faults import Refuse
from tests.teams.office import Office, open_office

T = TypeVar("T")
HELLO = Message((Part("Hej"),), "Ny besked")
FORM = Message(
    (),
    "Ny besked",
    card="c",
    fields=(Field("why", "text", "Hvorfor?"),),
    buttons=(Button("send", "Send", sends=True),),
    language="xx",
)


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with open_office() as office:
        yield office


async def test_an_answer_overtakes_those_that_stand_in_line(office: Office) -> None:
    people = [await office.meet(f"Person {n}") for n in range(6)]
    vera = await office.meet("Vera")
    sending = []
    for person in [*people, vera]:
        outgoing = Outgoing(person.aad, Address("teams", person.tenant, person.aad), HELLO, urgent=person is vera)
        sending.append(asyncio.create_task(office.channel.send(outgoing, FOUR)))
    assert {outcome.end for outcome in await asyncio.gather(*sending)} == {End.SENT}
    posted = sorted((office.posts(person)[0].at, person.name) for person in (*people, vera))
    assert "Vera" in [name for _, name in posted[:2]]


async def test_f16_what_is_not_ours_any_more_is_not_handed_over(office: Office) -> None:
    """The process was stopped for minutes while the message stood in line."""
    vera = await office.meet("Vera")
    outgoing = Outgoing("o", Address("teams", vera.tenant, vera.aad), HELLO, is_ours=lambda: False)
    outcome = await office.channel.send(outgoing, FOUR)
    assert (outcome.end, outcome.counts, office.posts(vera)) == (End.LATER, False, [])
    assert (await office.channel.send(replace(outgoing, is_ours=lambda: True), FOUR)).end is End.SENT


async def test_f21_what_cannot_be_drawn_is_set_aside_and_others_flow(office: Office) -> None:
    vera = await office.meet("Vera")
    odd, good = await office.queue(vera, FORM), await office.queue(vera)
    await office.delivery.deliver()
    row = await office.row(odd)
    assert (row.state, row.reason, row.payload) == (OutboxState.REFUSED, "cannot be drawn: KeyError", "")
    assert (await office.row(good)).state == OutboxState.SENT


class Shaky:
    """A store that cannot be used after some times."""

    def __init__(self, store: Store, times: int) -> None:
        self._store = store
        self._times = times

    async def run(self, unit: Callable[[Work], T], serial: bool = True) -> T:
        self._times -= 1
        if self._times < 0:
            raise StoreUnavailable("It is away.")
        return await self._store.run(unit, serial)


@pytest.mark.parametrize("times", [0, 1])
async def test_f11_nothing_is_unknown_when_the_database_with_the_chats_is_away(office: Office, times: int) -> None:
    """Before Teams is asked, and before it can be kept that Teams refused."""
    vera = await office.meet("Vera")
    office.teams.fail_always("send", Refuse(403, "MessageWritesBlocked"))
    shaky = Shaky(office.store, times)
    channel = TeamsChannel(office.channel._calls, shaky, WORDS, office.pace, office.time.clock)  # type: ignore[arg-type]
    outcome = await channel.send(Outgoing("o", Address("teams", vera.tenant, vera.aad), HELLO), FOUR)
    assert (outcome.end, outcome.reason, outcome.counts) == (End.LATER, "store", False)
    assert office.posts(vera) == []
