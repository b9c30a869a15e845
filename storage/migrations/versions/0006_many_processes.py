"""What many processes share: who answers, says or sends a thing just now, and what goes first."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_PENDING = sa.text("state = 'pending'")
_POISON = sa.text("state = 'poison'")


def upgrade() -> None:
    """Add to what is there only what the version before need not know of: it may still run."""
    op.add_column("inbox", sa.Column("lease", sa.DateTime(timezone=True)))
    op.add_column("inbox", sa.Column("since", sa.DateTime(timezone=True)))
    op.create_index("ix_inbox_poison", "inbox", ["order"], sqlite_where=_POISON, postgresql_where=_POISON)
    op.add_column("outbox", sa.Column("rank", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("outbox", sa.Column("token", sa.String(), nullable=False, server_default=""))
    op.create_index(
        "ix_outbox_lane",
        "outbox",
        ["channel", "tenant", "rank", "not_before", "order"],
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    )
    op.add_column("prompts", sa.Column("lease", sa.DateTime(timezone=True)))
    op.add_column("prompts", sa.Column("token", sa.String(), nullable=False, server_default=""))
    op.create_index(
        "ix_prompts_due",
        "prompts",
        [sa.text("coalesce(lease, at)"), "id"],
        sqlite_where=_PENDING,
        postgresql_where=_PENDING,
    )
    op.create_table(
        "lanes",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "tenant", name="pk_lanes"),
    )
