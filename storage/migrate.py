"""Migrations: the packaged steps from an empty database to today's tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from importlib.resources import files

from sqlalchemy import Connection, inspect

from storage.errors import Locked, NewerTables, NoTables, NotOurs, OlderTables, WrongEncoding
from storage.tables import metadata

_OURS = 0x56696473796E
"""The number of PostgreSQL's lock that one migrates under. It means nothing else."""
_WAIT = 0.2
"""Seconds between two tries, while others use the tables."""


def migrate(transact: Callable[[Callable[[Connection], None]], None], patience: float = 60.0) -> None:
    """Run the steps this database has not had yet, each caller in turn, all steps in one transaction.

    Raises NewerTables, or Locked when others hold the tables for more than `patience` seconds.
    """
    end = time.monotonic() + patience
    while True:
        try:
            return transact(upgrade)
        except Locked:
            if time.monotonic() > end:
                raise
        time.sleep(_WAIT)


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the steps up to `revision` not had yet, inside the caller's transaction. Raises NewerTables."""
    if connection.dialect.name == "postgresql":
        # Whoever waits for a table lets nobody else pass, so wait briefly and often.
        connection.exec_driver_sql("SET LOCAL lock_timeout = '1s'")
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_OURS})")
    _check_encoding(connection)
    had = _had(connection)
    if revision == "head" and had == newest():
        return
    if not had and inspect(connection).get_table_names():
        raise NotOurs
    # Where there is nothing to do it is not imported: it takes as much memory as a platform.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as unknown:  # it has had a step that is not among ours
        raise NewerTables from unknown


def look(connection: Connection) -> None:
    """Whether the tables are today's; nothing is changed. Raises NoTables, OlderTables, NewerTables, NotOurs."""
    _check_encoding(connection)
    had = _had(connection)
    if not had:
        raise NotOurs if inspect(connection).get_table_names() else NoTables
    if had > newest():
        raise NewerTables
    if had < newest():
        raise OlderTables


def _check_encoding(connection: Connection) -> None:
    """Raises WrongEncoding: in another than UTF8, names and what a library keeps may not be written."""
    if connection.dialect.name != "postgresql":
        return
    encoding = connection.exec_driver_sql("SHOW server_encoding").scalar_one()
    if encoding != "UTF8":
        raise WrongEncoding(
            f"This database is encoded in {encoding}, which cannot keep every letter; nothing was changed. Make one "
            "with ENCODING 'UTF8' TEMPLATE template0, and name it in DATABASE_URL."
        )


def strangers(names: Iterable[str]) -> set[str]:
    """Which of these tables are not ours."""
    return set(names) - metadata.tables.keys() - {"alembic_version"}


def newest() -> str:
    """The last step that there is."""
    steps = (file.name for file in files("storage").joinpath("migrations", "versions").iterdir())
    return max(name.partition("_")[0] for name in steps if name[0].isdigit())


def _had(connection: Connection) -> str:
    """The last step that the database has had; empty for a new one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").first()
    return str(row[0]) if row else ""
