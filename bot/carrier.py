"""One message and its platform: hands it over, or asks what became of it. Neither raises, nor waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import structlog
from pydantic import ValidationError

from bot.channel import MESSAGE, Address, Channel, End, Outcome, Outgoing
from bot.claims import LEASE, Taken
from bot.clock import Clock
from storage.store import StoreUnavailable

log = structlog.get_logger()

LOOK = 8.0
"""Seconds for looking up at once what broke; with the platform's patience less than the lease."""

ENOUGH = 10.0
"""Seconds that must be left to hand a message over in: a process that stood still has fewer, or none."""


class Carrier:
    """`patience`: seconds until a platform that stays silent is given up."""

    def __init__(self, clock: Clock, channels: Mapping[str, Channel], patience: float) -> None:
        self._clock = clock
        self._channels = channels
        self._patience = patience

    async def send(self, taken: Taken) -> Outcome:
        """What the platform said of the message; unknown when it said nothing."""
        row = taken.row
        channel = self._channels.get(row.to.channel)
        if channel is None:
            return Outcome(End.REFUSED, reason="no such channel here")
        left = self._left(taken)
        if left < ENOUGH:
            return Outcome(End.LATER, reason="took too long", counts=False)
        try:
            outgoing = self.outgoing(taken)
        except ValidationError:
            return Outcome(End.REFUSED, reason="no message that this version knows")
        try:
            async with asyncio.timeout(min(self._patience, left)):
                return await channel.send(outgoing, self._clock.now())
        except Exception as failure:
            log.error("send_failed", outgoing=row.id, error=type(failure).__name__)
            return Outcome(End.UNKNOWN, reason=type(failure).__name__)

    async def find(self, taken: Taken, most: float) -> Outcome | None:
        """What the platform says of a message whose end nobody knows, in `most` seconds.

        Later when it does not say now, None when it never will.
        """
        channel = self._channels.get(taken.row.to.channel)
        if channel is None:
            return None
        try:
            async with asyncio.timeout(min(most, self._patience)):
                return await channel.find(self.outgoing(taken))
        except (TimeoutError, StoreUnavailable):  # the channel asks the store who may ask
            return Outcome(End.LATER)
        except Exception as failure:
            log.error("find_failed", outgoing=taken.row.id, error=type(failure).__name__)
            return None

    def outgoing(self, taken: Taken) -> Outgoing:
        """The message with the platform's own names for what it replaces and answers. Raises ValidationError."""
        row = taken.row
        to = Address(row.to.channel, row.to.tenant, row.to.place)
        message = MESSAGE.validate_json(row.payload)
        return Outgoing(
            row.id,
            to,
            message,
            taken.replaces,
            taken.thread,
            urgent=row.rank == 0,
            is_ours=lambda: self._left(taken) > 0,
        )

    def _left(self, taken: Taken) -> float:
        """Seconds until nobody may begin to send it any more: somebody else may have it soon."""
        lease = taken.row.lease
        until = lease - timedelta(seconds=LOOK) if lease else self._clock.steady() + LEASE
        return (until - self._clock.steady()).total_seconds()
