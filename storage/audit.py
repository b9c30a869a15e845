"""Who did what, in ids only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, insert, select

from storage.part import Part, without
from storage.records import AuditRow
from storage.tables import audit

_ADD = insert(audit)
_ALL = select(audit).order_by(audit.c.order.desc()).limit(bindparam("limit"))


class Audit(Part):
    """The trail of what was done."""

    def add(self, at: datetime, actor: str, action: str, subject: str) -> None:
        """Write one line of the trail."""
        self._change(_ADD, {"at": at, "actor": actor, "action": action, "subject": subject})

    def all(self, limit: int) -> list[AuditRow]:
        """The newest `limit` lines, the newest first."""
        return [AuditRow(**without(row, "order")) for row in self._all(_ALL, limit=limit)]
