"""The world outside, in a process of its own: the platform that the product talks to, and the people who write.

Full load: so many people who each write, wait for the reply and write again. Half load: as many words a second as were
half of that, whether or not anybody has been answered, so that a wait counts for all who come meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from time import perf_counter

from tests.benchmarks.measure import part
from tests.benchmarks.sides import Side, SlackSide, TeamsSide
from tests.benchmarks.wire import Caller, Server
from tests.benchmarks.worker import Do, Json, common_clock, run

AGAIN = (0.1, 0.5, 2.0)
"""Seconds until something that was refused is said again."""

LONGEST = 120.0
"""Seconds after which what has not come is lost."""


class Outside:
    """One platform and its people."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.delay = 0.0
        self._again = 0

    async def full(self, told: Json) -> Json:
        """`turns` of `people` persons at `port`, all as fast as they are answered."""
        persons, turns, port = told["people"], told["turns"], told["port"]
        requests = [self.side.says(n % persons, told["words"]) for n in range(turns)]
        callers = [await Caller.to("127.0.0.1", port) for _ in range(persons)]
        acknowledged: list[float] = []

        async def person(number: int) -> None:
            for request in requests[number::persons]:
                reply = self.side.reply(number)
                acknowledged.append(await self._says(callers[number], request))
                await reply

        began = perf_counter()
        async with asyncio.timeout(LONGEST):
            await asyncio.gather(*(person(number) for number in range(persons)))
        seconds = perf_counter() - began
        return self._found(callers, acknowledged, seconds)

    async def half(self, told: Json) -> Json:
        """`turns` of `people` persons at `port`, `rate` in a second."""
        persons, turns, rate, port = told["people"], told["turns"], told["rate"], told["port"]
        requests = [self.side.says(n % persons, told["words"]) for n in range(turns)]
        free = [await Caller.to("127.0.0.1", port) for _ in range(64)]
        callers, acknowledged = list(free), []
        replies = self.side.all_of(self.side.got.total() + turns)

        async def one(request: bytes, due: float) -> None:
            caller = free.pop() if free else await Caller.to("127.0.0.1", port)
            await self._says(caller, request)
            acknowledged.append(perf_counter() - due)
            free.append(caller)

        began, going = perf_counter(), []
        for number, request in enumerate(requests):
            due = began + number / rate
            if (left := due - perf_counter()) > 0:
                await asyncio.sleep(left)
            going.append(asyncio.create_task(one(request, due)))
        async with asyncio.timeout(LONGEST):
            await asyncio.gather(*going, replies)
        return self._found(callers, acknowledged, perf_counter() - began)

    async def slow(self, told: Json) -> Json:
        """From now on every answer takes so many `seconds`."""
        self.delay = told["seconds"]
        return {}

    async def hour(self, told: Json) -> Json:
        """`turns` of `people` persons at `port` in `seconds`, one after the other at the same distance."""
        turns, port = told["turns"], told["port"]
        caller = await Caller.to("127.0.0.1", port)
        replies = self.side.all_of(self.side.got.total() + turns)
        for number in range(turns):
            await asyncio.sleep(told["seconds"] / turns)
            await self._says(caller, self.side.says(number % told["people"], told["words"]))
        async with asyncio.timeout(LONGEST):
            await replies
        caller.close()
        return {"again": self._again, "strange": self.side.strange, "twice": self.side.twice}

    async def arrived(self, told: Json) -> Json:
        """What came so far, or once `all` of it has, or `within` so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(told.get("within", LONGEST)):
                await self.side.all_of(told.get("all", 0))
        found = {"count": self.side.got.total(), "people": len(self.side.got), "limited": self.side.limited}
        return found | {"twice": self.side.twice, "strange": self.side.strange, "came": self.side.came}

    async def _says(self, caller: Caller, request: bytes) -> float:
        """Seconds until it was taken. What is refused is said again, as a platform does."""
        began = perf_counter()
        for pause in AGAIN:
            status, _ = await caller.post(request)
            if status == 200:
                return perf_counter() - began
            self._again += 1
            await asyncio.sleep(pause)
        raise ConnectionError("The product does not take what it is told.")

    def _found(self, callers: list[Caller], acknowledged: list[float], seconds: float) -> Json:
        for caller in callers:
            caller.close()
        wrong = {"again": self._again, "strange": self.side.strange, "twice": self.side.twice}
        waits = {"p50": part(acknowledged, 0.5), "p99": part(acknowledged, 0.99), "most": max(acknowledged)}
        return {"seconds": seconds, **waits, **wrong}


async def begin(told: Json) -> tuple[Json, Mapping[str, Do]]:
    """Plays `platform`, with so many `towns`; its limits hold where the time is the common one."""
    side: SlackSide | TeamsSide = SlackSide() if told["platform"] == "slack" else TeamsSide()
    side.towns = told.get("towns", 1)
    if (clock := common_clock()) is not None:
        side.now, side.strict = clock.now, True
    outside = Outside(side)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(side.answers, lambda: outside.delay), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    if isinstance(side, TeamsSide):
        side.host = f"127.0.0.1:{port}"
    known: dict[str, Do] = {
        "full": outside.full,
        "half": outside.half,
        "slow": outside.slow,
        "hour": outside.hour,
        "arrived": outside.arrived,
    }
    return {"port": port}, known


if __name__ == "__main__":
    run(begin)
