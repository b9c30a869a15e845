"""An idle tick looks at what is pending only, however much is finished: SQLite says which index it takes."""

import pytest
from sqlalchemy import Executable
from sqlalchemy.dialects import sqlite

from storage import conversations, inbox, outbox, prompts, takeaways
from storage.store import Store, Work

QUERIES: dict[str, tuple[Executable, str]] = {
    "prompts due": (prompts._DUE, "ix_prompts_pending"),
    "prompts next": (prompts._NEXT, "ix_prompts_pending"),
    "outbox expiring": (outbox._EXPIRE, "ix_outbox_expiring"),
    "outbox due": (outbox._CLAIMABLE, "ix_outbox_pending"),
    "outbox elders": (outbox._CLAIMABLE, "ix_outbox_queue"),
    "outbox next": (outbox._NEXT, "ix_outbox_pending"),
    "outbox stuck": (outbox._STUCK, "ix_outbox_sending"),
    "outbox unknown": (outbox._UNKNOWN, "ix_outbox_unknown"),
    "outbox cancel": (outbox._CANCEL, "ix_outbox_cancellable"),
    "outbox cancel to a workspace": (outbox._CANCEL_TO, "ix_outbox_queue"),
    "outbox cancel to a place": (outbox._CANCEL_TO_PLACE, "ix_outbox_queue"),
    "inbox pending": (inbox._PENDING, "ix_inbox_pending"),
    "takeaways expired": (takeaways._SWEEP, "ix_takeaways_expires"),
    "conversations open": (conversations._OPEN, "ix_conversations_open"),
}


@pytest.mark.parametrize(("statement", "index"), QUERIES.values(), ids=QUERIES)
def test_a_partial_index_serves_the_tick(store: Store, statement: Executable, index: str) -> None:
    sql = str(statement.compile(dialect=sqlite.dialect()))  # type: ignore[attr-defined]

    def plan(work: Work) -> str:
        marks = [None] * sql.count("?")
        rows = work.meta._connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", tuple(marks)).all()
        return "\n".join(row[3] for row in rows)

    said = store.run_now(plan)
    assert index in said
    assert not [line for line in said.splitlines() if line.startswith("SCAN") and "INDEX" not in line]
    assert "TEMP B-TREE FOR ORDER BY" not in said
