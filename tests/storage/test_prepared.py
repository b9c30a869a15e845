"""A statement that comes again is run without SQLAlchemy, and nobody sees a difference."""

from __future__ import annotations

import gc
from datetime import datetime, time
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, update

from storage.errors import Conflict, NaiveDatetime
from storage.prepared import _known, _prepared, ask, change
from storage.records import Organisation
from storage.store import Store, Work
from storage.tables import codes, people
from tests.storage.samples import NOW

ADD, ALL = insert(people), select(people).order_by(people.c.id)
CHANGE = update(people).where(people.c.id == bindparam("this")).values(told=bindparam("told_now"))
KEEP = insert(codes)
FIELDS: dict[str, Any] = {
    "organisation": "sundby", "name": "Ada Ø.", "unit": "", "email": "", "language": "da", "zone": "Europe/Copenhagen",
    "country": "DK", "working_days": (0, 1, 4), "starts": time(8), "ends": time(16, 30), "hr": False,
    "told": frozenset({"hello", "bye"}), "active": True, "leader": "",
}  # fmt: skip


def same_thrice(work: Work) -> None:
    connection = work.meta._connection
    work.people.add_organisation(Organisation("sundby", "Sundby", "DK", "Europe/Copenhagen", "da"))
    for number in range(3):
        assert change(connection, ADD, {"id": f"{number}", **FIELDS}) == 1
    assert _prepared(connection, ADD, {"id": "", **FIELDS}) is not None, "it is run by us"
    found = [ask(connection, ALL, {}) for _ in range(3)]
    assert [dict(row) for row in found[2]] == [{"id": f"{number}", **FIELDS} for number in range(3)]
    assert found[1] == found[2] == [dict(row) for row in found[0]]
    touched = [change(connection, CHANGE, {"this": id, "told_now": {"no more"}}) for id in ("0", "1", "2", "nobody")]
    assert touched == [1, 1, 1, 0]
    assert {row["told"] for row in ask(connection, ALL, {})} == {frozenset({"no more"})}


def test_each_time_gives_what_the_first_gave(store: Store) -> None:
    store.run_now(same_thrice)


def test_what_is_refused_is_refused_each_time_and_by_the_same_name(store: Store) -> None:
    naive = datetime(2026, 1, 1)  # noqa: DTZ001 - it is to be refused
    for number in range(3):
        kept = {"hash": f"{number}", "expires": NOW}
        store.run_now(lambda work, kept=kept: change(work.meta._connection, KEEP, kept))  # type: ignore[misc]
        with pytest.raises(Conflict):
            store.run_now(lambda work, kept=kept: change(work.meta._connection, KEEP, kept))  # type: ignore[misc]
        with pytest.raises(NaiveDatetime):
            store.run_now(lambda work: change(work.meta._connection, KEEP, {"hash": "naive", "expires": naive}))


def test_what_was_made_for_once_is_not_remembered(store: Store) -> None:
    gc.collect()
    before = len(_known)
    store.run_now(lambda work: [ask(work.meta._connection, select(codes), {}) for _ in range(50)])
    gc.collect()
    assert len(_known) <= before + 10, "what the store itself asks for"
