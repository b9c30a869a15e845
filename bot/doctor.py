"""What is looked at when somebody asks whether all is well, and the house's own part of it."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from bot.opening import ANONYMOUS, CHATS, DOOR, PLAYGROUND, KeyFileGone, WrongDatabase, called, open_known, open_vault
from bot.readiness import PROBE
from bot.settings import Settings, Slack, Teams
from storage.engine import file_of, named
from storage.errors import MasterKeyRefused, NoTables
from storage.store import Sealed, Store, StoreError, Work
from storage.vault import Vault, new_master_key


@dataclass(frozen=True)
class Finding:
    """`what` was looked at. `said` is a fact when it is good, else what is wrong and what to do. Never a secret.

    `mark` stands before it: advice is good, but neither a fact nor a fault.
    """

    what: str
    good: bool
    said: str
    mark: str

    def __str__(self) -> str:
        return f"{self.mark} {self.what}: {self.said}"


def good(what: str, said: str) -> Finding:
    """All is well."""
    return Finding(what, True, said, "✓")


def advice(what: str, said: str) -> Finding:
    """It works as it is, and there is something to know, or to gain."""
    return Finding(what, True, said, "–")


def bad(what: str, said: str) -> Finding:
    """Something is to mend."""
    return Finding(what, False, said, "✗")


def sentence(refusal: Exception) -> str:
    """A refusal as an operator reads it; never the value that was refused."""
    if isinstance(refusal, ValidationError):
        first = refusal.errors(include_input=False)[0]
        return f"{str(first['loc'][0]).upper()} is wrong: {first['msg']}."
    if isinstance(refusal, UnicodeDecodeError):
        return "The file .env is no plain text. Save it as UTF-8."
    return str(refusal)


def hr(work: Work, platform: str) -> Finding:
    """Whether there is somebody in each workplace who may open a round."""
    known = work.people.organisations()
    without = [organisation.name for organisation in known if not work.people.hr(organisation.id)]
    if known and not without:
        return good("HR", "There is somebody.")
    where = f" in {', '.join(without)}" if len(known) > 1 else ""
    how = f"Run `.venv/bin/vidsyn hr-code`, and let HR write the code to Vidsyn in {platform}."
    return bad("HR", f"Nobody is{where}. {how}")


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
        slack, teams, _, _ = settings.slack, settings.teams, settings.mail, settings.url
    except ValueError as refusal:
        return House([bad("Settings", sentence(refusal))])
    findings.append(good("Settings", _configured(slack, teams)))
    if teams and teams.warning:
        findings.append(advice("App type", teams.warning))
    database = _database(settings)
    if isinstance(database, Store):
        return _in_use(findings, settings, database)
    if not database.good:
        return House([*findings, database], settings)
    try:
        keys = _keys(settings)
    except (StoreError, ValueError) as refusal:
        return House([*findings, bad("Keys", str(refusal))], settings)
    # There is nobody yet, so an empty one in memory says the same, and leaves nothing behind.
    empty = Store.open("sqlite://", Vault.parse(new_master_key()))
    empty.migrate()
    return House([*findings, keys, database], settings, empty)


def _database(settings: Settings) -> Store | Finding:
    """The database as it is, its tables and keys right; or what is to be said of it. Makes and changes nothing."""
    try:
        file = file_of(settings.url)
        if file is not None and not file.exists():
            return advice("Database", f"There is none at {file} yet. `vidsyn run` or `vidsyn migrate` makes it.")
        bare = Store.open(settings.url, Vault.parse(new_master_key()))
        try:
            bare.look()
        finally:
            bare.close_now()
        return open_known(settings)
    except NoTables as empty:
        return advice("Database", f"The {named(settings.url)} answers. {empty}")
    except (Sealed, KeyFileGone, MasterKeyRefused) as refusal:
        return bad("Keys", str(refusal))
    except (StoreError, ValueError, OSError) as refusal:
        return bad("Database", str(refusal))


def _keys(settings: Settings) -> Finding:
    """The keys of a database that is not there yet."""
    file = settings.key_file
    if settings.vidsyn_master_keys or file.exists() or any(it.exists() for it in settings.files):
        open_vault(settings)
        return good("Keys", "They are there.")
    return advice("Keys", f"There are none yet. `vidsyn run` or `vidsyn migrate` makes {file}.")


def _in_use(findings: list[Finding], settings: Settings, store: Store) -> House:
    keys = good("Keys", "They are there, and open the database.")
    try:
        door = store.run_now(lambda work: work.meta.get(DOOR))
        if door not in (None, _purpose(settings.slack, settings.teams)):
            raise WrongDatabase(WrongDatabase.__doc__)
        store.run_now(lambda work: work.meta.try_out(PROBE), serial=False)
    except (StoreError, ValueError) as refusal:
        store.close_now()
        return House([*findings, keys, bad("Database", str(refusal))], settings)
    said = f"This is {called(settings, door)}. It can be written, and its tables are up to date."
    return House([*findings, keys, good("Database", said)], settings, store)


_PLAYGROUND = "Nothing of Slack's or Teams' is set, so this is the playground."
_TEAMS = {
    "SingleTenant": "one tenant, with a secret",
    "UserAssignedMSI": "one tenant, with a managed identity",
    "MultiTenant": "any number of tenants",
    "Anonymous": "as the Agents Playground plays it",
}


def _configured(slack: Slack | None, teams: Teams | None) -> str:
    ways = [f"Slack, {_way(slack.transport, slack.install)}."] if slack else []
    ways += [f"Teams, {_TEAMS[teams.kind]}."] if teams else []
    return " ".join(ways) or _PLAYGROUND


def _purpose(slack: Slack | None, teams: Teams | None) -> str:
    """What the database is for."""
    if teams and teams.kind == "Anonymous":
        return ANONYMOUS
    return CHATS if slack or teams else PLAYGROUND


def _way(transport: str, install: str) -> str:
    way = "Socket Mode" if transport == "socket" else "HTTP"
    return f"{way}, {'one workspace' if install == 'token' else 'any number of workspaces'}"
