"""Many things that arrive at once are committed together, and what fails spoils nothing of the others."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest

from bot.together import MOST, Together
from storage.store import NotFound, Store, StoreUnavailable, Work
from tests.running.fakes import Failpoint, Waiting
from tests.running.test_one_effect import gone
from tests.stage.play import Play

T = TypeVar("T")


def marks(name: str) -> Callable[[Work], str]:
    def unit(work: Work) -> str:
        work.meta.set(name, "there")
        return name

    return unit


def fails(work: Work) -> str:
    work.meta.set("failed", "there")
    raise NotFound


async def there(store: Store, names: list[str]) -> list[str]:
    return await store.run(lambda work: [name for name in names if work.meta.get(name)])


async def test_what_comes_while_something_runs_is_committed_together(play: Play) -> None:
    names = [f"{n}" for n in range(MOST + 21)]
    counting = Failpoint(play.store, die=gone)
    together = Together(counting)
    assert await asyncio.gather(*(together.run(marks(name)) for name in names)) == names
    assert counting.count == 2, "all that were waiting, and the rest"
    assert await there(play.store, names) == names
    assert await together.run(marks("later")) == "later"


async def test_nobody_is_told_before_the_commit(play: Play) -> None:
    seen: list[list[str]] = []
    together = Together(play.store)

    async def one(name: str) -> None:
        await together.run(marks(name))
        seen.append(await there(play.store, [name]))

    await asyncio.gather(*(one(f"{n}") for n in range(5)))
    assert sorted(seen) == [[f"{n}"] for n in range(5)]


async def test_one_that_fails_spoils_none_of_the_others(play: Play) -> None:
    together = Together(play.store)
    units = [marks("a"), fails, marks("b"), fails, marks("c")]
    ends = await asyncio.gather(*(together.run(unit) for unit in units), return_exceptions=True)
    assert [type(end).__name__ if isinstance(end, Exception) else end for end in ends] == [
        "a", "NotFound", "b", "NotFound", "c",
    ]  # fmt: skip
    assert await there(play.store, ["a", "b", "c", "failed"]) == ["a", "b", "c"]


@pytest.mark.parametrize("committed", [False, True])
async def test_f13_where_the_store_is_away_all_are_told_so_and_the_next_are_kept(play: Play, committed: bool) -> None:
    away = Failpoint(play.store, 1, committed=committed, die=gone)
    together = Together(away)
    ends = await asyncio.gather(*(together.run(marks(name)) for name in "abc"), return_exceptions=True)
    assert {type(end) for end in ends} == {StoreUnavailable}
    assert away.count == 1, "it is asked once, not for each"
    assert await together.run(marks("d")) == "d"


async def test_one_who_goes_away_holds_nobody_up(play: Play) -> None:
    begun, may_go_on = asyncio.Event(), asyncio.Event()

    async def meanwhile() -> None:
        begun.set()
        await may_go_on.wait()

    together = Together(Waiting(play.store, 1, meanwhile))
    first = asyncio.create_task(together.run(marks("first")))
    await begun.wait()
    second, third = (asyncio.create_task(together.run(marks(name))) for name in ("second", "third"))
    await asyncio.sleep(0)  # both wait in line
    first.cancel()
    second.cancel()
    may_go_on.set()
    assert await third == "third"
    assert await there(play.store, ["first", "second", "third"]) == ["first", "third"]
    assert first.cancelled()
    assert second.cancelled()
