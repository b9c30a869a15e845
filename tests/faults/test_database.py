"""The database is held by another, or its disk is full: nobody is told that something is kept that is not."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.faults.house import House, house
from tests.faults.nursery import Nursery
from tests.faults.test_clock import becomes

NEVER_ANSWERED = 0


async def type_and_say(it: House) -> list[int]:
    """Somebody at each platform asks for help; what the platforms are answered."""
    sundby, nordby, _ = it.towns
    typed, said = await asyncio.gather(
        it.slack.person(sundby.places["Lone"]).types("hjælp"), it.teams.person(nordby.places["Lone"]).says("hjælp")
    )
    return [typed.answer.status, said.answer.status]


async def test_f12_while_another_writes_nobody_is_told_that_it_is_kept(nursery: Nursery, tmp_path: Path) -> None:
    async with house(nursery, tmp_path) as it:
        await it.run()
        await it.rest()
        with closing(sqlite3.connect(tmp_path / "vidsyn.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert not {200, 202} & set(await type_and_say(it))
            other.execute("ROLLBACK")
        await it.slack.retry_due()
        assert (await it.teams.replay(it.teams.deliveries[-1])).ok
        await it.rest()
        it.judge()
        for town in it.towns[:2]:
            it.one_effect(town, "Lone", 1)


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Path]:
    """A disk of its own, that small."""
    if os.geteuid() != 0:
        pytest.skip("only root can make a disk")
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", folder], check=False, capture_output=True
    )
    if made.returncode:
        pytest.skip("this machine lets nobody make a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", folder], check=True)


async def test_f13_on_a_full_disk_nobody_is_told_that_it_is_kept_and_it_recovers(
    nursery: Nursery, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 8192) as disk:
        async with house(nursery, tmp_path, f"sqlite:///{disk}/vidsyn.db") as it:
            await it.run()
            await it.rest()
            ballast = disk / "ballast"
            fill(ballast)
            codes = []
            for _ in range(12):  # what is kept is kept: until the disk takes no more
                codes.append(await type_and_say(it))
                if codes[-1] == [503, 503]:
                    break
            assert codes[-1] == [503, 503], codes
            await becomes(it, 503)
            ballast.unlink()
            await becomes(it, 200)
            await it.slack.retry_due()
            for delivery in it.teams.deliveries:
                if not delivery.answer.ok:
                    assert (await it.teams.replay(delivery)).ok
            await it.rest()
            it.judge()
            for town in it.towns[:2]:
                it.one_effect(town, "Lone", len(codes))
            with closing(sqlite3.connect(disk / "vidsyn.db")) as database:
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def fill(file: Path) -> None:
    """Takes all the room that there is."""
    with file.open("wb", buffering=0) as ballast:
        for size in (65536, 4096, 512):
            try:
                while True:
                    ballast.write(b"x" * size)
            except OSError:
                continue
