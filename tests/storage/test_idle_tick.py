"""What a tick costs that finds nothing does not depend on how much is finished, or planned for later."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from storage.store import Store, Work
from tests.storage.samples import NOW, SECOND, a_vault

MANY = 100_000
"""Prompts, nine of ten finished and the others due later, and finished events."""

PROMPTS = """
    INSERT INTO prompts (id, recipient, subject, kind, day, at, state, data, token)
    SELECT 'p' || n, 'r' || n, 's', 'log', '2026-05-04', '2026-06-01 10:00:00',
    CASE WHEN n % 10 = 0 THEN 'pending' ELSE 'said' END, '{}', '' FROM numbers
"""
EVENTS = """
    INSERT INTO inbox (id, channel, event, state, attempts) SELECT 'e' || n, 'slack', 'E' || n, 'done', 0 FROM numbers
"""
NUMBERS = f"""
    CREATE TEMPORARY TABLE numbers AS
    WITH RECURSIVE k(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM k WHERE n < {MANY}) SELECT n FROM k
"""
READ = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables"


def fill(work: Work) -> None:
    """Puts them there."""
    for statement in (NUMBERS, PROMPTS, EVENTS):
        work.meta._connection.execute(text(statement))


def idle(work: Work) -> None:
    """What a tick asks."""
    assert work.prompts.free(NOW) == 0
    assert work.prompts.take(NOW, 500, NOW + SECOND, "t") == []
    assert work.inbox.take(NOW, 100, NOW + SECOND) == []


def steps(store: Store) -> int:
    """How many steps SQLite's machine makes for it."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    def unit(work: Work) -> None:
        driver = work.meta._connection.connection.driver_connection
        assert driver is not None
        driver.set_progress_handler(step, 1)
        idle(work)
        driver.set_progress_handler(None, 1)

    store.run_now(unit)
    return count


async def test_an_idle_tick_takes_the_same_steps_however_much_is_finished(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/one.db", a_vault())
    store.migrate()
    before = steps(store)
    store.run_now(fill)
    assert 0 < steps(store) <= before + 10
    store.run_now(lambda work: work.meta._connection.execute(text("DROP INDEX ix_prompts_leased")))
    assert steps(store) > MANY // 10, "it would be seen here"
    await store.close()


async def test_an_idle_tick_reads_no_row_however_many_are_finished(postgres: str) -> None:
    store = Store.open(postgres, a_vault())
    store.migrate()
    store.run_now(fill)

    def read(work: Work) -> int:
        before = work.meta._connection.execute(text(READ)).scalar_one()
        idle(work)
        return int(work.meta._connection.execute(text(READ)).scalar_one() - before)

    assert store.run_now(read) == 0
    store.run_now(lambda work: work.meta._connection.execute(text("ANALYZE")))
    assert store.run_now(read) <= 4, "planning, it looks at the ends of an index"
    store.run_now(lambda work: work.meta._connection.execute(text("DROP INDEX ix_prompts_leased")))
    assert store.run_now(read) >= MANY // 10, "it would be seen here"
    await store.close()
