"""Installs for tests: what the fake Slack knows of one, as the store keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from storage.records import Installation, new_id
from tests.slack.fake import FakeSlack
from tests.slack.fake.things import Token

NOW = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)


def an_install(slack: FakeSlack, token: Token, **fields: Any) -> Installation:
    """The install that this token of the fake's came with."""
    made = Installation(
        new_id(), token.enterprise, token.team, slack.app.id, token.bot_user, token.value, token.refresh,
        token.expires, token.scopes, installed=slack.now,
    )  # fmt: skip
    return replace(made, **fields)
