"""The dialogs people are in, and the cards they may press."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Insert, bindparam, insert, select, update

from storage.keys import Unreadable
from storage.part import Part, insert_or
from storage.prepared import Row
from storage.records import CardRow, ConversationRow
from storage.tables import cards, conversations, is_one_of

_ONE = select(conversations).where(conversations.c.id == bindparam("this"))
_FIND = select(conversations).where(
    conversations.c.person == bindparam("person"),
    conversations.c.dialog == bindparam("dialog"),
    conversations.c.subject == bindparam("subject"),
    conversations.c.occasion == bindparam("occasion"),
)
_OPEN = (
    select(conversations)
    .where(conversations.c.person == bindparam("person"))
    .where(is_one_of(conversations.c.status, "open", "paused"))
    .order_by(conversations.c.touched.desc(), conversations.c.id)
)
_OF_SUBJECT = (
    select(conversations)
    .where(conversations.c.subject == bindparam("subject"))
    .order_by(conversations.c.touched, conversations.c.id)
)
_ADD_CARD = insert(cards)
_CARD = select(cards).where(cards.c.id == bindparam("this"))
_SPEND = update(cards).where(cards.c.id == bindparam("this"), ~cards.c.spent).values(spent=True)


@cache
def _put(dialect: str) -> Insert:
    add = insert_or(dialect, conversations)
    changed = {column.name: column for column in add.excluded if column.name != "id"}
    return add.on_conflict_do_update(index_elements=["id"], set_=changed)


@cache
def _put_card(dialect: str) -> Insert:
    add = insert_or(dialect, cards)
    changed = {name: add.excluded[name] for name in ("actions", "message", "spent")}
    return add.on_conflict_do_update(index_elements=["id"], set_=changed)


class Conversations(Part):
    """Conversations and cards. A conversation whose state cannot be read comes back stopped and empty."""

    def put(self, row: ConversationRow) -> None:
        """Keep the conversation as it is now.

        Conflict when another one has its person, dialog, subject and occasion.
        """
        state = json.dumps(dict(row.state), ensure_ascii=False, allow_nan=False)
        values = {**vars(row), **self._sealed(row.person, "conversations", row.id, state=state)}
        self._change(_put(self._dialect), values)

    def get(self, id: str) -> ConversationRow:
        """The conversation called `id`. Raises NotFound."""
        return self._rows([self._the(_ONE, this=id)])[0]

    def find(self, person: str, dialog: str, subject: str, occasion: str) -> ConversationRow | None:
        """The one conversation of this person, dialog, subject and occasion, if there is one."""
        rows = self._all(_FIND, person=person, dialog=dialog, subject=subject, occasion=occasion)
        return next(iter(self._rows(rows)), None)

    def open(self, person: str) -> list[ConversationRow]:
        """The person's open and paused conversations, the newest touched first."""
        return [row for row in self._rows(self._all(_OPEN, person=person)) if row.status != "stopped"]

    def of_subject(self, subject: str) -> list[ConversationRow]:
        """Everybody's conversations about a subject, the oldest touched first."""
        return self._rows(self._all(_OF_SUBJECT, subject=subject))

    def add_card(self, row: CardRow) -> None:
        """Keep a card before it is shown."""
        self._change(_ADD_CARD, {**vars(row), "actions": dict(row.actions)})

    def put_card(self, row: CardRow) -> None:
        """Keep a card that is shown more than once: what it offers, where, and whether it is spent."""
        self._change(_put_card(self._dialect), {**vars(row), "actions": dict(row.actions)})

    def card(self, id: str) -> CardRow | None:
        """The card called `id`, if there is one."""
        row = self._first(_CARD, this=id)
        return CardRow(**row) if row else None

    def spend(self, id: str) -> bool:
        """True for the one who spends the card, and for nobody after."""
        return self._change(_SPEND, {"this": id}) == 1

    def _rows(self, rows: Sequence[Row]) -> list[ConversationRow]:
        self._keys.fetch(row["person"] for row in rows)
        return [ConversationRow(**self._fields(row)) for row in rows]

    def _fields(self, row: Row) -> dict[str, Any]:
        state = self._keys.show(row["person"], "conversations", "state", row["id"], row["state"])
        if isinstance(state, Unreadable):
            return {**row, "state": {}, "status": "stopped"}
        return {**row, "state": json.loads(state)}
