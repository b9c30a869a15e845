"""Every table and statement can be said to PostgreSQL too, and workers there pass each other by."""

import pytest
from sqlalchemy import Delete, Insert, Select, Update
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from storage import (
    answers,
    audit,
    chats,
    conversations,
    exchanges,
    inbox,
    installations,
    mail,
    meta,
    outbox,
    people,
    prompts,
    rounds,
    takeaways,
    workspaces,
)
from storage.tables import metadata

MODULES = (
    answers, audit, chats, conversations, exchanges, inbox, installations, mail, meta, outbox, people, prompts, rounds,
    takeaways, workspaces,
)  # fmt: skip
DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
INSERTS = {
    "chats": chats._put,
    "cards": conversations._put_card,
    "conversations": conversations._put,
    "exchanges": exchanges._save_journal,
    "inbox": inbox._add,
    "installations": installations._add,
    "mail": mail._put,
    "meta": meta._set,
    "people": people._link,
    "places": workspaces._put_place,
    "prompts": prompts._add,
    "takeaways": takeaways._put,
    "workspaces": workspaces._put,
}


def test_the_tables_and_their_indexes() -> None:
    said = [str(CreateTable(table).compile(dialect=DIALECT)) for table in metadata.sorted_tables]
    said += [
        str(CreateIndex(index).compile(dialect=DIALECT)) for table in metadata.sorted_tables for index in table.indexes
    ]
    counted = [table for table in metadata.sorted_tables if "order" in table.c]
    assert sum("BIGSERIAL" in words for words in said) == len(counted)
    assert sum(" WHERE " in words for words in said) >= 9
    assert not [words for words in said if "TIMESTAMP WITHOUT" in words]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_the_statements(module: object) -> None:
    statements = [value for value in vars(module).values() if isinstance(value, Select | Insert | Update | Delete)]
    assert statements
    assert all(str(statement.compile(dialect=DIALECT)) for statement in statements)


@pytest.mark.parametrize("name", INSERTS)
def test_what_happens_on_conflict(name: str) -> None:
    assert "ON CONFLICT" in str(INSERTS[name]("postgresql").compile(dialect=DIALECT))


@pytest.mark.parametrize("statement", [outbox._CLAIMABLE, outbox._STUCK, prompts._DUE, inbox._PENDING])
def test_f16_two_workers_take_different_rows(statement: Select[tuple[object]]) -> None:
    assert str(statement.compile(dialect=DIALECT)).endswith("SKIP LOCKED")


def test_a_person_is_locked() -> None:
    assert str(people._LOCK.compile(dialect=DIALECT)).endswith("FOR UPDATE")
