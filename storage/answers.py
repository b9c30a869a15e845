"""What people answered. The value and the question are sealed with the key of the one who wrote it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from storage.keys import Keyring, Unreadable
from storage.part import Remembering, without
from storage.prepared import Row
from storage.records import AnswerRow
from storage.tables import answers, takeaways

_ADD = insert(answers)
_ONE = select(answers).where(answers.c.id == bindparam("this"))
_BY = select(answers).where(answers.c.person == bindparam("person")).order_by(answers.c.order)
_ABOUT = select(answers).where(answers.c.subject == bindparam("subject")).order_by(answers.c.order)
_TALK = (
    (answers.c.person == bindparam("of_person"))
    & (answers.c.subject == bindparam("of_subject"))
    & (answers.c.occasion == bindparam("of_occasion"))
)
_OF = select(answers).where(_TALK).order_by(answers.c.order)
_SAME = select(answers).where(_TALK, answers.c.key == bindparam("of_key"))
_UPDATE = update(answers).where(answers.c.id == bindparam("this"))
_DELETE = delete(answers).where(answers.c.id == bindparam("this"))
_DELETE_COPIES = delete(takeaways).where(
    takeaways.c.person == select(answers.c.person).where(answers.c.id == bindparam("this")).scalar_subquery()
)
_CONFIRM = update(answers).where(_TALK, answers.c.visibility.in_(["J", "T"])).values(confirmed=True)
_CONFIRM_ANEW = _CONFIRM.values(picked=None)


class Answers(Remembering):
    """Answers, each list in the order they were first given.

    One that cannot be read has the value None and UNREADABLE for its question; the others are as ever.
    """

    def __init__(self, connection: Connection, keys: Keyring) -> None:
        super().__init__(connection, keys)
        self._opened: dict[tuple[str, bytes, bytes], tuple[Any, str]] = {}

    def put(self, row: AnswerRow) -> AnswerRow:
        """Keep an answer; returns it as kept.

        There is one per (person, subject, occasion, key). An earlier one keeps its id, day, `released`,
        `picked` and `sent`. When the value changes, `confirmed` is as the caller says, and `edited` the day,
        if later; and a J or T answer is given to whoever leads now.
        """
        found = self._rows(
            self._all(
                _SAME,
                of_person=row.person,
                of_subject=row.subject,
                of_occasion=row.occasion,
                of_key=row.key,
            )
        )
        if not found:
            self._change(_ADD, self._values(row))
            return row
        kept = _merged(found[0], row)
        self.update(kept)
        return kept

    def of(self, person: str, subject: str, occasion: str) -> list[AnswerRow]:
        """One person's answers in one conversation."""
        asked = {"of_person": person, "of_subject": subject, "of_occasion": occasion}
        return [*self._once((person, subject, occasion), lambda: self._rows(self._all(_OF, **asked)))]

    def about(self, subject: str) -> list[AnswerRow]:
        """Everybody's answers about a round, sign-up, offer or exchange."""
        return [*self._once(("about", subject), lambda: self._rows(self._all(_ABOUT, subject=subject)))]

    def by(self, person: str) -> list[AnswerRow]:
        """All that one person answered."""
        return [*self._once(("by", person), lambda: self._rows(self._all(_BY, person=person)))]

    def get(self, id: str) -> AnswerRow | None:
        """The answer called `id`, if there is one."""
        return next(iter(self._rows(self._all(_ONE, this=id))), None)

    def update(self, row: AnswerRow) -> None:
        """Keep the answer as it is now. Raises NotFound."""
        self._change_one(_UPDATE, {"this": row.id, **self._values(row)})

    def delete(self, id: str) -> None:
        """Delete one answer, and the files to take along that it may stand in; harmless when it is gone."""
        self._change(_DELETE_COPIES, {"this": id})
        self._change(_DELETE, {"this": id})

    def confirm(self, person: str, subject: str, occasion: str, *, anew: bool = True) -> None:
        """Let the J and T answers of one conversation be read by those they are for.

        `anew`: by whoever leads now; else what was kept from a new leader still is.
        """
        values = {"of_person": person, "of_subject": subject, "of_occasion": occasion}
        self._change(_CONFIRM_ANEW if anew else _CONFIRM, values)

    def _values(self, row: AnswerRow) -> dict[str, Any]:
        values = {name: value for name, value in vars(row).items() if name not in ("value", "question")}
        if isinstance(row.question, Unreadable):
            return values
        value = json.dumps(row.value, ensure_ascii=False, allow_nan=False)
        return values | self._sealed(row.person, "answers", row.id, value=value, question=row.question)

    def _rows(self, rows: Sequence[Row]) -> list[AnswerRow]:
        self._keys.fetch(row["person"] for row in rows)
        return [self._row(row) for row in rows]

    def _row(self, row: Row) -> AnswerRow:
        sealed = row["id"], row["value"], row["question"]
        if sealed not in self._opened:
            self._opened[sealed] = self._open(row)
        value, question = self._opened[sealed]
        return AnswerRow(**without(row, "order", "value", "question"), value=value, question=question)

    def _open(self, row: Row) -> tuple[Any, str]:
        """The value and the question: what is sealed is never another text, so each is opened once in a unit."""
        value, question = (
            self._keys.show(row["person"], "answers", column, row["id"], row[column])
            for column in ("value", "question")
        )
        for text in (value, question):
            if isinstance(text, Unreadable):
                return None, text
        return json.loads(value), question


def _merged(old: AnswerRow, new: AnswerRow) -> AnswerRow:
    """The new words in the old row."""
    merged = replace(old, value=new.value, question=new.question, visibility=new.visibility)
    if old.value == new.value and not isinstance(old.question, Unreadable):
        return replace(merged, confirmed=old.confirmed or new.confirmed)
    later = new.day if new.day > old.day else old.edited
    # Another text than the one that was confirmed is not read by others before it is confirmed too.
    picked = old.picked or (None if new.visibility in ("J", "T") else old.picked)
    return replace(merged, confirmed=new.confirmed, edited=later, picked=picked)
