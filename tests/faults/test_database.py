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

from tests.faults import disk
from tests.faults.house import House, house
from tests.faults.nursery import Nursery
from tests.faults.points import BROKEN, Point
from tests.faults.test_clock import becomes
from tests.faults.test_processes import A_LEASE, own_server
from tests.faults.test_stopped import again
from tests.postgres import Server, execute, owner


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
    with small_disk(tmp_path / "disk", 8192) as place:
        async with house(nursery, tmp_path, f"sqlite:///{place}/vidsyn.db") as it:
            await it.run()
            await it.rest()
            ballast = place / "ballast"
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
            with closing(sqlite3.connect(place / "vidsyn.db")) as database:
                assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_f13_where_nothing_gets_to_the_disk_nobody_is_told_that_it_is_kept_and_it_recovers(
    nursery: Nursery, tmp_path: Path
) -> None:
    if not disk.can_refuse():
        pytest.skip("this machine lets nobody say that a disk is broken")
    async with house(nursery, tmp_path) as it:
        await it.run(Point("inbox.take", "begun", 1, "disk"))
        await it.rest()
        broken = tmp_path / BROKEN
        broken.touch()
        assert await type_and_say(it) == [503, 503]
        await becomes(it, 503)
        broken.unlink()
        await becomes(it, 200)
        await recovered(it, 1)


async def test_f13_postgresql_without_room_is_no_loss_and_it_recovers(nursery: Nursery, tmp_path: Path) -> None:
    async with own_server() as server:
        with small_disk(server.folder / "disk", 24 * 1024) as place:
            async with house(nursery, tmp_path, on_that_disk(server, place)) as it:
                await it.run()
                await it.rest()
                ballast = place / "ballast"
                fill(ballast)
                codes = []
                for _ in range(60):  # what is kept is kept: until the disk takes no more
                    codes.append(await type_and_say(it))
                    if codes[-1] == [503, 503]:
                        break
                assert codes[-1] == [503, 503], codes
                ballast.unlink()
                await becomes(it, 200)
                await recovered(it, len(codes))


async def recovered(it: House, asked: int) -> None:
    """The platforms tell once more of what was not taken, and everything has happened once."""
    await again(it)
    it.clock.move(seconds=A_LEASE)
    await it.rest()
    it.judge()
    for town in it.towns[:2]:
        it.one_effect(town, "Lone", asked)


def on_that_disk(server: Server, place: Path) -> str:
    """The address of a database whose tables lie there; the server's log of what it writes does not."""
    tables = place / "tables"
    tables.mkdir()
    if mine := owner():
        os.chown(tables, mine["user"], mine["group"])
    execute(server.url(), f"CREATE TABLESPACE small LOCATION '{tables}'")
    execute(server.url(), "CREATE DATABASE small TABLESPACE small")
    return server.url("small")


def fill(file: Path) -> None:
    """Takes all the room that there is."""
    with file.open("wb", buffering=0) as ballast:
        for size in (65536, 4096, 512):
            try:
                while True:
                    ballast.write(b"x" * size)
            except OSError:
                continue
