"""One message and its platform: hands it over, or asks what became of it. Neither raises, nor waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog
from pydantic import ValidationError

from bot.channel import MESSAGE, Address, Channel, End, Outcome, Outgoing
from bot.clock import Clock
from storage.records import OutboxRow
from storage.store import Store, Work

log = structlog.get_logger()


class Carrier:
    """`patience`: seconds until a platform that stays silent is given up."""

    def __init__(self, store: Store, clock: Clock, channels: Mapping[str, Channel], patience: float) -> None:
        self._store = store
        self._clock = clock
        self._channels = channels
        self._patience = patience

    async def send(self, row: OutboxRow) -> Outcome:
        """What the platform said of the message; unknown when it said nothing."""
        channel = self._channels.get(row.to.channel)
        if channel is None:
            return Outcome(End.REFUSED, reason="no such channel here")
        try:
            outgoing = await self.outgoing(row)
        except ValidationError:
            return Outcome(End.REFUSED, reason="no message that this version knows")
        try:
            async with asyncio.timeout(self._patience):
                return await channel.send(outgoing, self._clock.now())
        except Exception as failure:
            log.error("send_failed", outgoing=row.id, error=type(failure).__name__)
            return Outcome(End.UNKNOWN, reason=type(failure).__name__)

    async def find(self, row: OutboxRow, most: float) -> Outcome | None:
        """What the platform says of a message whose end nobody knows, in `most` seconds.

        Later when it does not say now, None when it never will.
        """
        channel = self._channels.get(row.to.channel)
        if channel is None:
            return None
        try:
            async with asyncio.timeout(min(most, self._patience)):
                return await channel.find(await self.outgoing(row))
        except TimeoutError:
            return Outcome(End.LATER)
        except Exception as failure:
            log.error("find_failed", outgoing=row.id, error=type(failure).__name__)
            return None

    async def outgoing(self, row: OutboxRow) -> Outgoing:
        """The message with the platform's own names for what it replaces and answers."""

        def names(work: Work) -> tuple[str, str]:
            replaced = work.outbox.reference(row.replaces) if row.replaces else ""
            return replaced, work.outbox.reference(row.thread) if row.thread else ""

        replaces, thread = await self._store.run(names) if row.replaces or row.thread else ("", "")
        to = Address(row.to.channel, row.to.tenant, row.to.place)
        return Outgoing(row.id, to, MESSAGE.validate_json(row.payload), replaces, thread)
