"""Where a person's chat is: known from what they sent, or made once (T9); and what Teams says of it (T10)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from weakref import WeakValueDictionary

from bot.channel import Address
from bot.channels.teams.calls import Answer
from bot.channels.teams.outcomes import ABSENT, BLOCKED, DAY, NO_CONVERSATION, NOT_INSTALLED, later, refused
from bot.channels.teams.read import CHANNEL
from bot.clock import Clock
from bot.together import Together
from storage.records import Chat
from storage.store import Store, Work

SERVICE = "https://smba.trafficmanager.net/teams/"
"""Where a tenant is that nothing has come from yet: Microsoft's own worldwide address."""

Create = Callable[[Chat], Awaitable[str]]
"""Makes sure of the conversation with a person, and says its id."""


def is_channel(place: str) -> bool:
    """Whether it is a channel's conversation, and no person."""
    return place.startswith("19:")


class ChatOf:
    """The conversations of people and channels, one row each."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._together = Together(store)
        self._making: WeakValueDictionary[Address, asyncio.Lock] = WeakValueDictionary()

    async def find(self, to: Address) -> Chat:
        """What is known, with the latest address to call. Raises Stopped where nothing may be sent."""
        now = self._clock.now()
        known, tenant = await self._together.run(
            lambda work: (
                work.chats.find(CHANNEL, to.tenant, to.place),
                work.chats.find(CHANNEL, to.tenant, ""),
            )
        )
        chat = known or Chat(CHANNEL, to.tenant, to.place, touched=now)
        _check(chat)
        if tenant is not None and (not chat.service or tenant.touched > chat.touched):
            chat = replace(chat, service=tenant.service)
        return chat if chat.service else replace(chat, service=SERVICE)

    async def made(self, to: Address, create: Create) -> Chat:
        """The person's chat, with its id. However many ask at once, `create` is awaited once. Raises Stopped."""
        # A weak dictionary keeps the lock for as long as somebody here holds on to it.
        lock = self._making.setdefault(to, asyncio.Lock())
        async with lock:
            chat = await self.find(to)
            if chat.chat:
                return chat
            made = replace(chat, chat=await create(chat))

            def unit(work: Work) -> Chat:
                known = work.chats.find(CHANNEL, to.tenant, to.place)
                if known is not None and (known.chat or known.state == "gone"):
                    return known  # they wrote to us, or removed the assistant, while it was made
                work.chats.put(made)
                return made

            kept = await self._store.run(unit)
            _check(kept)
            return replace(kept, service=chat.service)

    async def learn(self, to: Address, answer: Answer) -> None:
        """Keeps what an answer says of a person's chat. Raises Stopped when it decides about the message."""
        if is_channel(to.place):
            return
        if answer.code in NOT_INSTALLED:
            await self._change(to, "absent")
            raise later(answer.code, DAY)
        if answer.code in BLOCKED:
            await self._change(to, "blocked")
            raise refused(answer.code)
        if answer.code == NO_CONVERSATION:
            await self._change(to, "live")
            raise later(answer.code, 1.0, counts=True)

    async def _change(self, to: Address, state: str) -> None:
        """Keeps the state, and forgets which conversation it was. Who has removed the assistant stays gone."""
        now = self._clock.now()

        def unit(work: Work) -> None:
            known = work.chats.find(CHANNEL, to.tenant, to.place) or Chat(CHANNEL, to.tenant, to.place, touched=now)
            if known.state != "gone":
                work.chats.put(replace(known, state=state, chat=""))

        await self._store.run(unit)


def _check(chat: Chat) -> None:
    """Without a call: nothing is sent before an install, after an uninstall, or to one who wants nothing."""
    if chat.state == "absent":
        raise later(ABSENT, DAY)
    if chat.state != "live":
        raise refused(chat.state)
