"""What can go wrong with the store. Each message is a sentence that tells the operator what to do."""

from __future__ import annotations


class StoreError(Exception):
    """The store refused. Read the sentence before this one in the log, and try again."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").partition("\n")[0])


class StoreUnavailable(StoreError):
    """The store cannot be used just now. Check that the database runs, and that its disk has room; then try again."""


class Conflict(StoreError):
    """The row breaks a rule of the store: it exists already, or a row it points to does not."""


class NotFound(StoreError, LookupError):
    """There is no such row. Check the id; the row may have been deleted."""


class NaiveDatetime(StoreError, ValueError):
    """A time came without a zone. Give the store aware times only, best in UTC."""


class Sealed(StoreError):
    """The text cannot be read. Check that the master keys are those it was written with."""


class NotOurs(StoreError):
    """There is more in this database than Vidsyn's. Give Vidsyn one of its own; nothing was changed."""


class NewerTables(StoreError):
    """This database was last used by a newer Vidsyn. Start that one, or put back the backup from before the upgrade."""


class Locked(StoreUnavailable):
    """Somebody else held a row or table for too long; nothing was changed. Try again when less is going on."""


class MasterKeyRefused(StoreError, ValueError):
    """The master keys cannot be used. Give them as "id:base64", 32 bytes each, the newest first."""
