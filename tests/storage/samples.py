"""Rows to store, and the world they stand in: an organisation with Ada, Bo and Eva, a round, an exchange."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from storage.records import (
    AddressRow,
    AnswerRow,
    CardRow,
    ConversationRow,
    ExchangeRow,
    Installation,
    OfferRow,
    Organisation,
    OutboxRow,
    PersonRow,
    PromptRow,
    RoundRow,
    SignUpRow,
    new_id,
)
from storage.store import Work
from storage.vault import Vault
from tests.postgres import fresh_database

NOW = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)
TODAY = NOW.date()
SECOND = timedelta(seconds=1)
HERE = AddressRow("slack", "T1", "D1")
THERE = AddressRow("teams", "tenant", "a:1")
KEYS = {"old": bytes(range(32)), "new": bytes(range(32, 64))}


def a_vault() -> Vault:
    return Vault(KEYS, "new")


def in_folder(folder: Path) -> str:
    """The address of a store in a file of `folder`, which need not exist."""
    return f"sqlite:///{folder}/data/vidsyn.db"


def in_memory(_folder: Path) -> str:
    return "sqlite://"


def on_server(_folder: Path) -> str:
    return fresh_database()


# Every contract test runs on each of these. Drop what is on a server.
STORES: dict[str, Callable[[Path], str]] = {"file": in_folder, "memory": in_memory, "postgresql": on_server}


def people(work: Work) -> None:
    """One organisation, three people."""
    work.people.add_organisation(Organisation("org", "Kommunen", "DK", "Europe/Copenhagen", "da"))
    for name in ("ada", "bo", "eva"):
        work.people.add(PersonRow(name, "org", name.title()))


def world(work: Work) -> None:
    """The people, a round and Ada's exchange in it."""
    people(work)
    work.rounds.add(a_round())
    work.exchanges.add(an_exchange())


def a_round(id: str = "round", **fields: Any) -> RoundRow:
    given: dict[str, Any] = {
        "organisation": "org",
        "name": "Forårets jobbytte",
        "language": "da",
        "post_to": AddressRow("slack", "T1", "C1"),
        "opens": date(2026, 3, 1),
        "deadline": date(2026, 3, 20),
        "answer_by": date(2026, 3, 27),
        "latest_start": date(2026, 5, 1),
        "finish_by": date(2026, 6, 30),
        "forms": ("swap", "visit"),
        "contact": "eva",
    }
    return RoundRow(id=id, **given | fields)


def a_sign_up(id: str, **fields: Any) -> SignUpRow:
    given = {"round": "round", "person": "ada", "leader": "bo", "state": "signed"}
    return SignUpRow(id=id, **given | fields)


def an_offer(id: str, **fields: Any) -> OfferRow:
    return OfferRow(id=id, **{"round": "round", "person": "eva", "unit": "Kajen", "state": "open"} | fields)


def an_exchange(id: str = "exchange", **fields: Any) -> ExchangeRow:
    given: dict[str, Any] = {
        "round": "round",
        "sign_up": "",
        "employee": "ada",
        "leader": "bo",
        "host": "eva",
        "home_unit": "Borgerservice",
        "host_unit": "Havnen",
        "form": "visit",
        "start": date(2026, 5, 4),
        "end": date(2026, 5, 6),
        "days": (date(2026, 5, 4), date(2026, 5, 6)),
        "track": "",
        "state": "agreed",
        "why": "De kender hinandens sager",
    }
    return ExchangeRow(id=id, **given | fields)


def an_answer(key: str = "prep.why", **fields: Any) -> AnswerRow:
    given: dict[str, Any] = {
        "id": new_id(),
        "person": "ada",
        "subject": "exchange",
        "occasion": "prep",
        "visibility": "P",
        "value": "Jeg vil se, hvordan I gør",
        "question": "Hvorfor vil du af sted?",
        "day": TODAY,
    }
    return AnswerRow(key=key, **given | fields)


def a_conversation(id: str = "talk", **fields: Any) -> ConversationRow:
    given: dict[str, Any] = {
        "person": "ada",
        "dialog": "prep",
        "subject": "exchange",
        "occasion": "prep",
        "state": {"at": "prep.why", "seen": [1, 2]},
        "status": "open",
        "card": "card",
        "message": "",
        "touched": NOW,
    }
    return ConversationRow(id=id, **given | fields)


def a_card(id: str = "card", **fields: Any) -> CardRow:
    given: dict[str, Any] = {"person": "ada", "conversation": "talk", "actions": {"yes": ["take", "x"]}}
    return CardRow(id=id, **given | {"message": ""} | fields)


def a_prompt(day: date = TODAY, **fields: Any) -> PromptRow:
    given: dict[str, Any] = {
        "id": new_id(),
        "recipient": "ada",
        "subject": "exchange",
        "kind": "logbook",
        "at": datetime(day.year, day.month, day.day, 15, tzinfo=UTC),
    }
    return PromptRow(day=day, **given | fields)


def an_installation(id: str = "install", **fields: Any) -> Installation:
    given: dict[str, Any] = {
        "enterprise": "",
        "tenant": "T1",
        "app": "A1",
        "bot_user": "U0",
        "token": "xoxb-1-secret",
        "refresh_token": "xoxe-1-secret",
        "expires": NOW + timedelta(hours=12),
        "scopes": frozenset({"chat:write", "im:write"}),
        "installed": NOW,
    }
    return Installation(id=id, **given | fields)


def queue(work: Work, payload: str = "hej", to: AddressRow = HERE, **fields: Any) -> OutboxRow:
    """One message in the outbox, due at NOW."""
    given: dict[str, Any] = {"kind": "message", "subject": "exchange", "not_before": NOW}
    return work.outbox.add(to, payload, **given | fields)
