"""What a platform asked one process for holds for the next; and prompts that are somebody's to say lie apart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_FREE = sa.text("state = 'pending' AND lease IS NULL")
_LEASED = sa.text("state = 'pending' AND lease IS NOT NULL")


def upgrade() -> None:
    """Add to what is there only what the version before need not know of: it may still run."""
    op.create_table(
        "holds",
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("tenant", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "tenant", "what", name="pk_holds"),
    )
    op.create_index("ix_prompts_free", "prompts", ["at", "id"], sqlite_where=_FREE, postgresql_where=_FREE)
    op.create_index("ix_prompts_leased", "prompts", ["lease"], sqlite_where=_LEASED, postgresql_where=_LEASED)
