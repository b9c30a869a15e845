"""The links that stand in mails: any number a person, each under the one that can be revoked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a table: the version before, which may still run, revokes these by revoking what they hang on."""
    op.create_table(
        "mail_links",
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("under", sa.String(), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_mail_links_person"),
        sa.PrimaryKeyConstraint("hash", name="pk_mail_links"),
    )
    op.create_index("ix_mail_links_person", "mail_links", ["person"])
