"""Which store the settings mean, and with which keys: made, or only opened; and what each database is for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.settings import Settings
from storage.engine import file_of, named
from storage.store import NotFound, Store, Work
from storage.vault import Vault, load_or_create_key_file

DOOR = "door"
PLAYGROUND = "playground"
CHATS = "chats"
ANONYMOUS = "anonymous"
"""What a database is for: the playground, the platforms that people chat on, or a client that proves nothing."""

PURPOSES = {PLAYGROUND: "the playground", CHATS: "Slack and Teams", ANONYMOUS: "the Agents Playground"}


class WrongDatabase(ValueError):
    """This database is for something else: the playground has one of its own. Set DATABASE_URL, or remove it."""


class KeyFileGone(ValueError):
    """The database is there and its key file is not, so nothing in it can be read. Put the key file back."""


def open_store(settings: Settings) -> Store:
    """The store, its tables up to date."""
    settings.vidsyn_data.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = Store.open(settings.url, open_vault(settings))
    with closed_if_it_fails(store):
        store.migrate()
    return store


def open_known(settings: Settings) -> Store:
    """The store as it is: nothing is made, and no table changed. Raises StoreError and ValueError."""
    database = file_of(settings.url)
    if database is not None and not database.exists():
        raise NotFound(f"There is no database at {database}. Run this with the settings of Vidsyn.")
    store = Store.open(settings.url, known_vault(settings))
    with closed_if_it_fails(store):
        store.check()
    return store


def open_vault(settings: Settings) -> Vault:
    """The master keys from the setting, else from the key file beside the data."""
    if settings.vidsyn_master_keys:
        return Vault.parse(settings.vidsyn_master_keys)
    file = settings.key_file
    if not settings.database_url and not file.exists() and any(it.exists() for it in settings.files):
        raise KeyFileGone(f"{KeyFileGone.__doc__} It belongs at {file}.")
    return load_or_create_key_file(file)


def known_vault(settings: Settings, why: str = "There is no key file.") -> Vault:
    """The master keys that are there. Raises KeyFileGone, which begins with `why`: a new one would open nothing."""
    if not settings.vidsyn_master_keys and not settings.key_file.exists():
        raise KeyFileGone(f"{why} Put the key file at {settings.key_file} first, or set VIDSYN_MASTER_KEYS.")
    return open_vault(settings)


def called(settings: Settings, door: str | None) -> str:
    """Which database that is, by kind and name, and what for; its `door` says so."""
    return f"the {named(settings.url)} ({PURPOSES.get(door or '', 'not used yet')})"


def mark(work: Work, door: str, *, used: bool) -> None:
    """Notes what the database is for, once; it is for nothing else ever after. Raises WrongDatabase."""
    known = work.meta.get(DOOR)
    if known != door and (known or used):
        raise WrongDatabase(WrongDatabase.__doc__)
    work.meta.set(DOOR, door)


@contextmanager
def closed_if_it_fails(store: Store) -> Iterator[None]:
    """Who waits for a database tries again and again, and may leave nothing open."""
    try:
        yield
    except BaseException:
        store.close_now()
        raise
