"""Migrations: the packaged steps from an empty database to today's tables."""

from __future__ import annotations

import time
from collections.abc import Callable

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from storage.errors import Locked, NewerTables

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
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as unknown:  # it has had a step that is not among ours
        raise NewerTables from unknown
