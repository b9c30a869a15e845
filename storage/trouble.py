"""What keeps a database from being used: a sentence for who can mend it, and a word for the log."""

from __future__ import annotations

import getpass
import os
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy.engine import URL

from storage.errors import Cause, StoreUnavailable

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True)
class Place:
    """Where a database is, as far as is known here. Never a password."""

    name: str
    server: str = ""
    user: str = ""

    @classmethod
    def of(cls, url: URL) -> Place:
        """The place that `url` means, filled up from the environment as the driver does."""
        if url.get_backend_name() == "sqlite":
            return cls(url.database if url.database not in (None, "", ":memory:") else "in memory")
        asked = {name: value if isinstance(value, str) else ",".join(value) for name, value in url.query.items()}
        user = url.username or asked.get("user") or os.environ.get("PGUSER") or _myself()
        host = url.host or asked.get("host") or os.environ.get("PGHOST") or "this machine"
        port = str(url.port or asked.get("port") or os.environ.get("PGPORT") or 5432)
        name = url.database or asked.get("dbname") or os.environ.get("PGDATABASE") or user
        return cls(name, f"{host}:{port}", user)

    def __str__(self) -> str:
        return f"PostgreSQL database {self.name} at {self.server}" if self.server else f"SQLite database {self.name}"


_NO_ANSWER = (
    "Nobody answers for the database at {server}. See that PostgreSQL runs there, that the network lets this machine "
    "through, and that DATABASE_URL names the right host and port."
)
_STARTING = "The database at {server} is just starting or stopping. Wait a little, and look at its log if it lasts."
_WRONG_WORD = (
    "The database at {server} refuses the password of user {user}. Put the right one into DATABASE_URL, with @ as %40 "
    "and / as %2F, or into PGPASSWORD."
)
_NO_WORD = (
    "The database at {server} wants a password for user {user}. Put it into DATABASE_URL, with @ as %40 and / as %2F, "
    "or into PGPASSWORD."
)
_NO_DATABASE = (
    "There is no database {name} at {server}. Correct the name in DATABASE_URL, or make it there: "
    "CREATE DATABASE {name} OWNER {user} ENCODING 'UTF8' TEMPLATE template0;"
)
_NO_ROLE = (
    "There is no role {user} at {server} that may log in. Correct the user in DATABASE_URL, or let the database's "
    "administrator make it: CREATE ROLE {user} LOGIN PASSWORD '...';"
)
_NOT_LET_IN = (
    "The database {name} at {server} does not let user {user} in from this machine. Let its administrator allow it: "
    "a line in pg_hba.conf, and the privilege CONNECT."
)
_FULL_HOUSE = (
    "The database at {server} takes no more connections. Each process of Vidsyn needs five: raise max_connections "
    "there, or the limit of role {user}, or stop what holds them."
)
_CERTIFICATE = (
    "The line to {server} cannot be encrypted as DATABASE_URL asks. See that the server has SSL on, that its "
    "certificate is for this host name and not expired, and that sslmode and sslrootcert are right."
)
_WRONG_SETTING = (
    "DATABASE_URL says something after its ? that cannot be understood. Write it like "
    "postgresql://user@host/name?sslmode=verify-full, and in a password ? as %3F."
)
_REFUSED = "The database at {server} refuses the connection. Look at its log, and at DATABASE_URL."

# In what the driver says when nobody has come in yet; then it knows no code. The first that fits is it.
_ON_THE_WAY = (
    (("password authentication failed",), Cause.WRONG_PASSWORD, _WRONG_WORD),
    (("no password supplied",), Cause.WRONG_PASSWORD, _NO_WORD),
    (('database "', "does not exist"), Cause.NO_DATABASE, _NO_DATABASE),
    (('role "', "does not exist"), Cause.NO_ROLE, _NO_ROLE),
    (("not permitted to log in",), Cause.NO_ROLE, _NO_ROLE),
    (("no pg_hba.conf entry",), Cause.NOT_LET_IN, _NOT_LET_IN),
    (("pg_hba.conf rejects",), Cause.NOT_LET_IN, _NOT_LET_IN),
    (("authentication failed for user",), Cause.NOT_LET_IN, _NOT_LET_IN),
    (("permission denied for database",), Cause.NOT_LET_IN, _NOT_LET_IN),
    (("too many connections",), Cause.FULL_HOUSE, _FULL_HOUSE),
    (("too many clients",), Cause.FULL_HOUSE, _FULL_HOUSE),
    (("remaining connection slots",), Cause.FULL_HOUSE, _FULL_HOUSE),
    (("the database system is",), Cause.STARTING, _STARTING),
    (("invalid connection option",), Cause.WRONG_SETTING, _WRONG_SETTING),
    (("invalid uri query parameter",), Cause.WRONG_SETTING, _WRONG_SETTING),
    ((" value: ", "invalid "), Cause.WRONG_SETTING, _WRONG_SETTING),
    (("invalid port number",), Cause.WRONG_SETTING, _WRONG_SETTING),
    (("connection refused",), Cause.NO_ANSWER, _NO_ANSWER),
    (("connection reset",), Cause.NO_ANSWER, _NO_ANSWER),
    (("closed the connection unexpectedly",), Cause.NO_ANSWER, _NO_ANSWER),
    # A line that breaks off while it is being encrypted says nothing of the certificate.
    (("ssl syscall error",), Cause.NO_ANSWER, _NO_ANSWER),
    (("unexpected eof",), Cause.NO_ANSWER, _NO_ANSWER),
    (("certificate",), Cause.CERTIFICATE, _CERTIFICATE),
    (("ssl",), Cause.CERTIFICATE, _CERTIFICATE),
    (("fatal:",), Cause.OTHER, _REFUSED),
    (("",), Cause.NO_ANSWER, _NO_ANSWER),
)

_QUOTED = re.compile(r'"[^"]*"')

_READ_ONLY = "The database can only be read: it is a standby, or was set so. Let DATABASE_URL name the one to write to."
_DISK_FULL = "The disk of the database is full. Make room there; nothing that was answered for is lost."
_NO_PERMISSION = (
    "The database's user lacks a permission. Make it the owner of the database and of every table in it, as "
    "docs/operations.md has it."
)
_TABLES = "The tables are not those of this version. Run `vidsyn migrate`."
_ENDED = "The line to the database broke off. See that it runs; Vidsyn connects again by itself."
_TOOK_LONG = "The database took too long. Look at what else it does, and at its disk."
_BUSY = "Others were in the way for too long. Try again when less is going on."
_DAMAGED = "The file is not a database, or is damaged. Look at its disk, and restore the last backup."
_CLOSED = "The file cannot be opened. See that its folder is there, and belongs to the user of Vidsyn."

_BY_STATE = {
    "25006": (Cause.READ_ONLY, _READ_ONLY),
    "53100": (Cause.DISK_FULL, _DISK_FULL),
    "53300": (Cause.FULL_HOUSE, "The database takes no more connections. Raise max_connections there."),
    "42501": (Cause.NO_PERMISSION, _NO_PERMISSION),
    "3F000": (Cause.NO_PERMISSION, _NO_PERMISSION),
    "42P01": (Cause.TABLES, _TABLES),
    "42703": (Cause.TABLES, _TABLES),
    "57014": (Cause.BUSY, _TOOK_LONG),
    "40001": (Cause.BUSY, _BUSY),
    "40P01": (Cause.BUSY, _BUSY),
}
_LOST = ("08", "57P01", "57P02", "57P03", "57P05", "25P03", "25P04")
_BY_CODE = {
    sqlite3.SQLITE_FULL: (Cause.DISK_FULL, _DISK_FULL),
    sqlite3.SQLITE_READONLY: (Cause.READ_ONLY, "The file can only be read. See that it and its folder may be written."),
    sqlite3.SQLITE_CANTOPEN: (Cause.CLOSED, _CLOSED),
    sqlite3.SQLITE_PERM: (Cause.CLOSED, _CLOSED),
    sqlite3.SQLITE_IOERR: (Cause.DISK_FULL, "The disk of the database fails, or is full. Look at the machine's log."),
    sqlite3.SQLITE_NOTADB: (Cause.DAMAGED, _DAMAGED),
    sqlite3.SQLITE_CORRUPT: (Cause.DAMAGED, _DAMAGED),
    sqlite3.SQLITE_BUSY: (Cause.BUSY, _BUSY),
    sqlite3.SQLITE_LOCKED: (Cause.BUSY, _BUSY),
}


def _myself() -> str:
    """Who runs this; in a container it may be nobody that the machine knows."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def telling(connect: Callable[[], psycopg.Connection], url: URL) -> Callable[[], psycopg.Connection]:
    """The same `connect`, which raises StoreUnavailable with a sentence that names the place."""
    import psycopg  # noqa: PLC0415 - 9 MB that SQLite does without

    def tells() -> psycopg.Connection:
        try:
            return connect()
        except psycopg.Error as refusal:
            raise on_the_way(str(refusal), Place.of(url)) from None

    return tells


def on_the_way(said: str, place: Place) -> StoreUnavailable:
    """Why nobody comes in at `place`. Of what the driver `said` nothing is quoted."""
    heard = _QUOTED.sub('""', said.lower())  # a host may be called anything
    cause, sentence = next((c, s) for words, c, s in _ON_THE_WAY if all(word in heard for word in words))
    return StoreUnavailable(sentence.format(server=place.server, name=place.name, user=place.user), cause)


def inside(foreign: BaseException | None, reason: str, *, lost: bool) -> StoreUnavailable:
    """Why the database did not do what it was asked. `reason` is its own words, which quote nobody's."""
    state = getattr(foreign, "sqlstate", None) or ""
    code = getattr(foreign, "sqlite_errorcode", 0) & 0xFF
    cause, sentence = _BY_STATE.get(state) or _BY_CODE.get(code) or (Cause.OTHER, StoreUnavailable.__doc__ or "")
    if cause is Cause.OTHER and (lost or state.startswith(_LOST)):
        cause, sentence = Cause.BROKEN_OFF, _ENDED
    return StoreUnavailable(f"{sentence} The database says: {reason}.", cause)
