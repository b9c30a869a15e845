"""What is looked at when somebody asks whether all is well, and the house's own part of it."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from bot.app import open_store, open_vault
from bot.settings import Settings
from storage.store import Store, StoreError


@dataclass(frozen=True)
class Finding:
    """`what` was looked at. `said` is a fact when it is good, else what is wrong and what to do. Never a secret."""

    what: str
    good: bool
    said: str

    def __str__(self) -> str:
        return f"{'✓' if self.good else '✗'} {self.what}: {self.said}"


def good(what: str, said: str) -> Finding:
    """All is well."""
    return Finding(what, True, said)


def bad(what: str, said: str) -> Finding:
    """Something is to mend."""
    return Finding(what, False, said)


def sentence(refusal: Exception) -> str:
    """A refusal as an operator reads it; never the value that was refused."""
    if isinstance(refusal, ValidationError):
        first = refusal.errors(include_input=False)[0]
        return f"{str(first['loc'][0]).upper()} is wrong: {first['msg']}."
    if isinstance(refusal, UnicodeDecodeError):
        return "The file .env is no plain text. Save it as UTF-8."
    return str(refusal)


@dataclass(frozen=True)
class House:
    """What was found in the house itself, and what is open now. Close the store."""

    findings: list[Finding]
    settings: Settings | None = None
    store: Store | None = None


def look_at_house() -> House:
    """Settings, keys and database, as a start would find them."""
    findings: list[Finding] = []
    try:
        settings = Settings()
        slack = settings.slack
    except ValueError as refusal:
        return House([bad("Settings", sentence(refusal))])
    findings.append(good("Settings", f"Slack, {_way(slack.transport, slack.install)}." if slack else _PLAYGROUND))
    try:
        open_vault(settings)
    except (StoreError, ValueError) as refusal:
        return House([*findings, bad("Keys", str(refusal))], settings)
    findings.append(good("Keys", "They are there."))
    try:
        store = open_store(settings)
    except (StoreError, ValueError, OSError) as refusal:
        return House([*findings, bad("Database", str(refusal))], settings)
    return House([*findings, good("Database", "It opens and is up to date.")], settings, store)


_PLAYGROUND = "Nothing of Slack's is set, so this is the playground."


def _way(transport: str, install: str) -> str:
    way = "Socket Mode" if transport == "socket" else "HTTP"
    return f"{way}, {'one workspace' if install == 'token' else 'any number of workspaces'}"
