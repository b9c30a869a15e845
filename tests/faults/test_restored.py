"""Yesterday's backup is put back while the platforms have gone on: nothing that they have taken comes again."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage.store import Store
from storage.vault import Vault
from tests.faults import EVERYTHING, oracle
from tests.faults.house import MASTER, House, house
from tests.faults.nursery import Nursery, Process, until
from tests.faults.oracle import LOGBOOK, Reader
from tests.faults.test_stopped import all_ask
from tests.faults.towns import TEN
from tests.postgres import drop, fresh_database
from tests.slack.fake.faults import Limited
from tests.teams.fake import Refuse

A_DAY = timedelta(days=1)
A_SECOND = timedelta(seconds=1)
THEN = TEN + A_DAY + timedelta(hours=1)
"""When it is put back: the second day has been asked about."""
LONG = "300"
"""Seconds for which a platform lets some messages wait, so that they stand in the backup and go out after it."""


async def commands_are_given(it: House, at: datetime) -> None:
    """Commands read the machine's clock; where a house has a time of its own they take that one."""
    store = Store.open(it.url, Vault.parse(MASTER))
    await store.run(lambda work: work.meta.set("clock", at.isoformat()))
    await store.close()


@contextmanager
def copied(url: str, folder: Path) -> Iterator[str]:
    """The address of a copy, as an operator makes it by other means while nothing runs."""
    if url.startswith("postgresql"):
        made = fresh_database(like=url)
        yield made
        drop(made)
        return
    folder.mkdir()
    for file in Path(url.removeprefix("sqlite:///")).parent.glob("vidsyn.db*"):
        shutil.copy(file, folder)
    yield f"sqlite:///{folder}/vidsyn.db"


async def day(it: House, at: datetime) -> None:
    """A process does what is due at this time, and is killed."""
    it.clock.move_to(at)
    process = await it.run()
    await it.rest()
    await process.kill()


async def some_wait(it: House) -> Process:
    """A process on a day of which some messages are out and some are not."""
    _, nordby, _ = it.towns
    it.slack.fail_next("chat.postMessage", Limited(LONG))
    emil = it.teams.personal(it.teams.users[nordby.places["Emil"]]).id
    it.teams.fail_next(emil, Refuse(429, "Throttled", LONG))
    process = await it.run()
    await until(
        lambda: Counter((row["channel"], row["state"]) for row in it.kept.outbox),
        lambda counts: counts == {("slack", "pending"): 2, ("teams", "pending"): 1, ("teams", "sent"): 3},
    )
    return process


async def the_day_goes_on(it: House) -> None:
    """What waited goes out, people ask, the next day comes: the backup knows nothing of it."""
    it.clock.move(seconds=float(LONG))
    process = await it.run()
    await it.rest()
    await all_ask(it)
    await it.rest()
    await process.kill()
    await day(it, TEN + A_DAY + A_SECOND)


def logbooks(it: House) -> Counter[str]:
    """How many of a day's logbooks each town has seen, none of them twice on a day."""
    counts = oracle.at_most_once(it.seen, (LOGBOOK,))
    return Counter(place[1] for place, _, _ in counts.elements())


async def nothing_comes_again(it: House, before: list[oracle.Seen]) -> None:
    """The house starts on what was put back."""
    it.clock.move_to(THEN)
    process = await it.run()
    kept = await it.rest()
    assert it.seen == before, "the start says nothing"
    # What waited, and in each town the second day's logbook with the reminder of the first.
    assert (kept.count("slack", "unknown"), kept.count("teams", "unknown")) == (2 + 2, 1 + 4)
    assert "9 messages are unknown in the " in await it.does("outbox")
    await process.kill()
    await day(it, TEN + 2 * A_DAY + A_SECOND)
    assert logbooks(it) == {town.tenant: 3 for town in it.towns}, "and life goes on"
    oracle.no_words([process.said for process in it.processes], it.secrets)
    oracle.nothing_foreign(it.seen, it.towns)


async def test_f27_after_a_restore_the_platforms_have_each_thing_once(
    nursery: Nursery, tmp_path: Path, either: str
) -> None:
    async with house(nursery, tmp_path, either) as it:
        process = await some_wait(it)
        await commands_are_given(it, THEN)
        await it.does("backup", "one.gz")
        await process.kill()  # for what a platform asked of it, it waits in real time
        await the_day_goes_on(it)
        before = it.seen
        await it.does("restore", "one.gz", "--replace")
        await nothing_comes_again(it, before)


@pytest.mark.parametrize("either", ["sqlite", *["postgresql" for _ in [1] if EVERYTHING]], indirect=True)
async def test_f27_a_copy_that_was_put_back_and_quietened_says_nothing_twice(
    nursery: Nursery, tmp_path: Path, either: str
) -> None:
    async with house(nursery, tmp_path, either) as it:
        await (await some_wait(it)).kill()
        await commands_are_given(it, THEN)
        with copied(it.url, tmp_path / "copy") as copy:
            await the_day_goes_on(it)
            before = it.seen
            it.url, it.reader = copy, Reader(copy)
            await it.does("quiet")
            await nothing_comes_again(it, before)
