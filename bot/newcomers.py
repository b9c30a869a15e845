"""Somebody whom nobody here knows yet, or who is back: the platform's directory says who it is, and who leads them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from bot.channel import Address, Directory, Incoming, Message, Newcomer, NotReached, Part, Reply
from bot.clock import Clock
from bot.moment import Moment
from bot.script import House
from bot.turns import people
from bot.words import Words
from storage.records import AddressRow
from storage.store import Store, Work

log = structlog.get_logger()

LEADER_STANDS = timedelta(hours=1)
"""A directory is not asked for somebody's leader again within this."""

NOBODY = Newcomer("", refused="bot")


class Newcomers:
    """Asks the directory of each platform."""

    def __init__(
        self, store: Store, words: Words, clock: Clock, house: House, directories: Mapping[str, Directory]
    ) -> None:
        self._store = store
        self._words = words
        self._clock = clock
        self._house = house
        self._directories = directories
        self._sought: dict[Address, datetime] = {}

    async def meet(self, inbox_id: str, incoming: Incoming, *, said: bool) -> Reply | None:
        """Writes down who it is, or answers that they cannot take part. Raises NotReached.

        None: they can, and what they did is still to be carried out. `said`: nobody waits for the reply.
        """
        directory = self._directories.get(incoming.sender.channel)
        newcomer = await directory.look_up(incoming.sender) if directory else NOBODY
        if newcomer.refused:
            return await self._store.run(lambda work: self._refuse(work, inbox_id, incoming, newcomer, said))
        await self._store.run(lambda work: self._arrive(work, at(incoming.sender), newcomer))
        return None

    async def find_leader(self, sender: Address) -> None:
        """Notes whom the directory names as somebody's leader, for when they are asked."""
        directory, now = self._directories.get(sender.channel), self._clock.now()
        sought = self._sought.get(sender)
        if directory is None or (sought is not None and now < sought + LEADER_STANDS):
            return
        self._sought[sender] = now  # first of all, for people come several times at once
        if await self._store.run(lambda work: work.people.at(at(sender))) is None:
            self._sought.pop(sender, None)
            return
        try:
            leader = await directory.leader_of(sender)
        except NotReached:
            log.warning("leader_not_looked_up")
            self._sought.pop(sender, None)
            return
        await self._store.run(lambda work: people.led_by(work, at(sender), leader))

    def _arrive(self, work: Work, where: AddressRow, newcomer: Newcomer) -> None:
        people.arrive(work, where, newcomer)
        # Who is back is as the platform says now.
        people.change(self._moment(work), where, name=newcomer.name, zone=newcomer.zone, active=True)

    def _refuse(self, work: Work, inbox_id: str, incoming: Incoming, newcomer: Newcomer, said: bool) -> Reply:
        if work.inbox.get(inbox_id).state != "pending":
            return Reply(repeated=True)
        work.inbox.done(inbox_id)
        if newcomer.refused == NOBODY.refused or incoming.kind == "arrive":
            return Reply()
        sentence = self._words.text(newcomer.language or "da", newcomer.refused)
        if said and not newcomer.gone:
            message = Message((Part(sentence),), preview=sentence)
            self._moment(work).post(at(incoming.sender), message, "answer")
        return Reply(note=sentence)

    def _moment(self, work: Work) -> Moment:
        return Moment(work, self._words, self._clock.now(), self._house)


def at(sender: Address) -> AddressRow:
    """An address as it is kept."""
    return AddressRow(sender.channel, sender.tenant, sender.place)
