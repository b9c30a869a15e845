"""What can go wrong with the database. Each message is a sentence that tells the operator what to do."""

from __future__ import annotations

from enum import StrEnum


class Cause(StrEnum):
    """Why a database cannot be used, in a word for the log."""

    NO_ANSWER = "no_answer"
    STARTING = "starting"
    FULL_HOUSE = "too_many_connections"
    BROKEN_OFF = "broken_off"
    READ_ONLY = "read_only"
    DISK_FULL = "disk_full"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - a word for it, and none
    NO_DATABASE = "no_database"
    NO_ROLE = "no_role"
    NOT_LET_IN = "not_let_in"
    CERTIFICATE = "certificate"
    WRONG_SETTING = "wrong_setting"
    CLOSED = "cannot_be_opened"
    DAMAGED = "damaged"
    NO_PERMISSION = "no_permission"
    TABLES = "other_tables"
    BUSY = "busy"
    OTHER = "other"

    @property
    def passes(self) -> bool:
        """Whether it may mend itself, so that waiting is worth while."""
        return self in (
            Cause.NO_ANSWER, Cause.STARTING, Cause.FULL_HOUSE, Cause.BROKEN_OFF, Cause.READ_ONLY, Cause.DISK_FULL,
            Cause.BUSY, Cause.OTHER,
        )  # fmt: skip

    @property
    def is_whole(self) -> bool:
        """Whether nothing at all can be kept, and not only what was just asked for."""
        return self not in (Cause.NO_PERMISSION, Cause.TABLES, Cause.BUSY, Cause.OTHER)


class StoreError(Exception):
    """The database refused. Read the sentence before this one in the log, and try again."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").partition("\n")[0])


class StoreUnavailable(StoreError):
    """The database cannot be used just now. See that it runs and that its disk has room, then try again."""

    def __init__(self, message: str = "", cause: Cause = Cause.OTHER) -> None:
        super().__init__(message)
        self.cause = cause


class Conflict(StoreError):
    """The row breaks a rule of the database: it exists already, or a row it points to does not."""


class NotFound(StoreError, LookupError):
    """There is no such row. Check the id; the row may have been deleted."""


class NaiveDatetime(StoreError, ValueError):
    """A time came without a zone. Give aware times only, best in UTC."""


class Sealed(StoreError):
    """The text cannot be read. Check that the master keys are those it was written with."""


class NotOurs(StoreError):
    """There is more in this database than Vidsyn's. Give Vidsyn one of its own; nothing was changed."""


class NoTables(StoreError):
    """There is nothing of Vidsyn's in this database. `vidsyn migrate`, or a start, makes its tables."""


class OlderTables(StoreError):
    """The tables are older than this Vidsyn. Make a backup, then run `vidsyn migrate`; nothing was changed."""


class WrongEncoding(StoreError):
    """This database cannot keep every letter. Nothing was changed."""


class NewerTables(StoreError):
    """This database was last used by a newer Vidsyn. Start that one, or put back the backup from before the upgrade."""


class Locked(StoreUnavailable):
    """Somebody else held a row or table for too long; nothing was changed. Try again when less is going on."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message, Cause.BUSY)


class NoAnswer(StoreUnavailable):
    """The database does not answer in time. See that it runs and can be reached; Vidsyn goes on by itself then."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message, Cause.NO_ANSWER)


class MasterKeyRefused(StoreError, ValueError):
    """The master keys cannot be used. Give them as "id:base64", 32 bytes each, the newest first."""
