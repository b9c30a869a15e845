"""What is held for somebody's hours is found without a look at all that was ever sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_HELD = sa.text("state = 'held'")


def upgrade() -> None:
    """Add an index: the version before, which may still run, holds nothing and lets lie what is held."""
    op.create_index(
        "ix_outbox_held", "outbox", ["channel", "tenant", "place"], sqlite_where=_HELD, postgresql_where=_HELD
    )
