"""The version of tomorrow beside that of today: its tables come while today's runs, also when that is broken off."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage.migrate import newest
from tests.conftest import ROOT
from tests.faults.house import House, house
from tests.faults.nursery import Nursery, nursery
from tests.faults.oracle import Kept
from tests.faults.test_stopped import all_ask
from tests.faults.towns import TEN
from tests.postgres import execute

PARTS = ("bot", "dialogs", "storage")
STEP = f'''
import os
import signal

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{newest()}"
branch_labels = None
depends_on = None


def upgrade():
    for table in ("people", "conversations", "cards", "inbox", "outbox", "prompts", "lanes", "meta"):
        op.add_column(table, sa.Column("tomorrow", sa.String(), nullable=False, server_default="new"))
        if table == "outbox" and "BREAKS_OFF" in os.environ:
            os.kill(os.getpid(), signal.SIGKILL)
    op.create_table("tomorrows", sa.Column("id", sa.String(), primary_key=True))
'''
"""What an upgrade may do: add to what is there what the version before need not know of."""


@pytest.fixture(scope="module")
def tomorrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """Who starts processes of the next version."""
    root = tmp_path_factory.mktemp("tomorrow")
    for part in PARTS:
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "tests").symlink_to(ROOT / "tests")
    (root / "storage" / "migrations" / "versions" / "9999_tomorrow.py").write_text(STEP, encoding="utf-8")
    with nursery(root) as it:
        yield it


async def migrates(it: House, tomorrow: Nursery, code: int = 0, **more: str) -> None:
    """The next version brings the tables up to date, or is broken off."""
    today, it.nursery = it.nursery, tomorrow
    await it.does("migrate", code=code, **more)
    it.nursery = today


async def works(it: House, times: int) -> Kept:
    """Everybody asks for help, and each gets it; so often by now."""
    await all_ask(it)
    kept = await it.rest()
    for town in it.towns:
        for name in town.places:
            it.one_effect(town, name, times)
    return kept


async def test_f23_old_and_new_work_side_by_side(nursery: Nursery, tomorrow: Nursery, tmp_path: Path, url: str) -> None:
    async with house(nursery, tmp_path, url, at=TEN - timedelta(minutes=5)) as it:
        old = await it.run()
        await works(it, 1)
        await migrates(it, tomorrow, -signal.SIGKILL, BREAKS_OFF="1")
        await works(it, 2)
        await migrates(it, tomorrow)
        await works(it, 3)
        it.nursery = tomorrow
        new = await it.run()
        await works(it, 4)
        it.clock.move_to(TEN + timedelta(seconds=1))
        await it.rest()
        it.hear(old.port)
        await works(it, 5)
        it.judge()
        assert [old.ended, new.ended] == [None, None]
        assert execute(url, "SELECT count(*) FROM tomorrows") == [(0,)]
        it.nursery = nursery
        refused = await it.start()
        assert await refused.end() == 1
        assert "newer Vidsyn" in refused.said


async def test_f23_on_sqlite_a_migration_that_was_killed_has_changed_nothing(
    nursery: Nursery, tomorrow: Nursery, tmp_path: Path
) -> None:
    async with house(nursery, tmp_path) as it:
        await (await it.start()).kill()
        await migrates(it, tomorrow, -signal.SIGKILL, BREAKS_OFF="1")
        old = await it.run()
        await works(it, 1)
        await old.kill()
        await migrates(it, tomorrow)
        it.nursery = tomorrow
        await it.run()
        await works(it, 2)
        it.judge()
