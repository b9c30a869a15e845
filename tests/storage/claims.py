"""Claims as delivery makes them, but whoever holds the lanes: whatever is due, wherever it goes."""

from datetime import datetime, timedelta

from sqlalchemy import select

from storage.ids import new_id
from storage.records import OutboxRow
from storage.store import Work
from storage.tables import outbox

LEASE = timedelta(seconds=30)
_LANES = (
    select(outbox.c.channel, outbox.c.tenant, outbox.c.rank)
    .where(outbox.c.state == "pending")
    .distinct()
    .order_by(outbox.c.rank, outbox.c.channel, outbox.c.tenant)
)


def claim(work: Work, now: datetime, limit: int = 10) -> list[OutboxRow]:
    """Takes up to `limit` of what is due, with a token of its own."""
    work.outbox.expire(now)
    rows: list[OutboxRow] = []
    token = new_id()
    for lane in work.outbox._all(_LANES):
        left = limit - len(rows)
        rows += work.outbox.claim(lane["channel"], lane["tenant"], lane["rank"], now, left, now + LEASE, token)
    return rows


def sending(work: Work) -> list[str]:
    """The ids of what is on its way."""
    return [row["id"] for row in work.outbox._all(select(outbox.c.id).where(outbox.c.state == "sending"))]
