"""What this process may send now: it holds lanes for a while, and takes of each what has room there.

A lane is one tenant of one channel. One that hangs, or has thousands waiting, is in no other's way.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.channel import Channel
from bot.clock import Clock
from storage.ids import new_id
from storage.lanes import Due
from storage.records import OutboxRow
from storage.store import Store, StoreUnavailable, Work

LEASE = timedelta(seconds=30)
"""For so long a claimed message is ours."""

LANE = timedelta(seconds=10)
KEEP = timedelta(seconds=7)
"""For so long a lane is ours, and what is left of it when it is made ours for longer."""

PUT_OFF = 3
REST = timedelta(seconds=1)
"""A lane in which so many in a row had to wait is given nothing more for so long, but for answers."""

BACK = timedelta(seconds=15)
"""For so long after the store was away each process first notes the ends that it alone knows."""

LANES = 8
"""Lanes served at a time, so that other processes find some to serve."""

ABREAST = 50
"""Messages on their way at once in a lane of a channel that is not here."""

MOST = 1000
"""Messages on their way at once in a channel. A lane takes at most half of what is left, so that some remains."""

RESCUED = 500
"""Messages looked after at a time."""

EVER = datetime.max.replace(tzinfo=UTC)

ME = new_id()
"""This process, as the others see it."""

Key = tuple[str, str]
Names = Mapping[str, str]


class Watch(Protocol):
    """Whether the time can be trusted: without `sends` nothing goes out, and only when `trusted` anything expires.

    Without `sees_leases` nobody else's lease is over, however it looks.
    """

    @property
    def sends(self) -> bool:
        """Whether this process may send."""
        ...

    @property
    def trusted(self) -> bool:
        """Whether what is too late by the clock is too late."""
        ...

    @property
    def sees_leases(self) -> bool:
        """Whether a lease that seems over is over."""
        ...


@dataclass(frozen=True)
class NoDoubt:
    """The time is as it should be."""

    sends: bool = True
    trusted: bool = True
    sees_leases: bool = True


@dataclass(frozen=True)
class Taken:
    """A message that is ours until its lease, and the platform's own names for what it replaces and answers."""

    row: OutboxRow
    replaces: str = ""
    thread: str = ""


@dataclass
class _Lane:
    """What is known of a lane. `busy`: messages on their way; `due`: more may go now; `full`: more than had room."""

    abreast: int
    busy: int = 0
    due: bool = False
    full: bool = False
    served: int = 0
    put_off: int = 0
    rested: datetime | None = None

    def wants(self) -> bool:
        """Whether it is worth while to look for more."""
        return self.due and (not self.full or self.has_room())

    def has_room(self) -> bool:
        """Whether there is room for more than a few."""
        return self.abreast - self.busy >= max(self.abreast // 8, 1)


@dataclass(frozen=True)
class _Turn:
    lane: Key
    ranks: Sequence[int]
    room: int
    until: datetime | None


class Claims:
    """The messages that this process has in hand. `waits`: there may be more to take than there was."""

    def __init__(self, store: Store, clock: Clock, channels: Mapping[str, Channel], watch: Watch, holder: str) -> None:
        self._store = store
        self._clock = clock
        self._channels = channels
        self._watch = watch
        self._me = holder
        self._lanes: dict[Key, _Lane] = {}
        self._busy: Counter[str] = Counter()
        self._in_hand: set[str] = set()
        self._lost: list[str] = []
        self._away = datetime.min.replace(tzinfo=UTC)
        self._taking = asyncio.Lock()
        self._served = 0
        self.waits = False

    async def take(self) -> tuple[list[Taken], list[OutboxRow]]:
        """What may go now, of some lanes in turn, and what has expired meanwhile."""
        async with self._taking:
            self.waits = False
            if not self._watch.sends:
                return [], []
            now, steady, trusted, token = self._clock.now(), self._clock.steady(), self._watch.trusted, new_id()
            lost = list(self._lost)

            def unit(work: Work) -> tuple[list[OutboxRow], list[Due], list[_Turn], dict[Key, list[OutboxRow]], Names]:
                if lost:
                    work.outbox.put_back(lost)
                expired = work.outbox.expire(now) if trusted else []
                due = work.lanes.due(now, steady, self._me)
                turns = self._turns(due, steady)
                rows = self._claimed(work, turns, now, steady, token)
                return expired, due, turns, rows, _names(work, [row for some in rows.values() for row in some])

            try:
                expired, due, turns, rows, names = await self._store.run(unit, serial=False)
            except BaseException as failure:  # nobody knows whether they are ours; they were not sent in any case
                self._lost.append(token)
                if isinstance(failure, StoreUnavailable):
                    self._away = self._clock.steady()
                raise
            self._lost = self._lost[len(lost) :]
            self._note(due, turns, rows)
            taken = _taken([row for some in rows.values() for row in some], names)
            self._in_hand.update(one.row.id for one in taken)
            return taken, expired

    async def rescue(self, but: Collection[str], *, alone: bool) -> list[Taken]:
        """What was on its way when a process died; ours to look after now. None of `but`.

        `alone`: nobody else sends, so every lease is over, and every lane is free.
        """
        async with self._taking:
            if not self._watch.sends or not (alone or self._watch.sees_leases):
                return []
            if not alone and timedelta() <= self._clock.steady() - self._away < BACK:
                return []
            steady, token = self._clock.steady(), new_id()
            known = {*self._in_hand, *but}

            def unit(work: Work) -> tuple[list[OutboxRow], Names]:
                if alone:
                    work.lanes.forget()
                rows = work.outbox.rescue(EVER if alone else steady, steady + LEASE, token, known, RESCUED)
                return rows, _names(work, rows)

            rows, names = await self._store.run(unit, serial=False)
            self._in_hand.update(row.id for row in rows)
            return _taken(rows, names)

    def put_down(self, row: OutboxRow) -> None:
        """What was rescued is in nobody's hands."""
        self._in_hand.discard(row.id)

    def gone(self, row: OutboxRow) -> None:
        """What was taken is not on its way any more."""
        self.put_down(row)
        lane = self._lanes[_key(row)]
        lane.busy -= 1
        self._busy[row.to.channel] -= 1
        self.waits = self.waits or lane.wants()

    def learn(self, row: OutboxRow, *, waits: bool) -> None:
        """Whether the platform lets what was taken wait for its turn."""
        lane = self._lanes[_key(row)]
        lane.put_off = lane.put_off + 1 if waits else 0
        if lane.put_off >= PUT_OFF:
            lane.rested = self._clock.steady()

    async def release(self) -> None:
        """Others may have our lanes."""
        lost = list(self._lost)

        def unit(work: Work) -> None:
            if lost:
                work.outbox.put_back(lost)
            work.lanes.release(self._me)

        await self._store.run(unit, serial=False)

    # Inside

    def _turns(self, due: Sequence[Due], steady: datetime) -> list[_Turn]:
        """The lanes that have room, those with answers first, then those that were served longest ago."""
        ranks: dict[Key, list[Due]] = {}
        for one in sorted(due, key=lambda one: one.rank):
            ranks.setdefault((one.channel, one.tenant), []).append(one)
        turns = []
        for key, ours in ranks.items():
            lane = self._lanes.get(key) or self._new(key)
            room = min(lane.abreast - lane.busy, max(MOST - self._busy[key[0]], 0) // 2)
            resting = lane.rested is not None and timedelta() <= steady - lane.rested < REST
            wanted = [one.rank for one in ours if one.rank == 0 or (lane.has_room() and not resting)]
            if room > 0 and wanted:
                turns.append(_Turn(key, wanted, room, ours[0].until))
        return sorted(turns, key=lambda turn: (turn.ranks[0], self._last_served(turn.lane)))

    def _claimed(
        self, work: Work, turns: Sequence[_Turn], now: datetime, steady: datetime, token: str
    ) -> dict[Key, list[OutboxRow]]:
        """What is taken of each lane that was looked into: until some had something, or all had their turn."""
        rows: dict[Key, list[OutboxRow]] = {}
        for turn in turns:
            rows[turn.lane] = self._claim(work, turn, now, steady, token)
            if sum(map(bool, rows.values())) == LANES:
                break
        return rows

    def _claim(self, work: Work, turn: _Turn, now: datetime, steady: datetime, token: str) -> list[OutboxRow]:
        """Messages of one lane, if it is ours."""
        channel, tenant = turn.lane
        held = turn.until is not None and turn.until > steady + KEEP
        if not held and not work.lanes.hold(channel, tenant, self._me, steady, steady + LANE):
            return []
        rows: list[OutboxRow] = []
        for rank in turn.ranks:
            if left := turn.room - len(rows):
                rows += work.outbox.claim(channel, tenant, rank, now, left, steady + LEASE, token)
        return rows

    def _note(self, due: Sequence[Due], turns: Sequence[_Turn], rows: Mapping[Key, Sequence[OutboxRow]]) -> None:
        for lane in self._lanes.values():
            lane.due = False
        for key in {(one.channel, one.tenant) for one in due}:
            lane = self._lanes.setdefault(key, self._new(key))
            lane.due = lane.full = True
        for turn in turns[: len(rows)]:
            lane, count = self._lanes[turn.lane], len(rows[turn.lane])
            self._served += 1
            lane.served = self._served
            lane.full = count == turn.room
            lane.busy += count
            self._busy[turn.lane[0]] += count
        self.waits = self.waits or len(turns) > len(rows)

    def _new(self, key: Key) -> _Lane:
        channel = self._channels.get(key[0])
        return _Lane(channel.abreast if channel else ABREAST)

    def _last_served(self, key: Key) -> int:
        lane = self._lanes.get(key)
        return lane.served if lane else 0


def _key(row: OutboxRow) -> Key:
    return row.to.channel, row.to.tenant


def _names(work: Work, rows: Sequence[OutboxRow]) -> Names:
    """What the platforms call the messages that these replace or answer."""
    return work.outbox.references({id for row in rows for id in (row.replaces, row.thread) if id})


def _taken(rows: Sequence[OutboxRow], names: Names) -> list[Taken]:
    return [Taken(row, names.get(row.replaces, ""), names.get(row.thread, "")) for row in rows]
