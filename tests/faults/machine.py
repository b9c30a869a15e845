"""A house of one or more processes in the process of the test, in which anything may go wrong at any time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from bot.channel import Address, Incoming
from bot.clock import StandingClock
from bot.conversation import Conversation
from bot.delivery import Delivery
from bot.tick import Ticker
from bot.turns.house import house as build_house
from storage.store import Store, StoreError, StoreUnavailable, Work
from storage.vault import Vault
from tests.faults import oracle
from tests.faults.house import MASTER
from tests.faults.oracle import LOGBOOK, Kept, Reader, Seen
from tests.faults.platform import Platform
from tests.faults.points import Point, Watched
from tests.faults.towns import ROLES, TEN, WORDS, Town, settle

T = TypeVar("T")

TOWNS = [
    Town("Sundby", "slack", "T0SUNDBY", {name: f"U{name}Sundby" for name in ROLES}, "C0SUNDBY"),
    Town("Nordby", "teams", "nordby", {name: f"{name}-nordby" for name in ROLES}, "19:nordby"),
    Town("Vestby", "teams", "vestby", {name: f"{name}-vestby" for name in ROLES}, "19:vestby"),
]
HOUSE = build_house()
PATIENCE = 90.0
"""Seconds that anything may take."""
SHORT = 0.05
"""Seconds that a platform may stay silent here."""


class Killed(BaseException):
    """The process is gone. No handler of the product may catch it."""


class Fragile(Watched):
    """A store as one process sees it: it can die at a point, after which it does nothing more, and be away."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner, strike=self._die)
        self.dead = False
        self.away = 0

    def dies_at(self, point: Point) -> None:
        """The process dies there, counted from now."""
        self._counts.clear()
        self._points = [point]

    def lives(self) -> None:
        """Nothing is planned any more."""
        self._points = []

    async def run(self, unit: Callable[[Work], T], **how: Any) -> T:
        """As the real one, if it is there and so are we."""
        if self.dead:
            raise Killed
        if self.away:
            self.away -= 1
            raise StoreUnavailable
        result = await super().run(unit, **how)
        if self.dead:
            raise Killed
        return result

    def _die(self, point: Point) -> None:
        self.dead = True
        raise Killed


@dataclass
class Process:
    """One process: what it is made of."""

    store: Fragile
    conversation: Conversation
    ticker: Ticker
    delivery: Delivery


@dataclass
class Machine:
    """`url` holds what everybody keeps. `sent` is every event, `acknowledged` how often each was thanked for."""

    url: str
    count: int = 1
    platforms: dict[str, Platform] = field(default_factory=dict)
    sent: dict[str, Incoming] = field(default_factory=dict)
    acknowledged: set[str] = field(default_factory=set)
    processes: list[Process] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Everything is settled, and nothing has happened."""
        self.loop = asyncio.new_event_loop()
        self.clock = StandingClock(TEN - timedelta(minutes=30))
        self.store = Store.open(self.url, Vault.parse(MASTER))
        self.store.migrate()
        self.reader = Reader(self.url)
        self.platforms = {"slack": Platform("slack", asked=True), "teams": Platform("teams", asked=False)}
        for town in TOWNS:
            self.store.run_now(partial(settle, town=town, house=HOUSE))
        self.processes = [self._process() for _ in range(self.count)]
        for process in self.processes:
            self.does(self._begins(process))

    def close(self) -> None:
        """Lets go of everything."""
        self._forget_tasks()
        self.loop.run_until_complete(self.store.close())
        self.loop.close()

    # What happens

    def incoming(self, town: Town, name: str, **what: Any) -> Incoming:
        """Something that somebody does, which happens only once."""
        event = f"Ev{len(self.sent)}"
        made = Incoming(Address(town.channel, town.tenant, town.places[name]), event, **what)
        self.sent[event] = made
        return made

    def tells(self, process: Process, incoming: Incoming) -> None:
        """The platform tells a process; thanked for or not, it is the platform's to tell again."""

        async def told() -> None:
            await process.conversation.receive(incoming)
            self.acknowledged.add(incoming.event)
            await process.conversation.idle()
            await process.delivery.deliver()

        self.does(told())

    def goes_on(self, process: Process) -> None:
        """One tick."""
        self.does(self._ticks(process))

    def restarts(self, number: int) -> Process:
        """The process is killed, if it is not dead already, and another takes its place."""
        self.processes[number].store.dead = True
        self._forget_tasks()
        self.processes[number] = process = self._process()
        self.does(self._begins(process))
        return process

    def does(self, doing: Coroutine[Any, Any, None]) -> None:
        """Lets it happen; that a process dies or the store is away is no failure of the test."""

        async def happens() -> None:
            try:
                async with asyncio.timeout(PATIENCE):
                    await doing
            except (Killed, StoreError):
                return
            except TimeoutError:
                raise AssertionError("This never comes to an end.") from None

        self.loop.run_until_complete(happens())
        if any(process.store.dead for process in self.processes):
            self._forget_tasks()

    # What must be

    @property
    def kept(self) -> Kept:
        """What stands in the database."""
        return self.reader.kept()

    @property
    def seen(self) -> list[Seen]:
        """All that people can see."""
        return [it for platform in self.platforms.values() for it in platform.seen]

    def holds_always(self) -> None:
        """What is true at any moment, whoever has just died."""
        kept, seen = self.kept, self.seen
        oracle.every_post_has_its_row(kept, seen)
        oracle.at_most_once(seen, (LOGBOOK, *(f"Nu kan du melde dig til {town.round_name}" for town in TOWNS)))
        oracle.nothing_foreign(seen, TOWNS)

    def comes_to_rest(self) -> None:
        """Nothing goes wrong any more, and time passes: what was acknowledged has its effect, and nothing hangs."""
        for platform in self.platforms.values():
            platform.troubles.clear()
        for number, process in enumerate(self.processes):
            process.store.away = 0
            process.store.lives()
            if process.store.dead:
                self.restarts(number)
        for incoming in list(self.sent.values()):
            self.tells(self.processes[0], incoming)
        for _ in range(12):
            self.clock.move_to(self.clock.now() + timedelta(seconds=50))
            for process in self.processes:
                self.goes_on(process)
        self.holds_always()
        kept = self.kept
        oracle.nothing_is_lost(kept)
        oracle.nothing_hangs(kept, self.clock.now())
        assert not kept.waits(self.clock.now()), kept.waits(self.clock.now())
        assert self.acknowledged == set(self.sent), "told once more, everything is thanked for"
        assert {row["event"] for row in kept.inbox} == set(self.sent)
        self._each_word_has_one_answer(kept)
        self.store.run_now(_what_is_written_is_written_once)

    def _each_word_has_one_answer(self, kept: Kept) -> None:
        for town in TOWNS:
            for place in town.places.values():
                asked = [it for it in self.sent.values() if it.text == "hjælp" and it.sender.place == place]
                oracle.one_effect(kept, self.seen, (town.channel, town.tenant, place), len(asked))

    # Inside

    def _process(self) -> Process:
        store: Any = Fragile(self.store)
        delivery = Delivery(store, self.clock, self.platforms, SHORT)
        return Process(
            store,
            Conversation(store, WORDS, self.clock, HOUSE, lambda: None),
            Ticker(store, WORDS, self.clock, HOUSE),
            delivery,
        )

    async def _begins(self, process: Process) -> None:
        if not self.store.is_shared:  # as the app does: whoever begins alone finds every lease over
            await process.conversation.recover()
            await process.ticker.recover()
        await process.delivery.recover()
        await self._ticks(process)

    async def _ticks(self, process: Process) -> None:
        await process.conversation.catch_up()
        await process.ticker.tick()
        await process.delivery.recover(starting=False)
        await process.delivery.deliver()

    def _forget_tasks(self) -> None:
        """What a dead process had under way is gone: it cannot do anything, for its store does nothing any more."""
        tasks = asyncio.all_tasks(self.loop)
        for task in tasks:
            task.cancel()
        if tasks:
            self.loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))


def _what_is_written_is_written_once(work: Work) -> None:
    """Each form that somebody sent has changed one entry of their own, or none."""
    for town in TOWNS:
        kept = work.answers.by(town.person("Emil"))
        places = {(str(row.value), row.occasion) for row in kept if "Kanarie" in str(row.value)}
        assert len(places) == len({words for words, _ in places}), places
        assert all(words.startswith(town.canary("Emil")) for words, _ in places), places
