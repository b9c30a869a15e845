"""Who is host at the further places of an exchange that is split, so that they find it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table: the version before, which may still run, asks only the first host."""
    op.create_table(
        "further_hosts",
        sa.Column("exchange", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["exchange"], ["exchanges.id"], name="fk_further_hosts_exchange"),
        sa.PrimaryKeyConstraint("exchange", "host", name="pk_further_hosts"),
    )
    op.create_index("ix_further_hosts_host", "further_hosts", ["host"])
