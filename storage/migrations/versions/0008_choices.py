"""What an organisation has chosen and how it says things; several places in one exchange; two that belong together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add to what is there only what the version before need not know of: it may still run."""
    op.create_table(
        "choices",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("round", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "round", "name", name="pk_choices"),
    )
    op.create_table(
        "wordings",
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("round", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "round", "language", "key", name="pk_wordings"),
    )
    op.add_column("exchanges", sa.Column("stops", sa.LargeBinary(), nullable=True))
    op.add_column("exchanges", sa.Column("linked", sa.String(), nullable=True))
