"""Catching up leaves alone what somebody is answering just now: their form would stay without its answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bot.channel import Address, Incoming, Newcomer
from bot.conversation import Conversation
from bot.stage import CHANNEL, TENANT
from tests.stage.play import Play
from tests.stage.scenes import MORNING


@dataclass
class SlowDirectory:
    """Knows everybody, and says so only when it is let."""

    organisation: str
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def look_up(self, address: Address) -> Newcomer:
        self.asked.set()
        await self.may_answer.wait()
        return Newcomer("Nora Nygaard", organisation=self.organisation)

    async def leader_of(self, address: Address) -> str:
        return ""


async def test_what_is_being_answered_is_not_answered_again() -> None:
    play = Play(MORNING)
    organisation = await play.store.run(lambda work: work.people.organisations()[0].id)
    directory = SlowDirectory(organisation)
    conversation = Conversation(play.store, play.words, play.clock, play.house, lambda: None, {CHANNEL: directory})
    helps = Incoming(Address(CHANNEL, TENANT, "nora"), "e1", "command", text="hjælp", form="open")
    answering = asyncio.create_task(conversation.receive(helps))
    await directory.asked.wait()
    assert await conversation.catch_up() == 0
    directory.may_answer.set()
    (shown,) = (await answering).shows
    assert "Du kan skrive" in shown.parts[0].text
    assert await conversation.catch_up() == 0
    await play.close()
