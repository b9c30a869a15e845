"""How places are reached on a platform that has no one address for all of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    names = ("channel", "tenant", "place", "chat", "user", "service", "state")
    op.create_table(
        "chats",
        *(sa.Column(name, sa.String(), nullable=False) for name in names),
        sa.Column("touched", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "tenant", "place", name="pk_chats"),
    )
