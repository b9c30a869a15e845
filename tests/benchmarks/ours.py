"""The product in a process of its own, to be measured; and, when asked, what it spends its time on."""

from __future__ import annotations

import asyncio
import cProfile
import logging
import pstats
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from io import StringIO
from time import perf_counter
from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bot.channel import MESSAGE, Message, Part
from bot.scheduler import TICK
from storage.records import AddressRow
from storage.store import Work
from tests.benchmarks.house import House, open_house
from tests.benchmarks.sides import TEAM, TENANT, place_of
from tests.benchmarks.worker import Do, Json, common_clock, run

LINES = 60
"""Of a profile."""


class Statements:
    """Statements that SQLAlchemy runs, none that is prepared: how often, and how long the driver had them."""

    def __init__(self) -> None:
        self._count: Counter[str] = Counter()
        self._seconds: dict[str, float] = defaultdict(float)
        event.listen(Engine, "before_cursor_execute", self._begin)
        event.listen(Engine, "after_cursor_execute", self._end)

    def _begin(self, connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        context.vidsyn_began = perf_counter()

    def _end(self, connection: Any, cursor: Any, statement: str, values: Any, context: Any, many: bool) -> None:
        name = " ".join(statement.split())
        self._count[name] += 1
        self._seconds[name] += perf_counter() - context.vidsyn_began

    def told(self) -> list[tuple[str, int, float]]:
        """Each with its count and its seconds, the most seconds first; then from nothing."""
        found = [(name, count, self._seconds[name]) for name, count in self._count.items()]
        self._count.clear()
        self._seconds.clear()
        return sorted(found, key=lambda each: -each[2])


class Ours:
    """What the product is asked for."""

    def __init__(self, house: House, platform: str) -> None:
        self._house = house
        self._platform = platform
        self._profiles: list[cProfile.Profile] = []
        self._statements: Statements | None = None
        self._beating: asyncio.Task[None] | None = None

    async def states(self, told: Json) -> Json:
        """How much is in each state, once nothing is under way."""
        app = self._house.app
        await app.conversation.idle()
        await app.delivery.idle()
        return await app.store.run(_states)

    async def fill(self, told: Json) -> Json:
        """Writes down so many `messages`, each to somebody else."""
        tenant, now = TEAM if self._platform == "slack" else TENANT, self._house.app.clock.now()
        text = "Der er en hilsen til dig."
        payload = MESSAGE.dump_json(Message((Part(text),), preview=text, language="da")).decode()

        def unit(work: Work) -> None:
            for number in range(told["messages"]):
                to = AddressRow(self._platform, tenant, place_of(self._platform, number))
                work.outbox.add(to, payload, "news", "", not_before=now)

        await self._house.app.store.run(unit)
        return {}

    async def deliver(self, told: Json) -> Json:
        """Sends all that waits, and notes it."""
        self._house.app.delivery.kick()
        await self._house.app.delivery.idle()
        return {}

    async def tick(self, told: Json) -> Json:
        """Ticks so many `times`; the milliseconds of each."""
        app, taken = self._house.app, []
        for _ in range(told["times"]):
            began = perf_counter()
            await app.tick()
            await app.delivery.idle()
            taken.append((perf_counter() - began) * 1000)
        return {"ms": taken}

    async def beat(self, told: Json) -> Json:
        """From now on ticks every five seconds, as the process does by itself where the time is the real one."""
        self._beating = asyncio.create_task(self._beat())
        return {}

    async def _beat(self) -> None:
        while True:
            await self._house.app.tick()
            await asyncio.sleep(TICK)

    async def profile(self, told: Json) -> Json:
        """Begins to write down what takes time, or tells it, by function and by statement."""
        if not self._profiles:
            self._statements = Statements()
            self._watch()
            await self._house.app.store.run(lambda work: self._watch())
            return {}
        assert self._statements is not None
        for profile in self._profiles:
            profile.disable()
        written = []
        for profile in self._profiles:
            for order in ("tottime", "cumulative"):
                out = StringIO()
                pstats.Stats(profile, stream=out).sort_stats(order).print_stats(LINES)
                written.append(out.getvalue())
        return {"profile": "\n".join(written), "statements": self._statements.told()}

    def _watch(self) -> None:
        """The thread that this runs in."""
        profile = cProfile.Profile()
        profile.enable()
        self._profiles.append(profile)

    async def stop(self, told: Json) -> Json:
        """As the process stops."""
        if self._beating is not None:
            self._beating.cancel()
        await self._house.stop()
        return {}


def _states(work: Work) -> Json:
    count: Callable[[str], list[Any]] = lambda table: list(  # noqa: E731
        work.outbox._connection.exec_driver_sql(f"SELECT state, count(*) FROM {table} GROUP BY state")
    )
    return {table: {str(state): number for state, number in count(table)} for table in ("inbox", "outbox")}


async def begin(told: Json) -> tuple[Json, Mapping[str, Do]]:
    """The product on the platforms at `apis`, with the database at `url`; on the common time if there is one."""
    logging.disable(logging.CRITICAL)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    house = await open_house(told["url"], told["apis"], common_clock())
    ours = Ours(house, next(iter(told["apis"])))
    known: dict[str, Do] = {
        "states": ours.states,
        "fill": ours.fill,
        "deliver": ours.deliver,
        "tick": ours.tick,
        "beat": ours.beat,
        "profile": ours.profile,
        "stop": ours.stop,
    }
    return {"port": house.port}, known


if __name__ == "__main__":
    run(begin)
