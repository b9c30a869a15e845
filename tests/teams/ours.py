"""Our side of the fake: settings that lead to it, and calls to it."""

from __future__ import annotations

from dataclasses import replace

from pydantic import SecretStr

from bot.channels.teams.calls import PATIENCE, Calls
from bot.channels.teams.login import Login
from bot.channels.teams.settings import Teams
from tests.teams.fake import FakeTeams


def settings(fake: FakeTeams, **more: object) -> Teams:
    """What an operator would have set, with every address on the fake."""
    here = frozenset({fake.host})
    teams = Teams(
        "SingleTenant", fake.app.id, SecretStr(fake.app.secret), fake.app.tenant, fake.openid_url, fake.login_url,
        fake.graph_url, here, here,
    )  # fmt: skip
    return replace(teams, **more)  # type: ignore[arg-type]


def calls(fake: FakeTeams, patience: float = PATIENCE, **more: object) -> Calls:
    """Calls to the fake; `patience` in real seconds."""
    teams = settings(fake, **more)
    return Calls(teams, Login(teams, fake.clock, patience=patience), patience)
