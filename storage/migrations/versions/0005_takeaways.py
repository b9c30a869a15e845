"""Files to take along, where a platform has no place for files of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "takeaways",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("outgoing", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("name", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_takeaways_person"),
        sa.PrimaryKeyConstraint("hash", name="pk_takeaways"),
        sa.UniqueConstraint("outgoing", "number", name="uq_takeaways_outgoing_number"),
    )
    op.create_index("ix_takeaways_person", "takeaways", ["person"])
    op.create_index("ix_takeaways_expires", "takeaways", ["expires"])
