"""Lets in what was read: not faster than a person can, with the people of ours that were picked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Protocol

from bot.channel import CLOSED, Field, Incoming, Message, NotReached, Reply
from bot.channels.pace import Pace
from bot.channels.reception import LATER, MOST, TOO_FAST, WHOLE, WITHIN, Language, People, Receives
from bot.channels.teams.answers import Pen
from bot.channels.teams.read import Heard
from bot.words import Words

NO_COLLEAGUE, SLOW = "teams.no_colleague", "channel.slow"
IN_CHANNEL, INSTALL = "teams.in_channel", "teams.install_first"


class Talks(Receives, Protocol):
    """The conversation, which can also show once more what it was not given."""

    async def asked(self, incoming: Incoming, refusal: Reply) -> Reply:
        """The refusal, with what was sent as it was asked."""


Reaches = Callable[[str, str], Awaitable[bool]]
"""Called with tenant and user: whether something can be said to them alone."""


class Reception:
    """One for all tenants. `link` is where the assistant is installed."""

    def __init__(
        self,
        conversation: Talks,
        people: People,
        words: Words,
        language: Language,
        reaches: Reaches,
        link: str,
        most: int = MOST,
    ) -> None:
        self._conversation = conversation
        self._people = people
        self._words = words
        self._language = language
        self._reaches = reaches
        self._link = link
        self._pace = Pace(most, WITHIN)
        self._told = Pace(1, WITHIN)

    async def hear(self, heard: Heard, answered: Callable[[], None]) -> str:
        """Somebody wrote, or pressed in an old client. On disk when this returns, and `answered` a little later.

        What is to be said at once, if anything: why it is not carried out, or where the answer is.
        """
        if self._too_fast(heard):
            return "" if self._told.too_fast(_who(heard)) else await self._sentence(heard, TOO_FAST)
        try:
            incoming, nobody = await self._picked(heard)
        except NotReached:
            return await self._sentence(heard, LATER)
        if nobody:
            return await self._sentence(heard, NO_COLLEAGUE)
        await self._conversation.accept(incoming, answered)
        if heard.where.personal:
            return ""
        if not await self._reaches(heard.where.tenant, heard.where.user):
            return await self._sentence(heard, INSTALL)
        # A press is nobody else's business; whoever writes before others is answered before them.
        return "" if heard.incoming.kind == "press" else await self._sentence(heard, IN_CHANNEL)

    async def arrive(self, heard: Heard) -> None:
        """Somebody has installed the assistant."""
        await self._conversation.accept(heard.incoming)

    async def put_down(self, heard: Heard, shown: Message) -> None:
        """Lets the chat show how far somebody is: Teams tells nobody when a dialog is closed."""
        incoming = Incoming(heard.incoming.sender, f"closed:{shown.card}", "press", card=shown.card, button=CLOSED)
        await self._conversation.accept(incoming)

    async def receive(self, heard: Heard) -> tuple[Reply, Pen]:
        """Somebody pressed. Carried out when this returns; what is answered, and what it is drawn with."""
        try:
            reply = await self._carried_out(heard)
        except NotReached:
            reply = await self._refused(heard, LATER)
        return reply, await self._pen(heard, reply)

    async def late(self, heard: Heard) -> tuple[Reply, Pen]:
        """What is answered while a press is still being carried out."""
        reply = Reply(note=await self._sentence(heard, SLOW))
        return reply, await self._pen(heard, reply)

    async def _carried_out(self, heard: Heard) -> Reply:
        if self._too_fast(heard):
            return await self._refused(heard, TOO_FAST)
        incoming, nobody = await self._picked(heard)
        if nobody:
            return await self._refused(heard, NO_COLLEAGUE, nobody)
        reply = await self._conversation.receive(incoming)
        if heard.where.personal or reply.errors or await self._reaches(heard.where.tenant, heard.where.user):
            return reply
        # Pressed in a channel by somebody to whom nothing can be said alone yet: it waits for them.
        return replace(reply, note=await self._sentence(heard, INSTALL))

    async def _picked(self, heard: Heard) -> tuple[Incoming, list[str]]:
        """What came, with people of ours in it, and the questions where it names none of them. Raises NotReached."""
        known = {key: await self._people.person_of(heard.where.tenant, user) for key, user in heard.people.items()}
        nobody = [key for key, person in known.items() if not person]
        return replace(heard.incoming, values={**heard.incoming.values, **known}), nobody

    async def _pen(self, heard: Heard, reply: Reply) -> Pen:
        shown = [*reply.shows, *(it for it in (reply.card, reply.again) if it)]
        language = shown[0].language if shown else await self._spoken(heard)
        people = {id for it in shown for field in it.fields if field.kind == "person" for id in _chosen(field)}
        members = await self._people.members(heard.where.tenant, sorted(people)) if people else {}
        return Pen(partial(self._words.text, language), members)

    def _too_fast(self, heard: Heard) -> bool:
        return self._pace.too_fast(_who(heard), heard.incoming.event)

    async def _refused(self, heard: Heard, key: str, at: Iterable[str] = (WHOLE,)) -> Reply:
        refusal = Reply(errors=dict.fromkeys(at, await self._sentence(heard, key)))
        return await self._conversation.asked(heard.incoming, refusal)

    async def _sentence(self, heard: Heard, key: str) -> str:
        return self._words.text(await self._spoken(heard), key, {"link": self._link})

    async def _spoken(self, heard: Heard) -> str:
        return await self._language(heard.where.tenant, heard.where.user)


def _who(heard: Heard) -> str:
    return f"{heard.where.tenant}:{heard.where.user}"


def _chosen(field: Field) -> Iterator[str]:
    yield from filter(None, (*field.chosen, field.value))
