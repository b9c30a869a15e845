"""What goes out to Teams: each message once, at Teams' pace; where nobody knows whether it came, that is said."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from bot.channel import Address, End, Hold, Message, Outcome, Outgoing
from bot.channels import takeaways
from bot.channels.teams import card
from bot.channels.teams.calls import Calls
from bot.channels.teams.chat_of import ChatOf
from bot.channels.teams.outcomes import ABSENT, NOT_INSTALLED, Stopped
from bot.channels.teams.pace import ABREAST, PATIENCE, Pace
from bot.channels.teams.people import members_of
from bot.channels.teams.read import CHANNEL
from bot.channels.teams.sending import Activity, Sending
from bot.channels.undrawn import undrawn
from bot.clock import Clock
from bot.words import Words
from storage.records import new_id
from storage.store import Store


class TeamsChannel:
    """The channel "teams". A reference is a message's conversation and its id: "a:1pL6i0oY3C|1493070356924".

    `origin` is where people's browsers reach us, as https://vidsyn.example.dk; files are downloaded from there.
    """

    name = CHANNEL
    abreast = ABREAST

    def __init__(self, calls: Calls, store: Store, words: Words, pace: Pace, clock: Clock, origin: str = "") -> None:
        self._calls = calls
        self._store = store
        self._words = words
        self._pace = pace
        self._clock = clock
        self._origin = origin
        self._chats = ChatOf(store, clock)

    async def send(self, outgoing: Outgoing, now: datetime) -> Outcome:
        """Posts the message or changes the one it replaces, when it is its turn."""
        pace, tenant = self._pace, outgoing.to.tenant
        # First of all, so that messages stand in line in the order in which delivery took them.
        pace.queue(tenant, outgoing.id, urgent=outgoing.urgent)
        until = pace.now() + PATIENCE
        stays = False
        try:
            outcome = await self._send(outgoing, until)
            stays = outcome.end is End.LATER
        finally:
            if not stays:
                pace.leave(tenant, outgoing.id)
        return outcome

    async def find(self, outgoing: Outgoing) -> Outcome | None:
        """None: Teams cannot be asked what stands in a chat. An operator decides."""
        return None

    def heard(self) -> Sequence[Hold]:
        """By tenant and conversation."""
        return self._pace.heard()

    def obey(self, holds: Sequence[Hold]) -> None:
        """Teams said so to another process."""
        for hold in holds:
            self._pace.obey(hold)

    async def reaches(self, tenant: str, aad: str) -> bool:
        """Whether something can be said to this user alone; while Teams does not tell, we believe so."""
        nothing = Outgoing(new_id(), Address(CHANNEL, tenant, aad), Message((), preview=""))
        until = self._pace.now() + PATIENCE
        self._pace.queue(tenant, nothing.id)
        try:
            await Sending(self._calls, self._chats, self._pace, nothing, (), until).reach()
        except Stopped as stopped:
            return stopped.outcome.end is End.LATER and stopped.outcome.reason not in (ABSENT, *NOT_INSTALLED)
        finally:
            self._pace.leave(tenant, nothing.id)
        return True

    async def _send(self, outgoing: Outgoing, until: float) -> Outcome:
        try:
            activities = await self._drawn(outgoing)
        except Exception as failure:  # nothing has been sent yet
            return undrawn(outgoing.id, failure)
        try:
            return await Sending(self._calls, self._chats, self._pace, outgoing, activities, until).run()
        except Stopped as stopped:
            return stopped.outcome

    async def _drawn(self, outgoing: Outgoing) -> list[Activity]:
        message, tenant = outgoing.message, outgoing.to.tenant
        named = [field for field in message.fields if field.kind == "person"]
        people = {person for field in named for person in (*field.chosen, field.value) if person}
        members = await self._store.run(lambda work: members_of(work, tenant, people)) if people else {}
        links = await takeaways.links(self._store, outgoing, self._clock.now(), self._origin)
        return [*card.chat(message, partial(self._words.text, message.language), members=members, links=links)]
