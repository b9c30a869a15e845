"""What this process may send now: it holds lanes for a while, and takes of each what has room there.

A lane is one tenant of one channel. One that hangs, or has thousands waiting, is in no other's way.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from bot.channel import Channel, End, Hold, Outcome
from bot.clock import Clock
from bot.whole import whole
from storage.ids import new_id
from storage.lanes import Asked, Due
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
FREELY = 250
SHARE = 32
"""Messages on their way at once in a channel. From so many on a lane has at most a part of what they leave."""

HANGS = timedelta(seconds=10)
"""What is not back by then hangs: its lane is given half as many, and one more for each that arrives.

What waits for its turn comes back before.
"""

RESCUED = 500
"""Messages looked after at a time."""

EVER = datetime.max.replace(tzinfo=UTC)

ME = new_id()
"""This process, as the others see it."""

Key = tuple[str, str]
Names = Mapping[str, str]
AskedOfAll = dict[tuple[str, str, str], tuple[datetime, datetime]]
"""What platforms ask for, by channel, tenant and what it is about: since when, and until when."""


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
    """What is known of a lane. `busy`: messages on their way; `due`: more may go now; `full`: more than had room.

    `width`: how many may be on their way, answers aside. `until`: how long it is ours.
    """

    abreast: int
    width: int
    busy: int = 0
    until: datetime | None = None
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
        return self.width - self.busy >= max(self.width // 8, 1)


@dataclass(frozen=True)
class _Turn:
    """A lane to look into: what may be taken by rank, answers first, each with how many may be on their way then."""

    lane: Key
    rooms: Mapping[int, int]
    until: datetime | None


@dataclass
class _Found:
    """What a look found. `ours`: until when the lanes are ours; `asked`: what holds in those that were not before."""

    expired: Sequence[OutboxRow]
    due: Sequence[Due]
    turns: Sequence[_Turn]
    rows: dict[Key, list[OutboxRow]] = field(default_factory=dict)
    ours: dict[Key, datetime] = field(default_factory=dict)
    asked: dict[Key, Asked] = field(default_factory=dict)
    names: Names = field(default_factory=dict)

    @property
    def claimed(self) -> list[OutboxRow]:
        """The rows of all lanes."""
        return [row for some in self.rows.values() for row in some]


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
        self._lost: dict[str, datetime] = {}
        self._asked: AskedOfAll = {}
        self._away = datetime.min.replace(tzinfo=UTC)
        self._taking = asyncio.Lock()
        self._served = 0
        self.waits = False

    async def take(self) -> tuple[list[Taken], Sequence[OutboxRow]]:
        """What may go now, of some lanes in turn, and what has expired meanwhile."""
        async with self._taking:
            self.waits = False
            if not self._watch.sends:
                return [], []
            now, steady, trusted, token = self._clock.now(), self._clock.steady(), self._watch.trusted, new_id()
            (note, asked), keep = self._noting(), self._to_keep(steady)

            def unit(work: Work) -> _Found:
                note(work)
                if keep:
                    work.lanes.keep(keep, self._me, steady + LANE)
                expired = work.outbox.expire(now) if trusted else []
                due = work.lanes.due(now, steady, self._me)
                found = _Found(expired, due, self._turns(due, steady))
                self._claim_of_each(work, found, now, steady, token)
                return found

            try:
                found = await whole(self._store.run(unit, serial=False))
            except BaseException as failure:  # nobody knows whether they are ours; they were not sent in any case
                self._lost[token] = steady + LEASE
                self._asked = asked | self._asked
                if isinstance(failure, StoreUnavailable):
                    self.was_away()
                raise
            self._lost = {token: until for token, until in self._lost.items() if until > steady}
            for key in keep:
                self._lanes[key].until = steady + LANE
            self._note(found)
            taken = _taken(found.claimed, found.names)
            self._in_hand.update(one.row.id for one in taken)
            return taken, found.expired

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
                work.lanes.sweep(steady)
                if alone:
                    work.lanes.forget()
                rows = work.outbox.rescue(EVER if alone else steady, steady + LEASE, token, known, RESCUED)
                return rows, _names(work, rows)

            try:
                rows, names = await whole(self._store.run(unit, serial=False))
            except StoreUnavailable:
                self.was_away()
                raise
            self._in_hand.update(row.id for row in rows)
            return _taken(rows, names)

    def was_away(self) -> None:
        """The store is, or was until now: others may know ends that they could not note."""
        self._away = self._clock.steady()

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

    def learn(self, row: OutboxRow, outcome: Outcome) -> None:
        """What the platform did with what was taken: took it, lets it wait for its turn, or is silent."""
        lane, steady = self._lanes[_key(row)], self._clock.steady()
        if row.lease is not None and steady - (row.lease - LEASE) >= HANGS:
            lane.width = max(lane.width // 2, 1)
        elif outcome.end is End.SENT:
            lane.width = min(lane.width + 1, lane.abreast)
        lane.put_off = lane.put_off + 1 if outcome.end is End.LATER and not outcome.counts else 0
        if lane.put_off >= PUT_OFF:
            lane.rested = steady
        self._hear()
        self.waits = self.waits or bool(self._asked)  # what the platform asks for is written down at once

    async def release(self) -> None:
        """Others may have our lanes."""
        async with self._taking:
            note, _ = self._noting()

            def unit(work: Work) -> None:
                note(work)
                work.lanes.release(self._me)

            await self._store.run(unit, serial=False)

    # Inside

    def _hear(self) -> None:
        """What the platforms have asked for since the last time."""
        steady = self._clock.steady()
        for name, channel in self._channels.items():
            for hold in channel.heard():
                until = steady + timedelta(seconds=hold.seconds)
                self._asked[name, hold.tenant, hold.what] = (steady, until)

    def _noting(self) -> tuple[Callable[[Work], None], AskedOfAll]:
        """What writes down what the platforms ask for, and lets go of what was claimed, perhaps, and not sent.

        Until their lease is over, not once only: a commit that broke off may come later.
        """
        self._hear()
        lost, asked = list(self._lost), self._asked
        self._asked = {}

        def note(work: Work) -> None:
            if lost:
                work.outbox.put_back(lost)
            if asked:
                work.lanes.ask(asked)

        return note, asked

    def _to_keep(self, steady: datetime) -> list[Key]:
        """The lanes with messages on their way that are soon not ours any more."""
        return sorted(
            key for key, lane in self._lanes.items() if lane.busy and lane.until and lane.until <= steady + KEEP
        )

    def _turns(self, due: Sequence[Due], steady: datetime) -> list[_Turn]:
        """The lanes that have room, those with answers first, then those that were served longest ago."""
        ranks: dict[Key, list[Due]] = {}
        for one in sorted(due, key=lambda one: one.rank):
            ranks.setdefault((one.channel, one.tenant), []).append(one)
        turns = []
        for key, ours in ranks.items():
            lane = self._lanes.get(key) or self._new(key)
            left = max(MOST - self._busy[key[0]], 0)
            share = left if left > MOST - FREELY else -(-left // SHARE)
            resting = lane.rested is not None and timedelta() <= steady - lane.rested < REST
            wanted = [one.rank for one in ours if one.rank == 0 or (lane.has_room() and not resting)]
            rooms = {rank: min(lane.width if rank else lane.abreast, share) for rank in wanted}
            if max(rooms.values(), default=0) > lane.busy:
                turns.append(_Turn(key, rooms, ours[0].until))
        return sorted(turns, key=lambda turn: (min(turn.rooms), self._last_served(turn.lane)))

    def _claim_of_each(self, work: Work, found: _Found, now: datetime, steady: datetime, token: str) -> None:
        """Takes of each lane that is looked into: until some had something, or all had their turn."""
        for turn in found.turns:
            rows = found.rows[turn.lane] = []
            if turn.until is not None and turn.until > steady + KEEP:
                found.ours[turn.lane] = turn.until
            elif work.lanes.hold(*turn.lane, self._me, steady, steady + LANE):
                found.ours[turn.lane] = steady + LANE
                lane = self._lanes.get(turn.lane)
                if turn.until is None or lane is None or lane.until is None:
                    found.asked[turn.lane] = work.lanes.asked(*turn.lane, steady)
            else:
                continue
            rows += self._claim(work, turn, now, steady, token)
            if sum(map(bool, found.rows.values())) == LANES:
                break
        found.names = _names(work, found.claimed)

    def _claim(self, work: Work, turn: _Turn, now: datetime, steady: datetime, token: str) -> list[OutboxRow]:
        """Messages of one lane that is ours."""
        rows: list[OutboxRow] = []
        busy = self._busy_in(turn.lane)
        for rank, room in sorted(turn.rooms.items()):
            if (left := room - busy - len(rows)) > 0:
                rows += work.outbox.claim(*turn.lane, rank, now, left, steady + LEASE, token)
        return rows

    def _note(self, found: _Found) -> None:
        for lane in self._lanes.values():
            lane.due = False
        for key in {(one.channel, one.tenant) for one in found.due}:
            lane = self._lanes.setdefault(key, self._new(key))
            lane.due = lane.full = True
        for turn in found.turns[: len(found.rows)]:
            lane, count = self._lanes[turn.lane], len(found.rows[turn.lane])
            self._served += 1
            lane.served = self._served
            lane.until = found.ours.get(turn.lane)
            lane.busy += count
            lane.full = lane.busy >= turn.rooms[max(turn.rooms)]
            self._busy[turn.lane[0]] += count
        for (name, tenant), asked in found.asked.items():
            if asked and (channel := self._channels.get(name)):
                channel.obey([Hold(tenant, what, seconds) for what, seconds in asked.items()])
        self.waits = self.waits or len(found.turns) > len(found.rows)

    def _new(self, key: Key) -> _Lane:
        channel = self._channels.get(key[0])
        abreast = channel.abreast if channel else ABREAST
        return _Lane(abreast, abreast)

    def _busy_in(self, key: Key) -> int:
        lane = self._lanes.get(key)
        return lane.busy if lane else 0

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
