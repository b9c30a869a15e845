"""An idle tick looks at what is pending only, however much is finished: SQLite says which index it takes."""

import re

import pytest
from sqlalchemy import Executable
from sqlalchemy.dialects import sqlite

from storage import claiming, conversations, inbox, lanes, outbox, prompts, takeaways
from storage.store import Work
from tests.storage.conftest import Opener

SMALL = re.compile("INDEX|^SCAN heads$|^SCAN CONSTANT ROW$")
"""What may be gone through from end to end: an index of what is pending, or the lanes found so far."""

QUERIES: dict[str, tuple[Executable, str]] = {
    "prompts due": (prompts._DUE, "ix_prompts_pending"),
    "prompts next": (prompts._NEXT, "ix_prompts_due"),
    "prompts taken": (prompts._FREE, "ix_prompts_free"),
    "prompts let lie": (prompts._FREED, "ix_prompts_leased"),
    "prompts put back": (prompts._PUT_BACK, "ix_prompts_leased"),
    "outbox expiring": (outbox._EXPIRE, "ix_outbox_expiring"),
    "outbox due": (claiming._FREE, "ix_outbox_lane"),
    "outbox elders": (claiming._FREE, "ix_outbox_queue"),
    "outbox lifted": (claiming._LIFT, "ix_outbox_queue"),
    "outbox behind": (claiming._BEHIND, "ix_outbox_lane"),
    "outbox behind whom": (claiming._BEHIND, "ix_outbox_queue"),
    "outbox next": (outbox._NEXT, "ix_outbox_pending"),
    "outbox stuck": (claiming._stuck("sqlite"), "ix_outbox_sending"),
    "outbox put back": (claiming._put_back("sqlite"), "ix_outbox_sending"),
    "lanes in a tenant": (lanes._DUE, "SEARCH next USING INDEX ix_outbox_lane (channel=? AND tenant=? AND rank>?)"),
    "lanes of a channel": (lanes._DUE, "SEARCH next USING INDEX ix_outbox_lane (channel=? AND tenant>?)"),
    "lanes of others": (lanes._DUE, "SEARCH next USING INDEX ix_outbox_lane (channel>?)"),
    "outbox unknown": (outbox._UNKNOWN, "ix_outbox_unknown"),
    "outbox cancel": (outbox._CANCEL, "ix_outbox_cancellable"),
    "outbox cancel to a workspace": (outbox._CANCEL_TO, "ix_outbox_queue"),
    "outbox cancel to a place": (outbox._CANCEL_TO_PLACE, "ix_outbox_queue"),
    "inbox pending": (inbox._PENDING, "ix_inbox_pending"),
    "inbox taken": (inbox._free("sqlite"), "ix_inbox_pending"),
    "inbox set aside": (inbox._POISON, "ix_inbox_poison"),
    "takeaways expired": (takeaways._SWEEP, "ix_takeaways_expires"),
    "conversations open": (conversations._OPEN, "ix_conversations_open"),
}


@pytest.mark.parametrize(("statement", "index"), QUERIES.values(), ids=QUERIES)
def test_a_partial_index_serves_the_tick(open_file: Opener, statement: Executable, index: str) -> None:
    sql = str(statement.compile(dialect=sqlite.dialect()))  # type: ignore[attr-defined]

    def plan(work: Work) -> str:
        marks = [None] * sql.count("?")
        rows = work.meta._connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", tuple(marks)).all()
        return "\n".join(row[3] for row in rows)

    said = open_file().run_now(plan)
    assert index in said
    assert not [line for line in said.splitlines() if line.startswith("SCAN") and not SMALL.search(line)]
    assert "TEMP B-TREE FOR ORDER BY" not in said
