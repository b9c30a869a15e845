"""Migrations: the packaged steps from an empty database to today's tables."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection

from storage.errors import NewerTables


def upgrade(connection: Connection) -> None:
    """Run the steps this database has not had yet, inside the caller's transaction. Raises NewerTables."""
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as unknown:  # it has had a step that is not among ours
        raise NewerTables from unknown
