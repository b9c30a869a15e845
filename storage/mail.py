"""Messages kept for readers who have no chat client of their own, sealed with the key of their box."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.sql.dml import ReturningInsert

from storage.errors import Conflict
from storage.part import Part, insert_or, without
from storage.prepared import Row
from storage.records import MailRow
from storage.tables import mail

_ONE = select(mail).where(mail.c.id == bindparam("this"))
_LIST = (
    select(mail).where(mail.c.box == bindparam("box"), mail.c.order > bindparam("after_order")).order_by(mail.c.order)
)
_OF_BOXES = select(mail).where(mail.c.box.in_(bindparam("boxes", expanding=True))).order_by(mail.c.order)

# Inside the class, `list` is the method.
Letters = list[MailRow]


@cache
def _put(dialect: str) -> ReturningInsert[Any]:
    add = insert_or(dialect, mail)
    replacing = add.on_conflict_do_update(
        index_elements=["id"],
        set_={"payload": add.excluded.payload, "version": mail.c.version + 1},
        where=mail.c.box == add.excluded.box,
    )
    return replacing.returning(mail.c.order)


class Mail(Part):
    """Kept messages, each list in the order they were first put. A payload may be UNREADABLE."""

    def put(self, id: str, box: str, author: str, payload: str, at: datetime, thread: str = "") -> int:
        """Keep a message; its order. The same id again replaces the payload, and counts the version up."""
        values = {"id": id, "box": box, "author": author, "at": at, "thread": thread, "version": 1}
        row = self._first(_put(self._dialect), **values, **self._sealed(box, "mail", id, payload=payload))
        if row is None:
            raise Conflict("The message lies in another box already. Give it an id of its own.")
        order: int = row["order"]
        return order

    def list(self, box: str, after_order: int = 0) -> Letters:
        """The messages in one box that came after `after_order`."""
        return self._rows(self._all(_LIST, box=box, after_order=after_order))

    def get(self, id: str) -> MailRow:
        """The message called `id`. Raises NotFound."""
        return self._rows([self._the(_ONE, this=id)])[0]

    def of_boxes(self, boxes: Collection[str]) -> Letters:
        """The messages in any of `boxes`."""
        return self._rows(self._all(_OF_BOXES, boxes=sorted(boxes)))

    def _rows(self, rows: Sequence[Row]) -> Letters:
        self._keys.fetch(row["box"] for row in rows)
        show = self._keys.show
        return [
            MailRow(
                **without(row, "payload"),
                payload=show(row["box"], "mail", "payload", row["id"], row["payload"]),
            )
            for row in rows
        ]
