"""One workspace's lane: answers overtake in the line; what is not ours any more, or cannot be drawn, is not sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime

import pytest

from bot.channel import Address, Button, End, Field, Message, Outgoing, Part
from bot.channels.slack.api import Api
from bot.channels.slack.calls import Calls
from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.pace import Pace
from bot.channels.slack.tokens import Access, Tokens
from storage.records import OutboxState
from storage.store import StoreUnavailable
from tests.slack.office import FOUR, WORDS, Office, open_office

HELLO = Message((Part("Hej"),), "Ny besked")
PICKS = Field("leader", "person", "Hvem er din leder?", chosen=("p1",))
TICK = Field("ack", "tick", "Har du læst det?")
FORM = Message((), "Ny besked", card="c", fields=(PICKS,), buttons=(Button("send", "Send", sends=True),))


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    async with open_office() as office:
        yield office


async def test_an_answer_overtakes_those_that_stand_in_line(office: Office) -> None:
    users = [f"U{n:04}" for n in range(6)]
    for user in users:
        office.slack.add_user(user, user)
    sending = []
    for user in [*users, "UVERA"]:
        outgoing = Outgoing(user, Address("slack", "T1", user), HELLO, urgent=user == "UVERA")
        sending.append(asyncio.create_task(office.channel.send(outgoing, FOUR)))
    assert {outcome.end for outcome in await asyncio.gather(*sending)} == {End.SENT}
    assert "UVERA" in [posted.user for posted in office.slack.ledger.posted][:2]


async def test_f16_what_is_not_ours_any_more_is_not_handed_over(office: Office) -> None:
    """The process was stopped for minutes while the message stood in line."""
    outgoing = Outgoing("o", Address("slack", "T1", "UVERA"), HELLO, is_ours=lambda: False)
    outcome = await office.channel.send(outgoing, FOUR)
    assert (outcome.end, outcome.counts, office.slack.ledger.posted) == (End.LATER, False, [])
    assert (await office.channel.send(replace(outgoing, is_ours=lambda: True), FOUR)).end is End.SENT


async def test_f21_what_cannot_be_drawn_is_set_aside_and_others_flow(office: Office) -> None:
    odd = await office.queue("UVERA", replace(FORM, fields=(TICK,), language="xx"))
    good = await office.queue("UVERA")
    await office.delivery.deliver()
    row = await office.row(odd)
    assert (row.state, row.reason) == (OutboxState.REFUSED, "cannot be drawn: KeyError")
    await office.run_until_empty(10)
    assert (await office.row(good)).state == OutboxState.SENT
    assert row.payload == ""


async def test_f13_what_cannot_be_drawn_while_the_database_is_away_is_drawn_later(office: Office) -> None:
    class Away:
        async def run(self, unit: object, serial: bool = True) -> object:
            raise StoreUnavailable("It is away.")

    channel = SlackChannel(office.api, Away(), WORDS)  # type: ignore[arg-type]
    outcome = await channel.send(Outgoing("o", Address("slack", "T1", "UVERA"), FORM), FOUR)
    assert (outcome.end, outcome.counts, outcome.after > 0) == (End.LATER, False, True)
    assert office.slack.ledger.posted == []


class Shut:
    """A workspace's token, while the database that holds it is away."""

    async def of(self, tenant: str, enterprise: str = "") -> Access:
        raise StoreUnavailable("It is away.")

    async def gone(self, tenant: str, enterprise: str = "", at: datetime | None = None) -> None:
        raise StoreUnavailable("It is away.")


class Revoked(Shut):
    """A token that opens nothing any more, in a database that goes away before that can be kept."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._asked = False

    async def of(self, tenant: str, enterprise: str = "") -> Access:
        if self._asked:
            raise StoreUnavailable("It is away.")
        self._asked = True
        return replace(await self._tokens.of(tenant, enterprise), token="xoxb-revoked")


@pytest.mark.parametrize("revoked", [False, True])
async def test_f11_nothing_is_unknown_when_the_database_with_the_tokens_is_away(office: Office, revoked: bool) -> None:
    tokens = Revoked(office.tokens) if revoked else Shut()
    api = Api(Calls(office.slack.base_url), tokens, Pace(office.time.now, office.time.pause), office.time.clock)
    channel = SlackChannel(api, office.store, WORDS)
    outgoing = Outgoing("o", Address("slack", "T1", "UVERA"), HELLO)
    outcome = await channel.send(outgoing, FOUR)
    assert (outcome.end, outcome.reason, outcome.counts) == (End.LATER, "store", False)
    found = await channel.find(outgoing)
    assert found is not None
    assert found.end is End.LATER
    assert office.slack.ledger.posted == []
