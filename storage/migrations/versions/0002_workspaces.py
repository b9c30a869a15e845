"""Workspaces, what their installs let us have, and people who have left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables; everybody who is there already is active."""
    op.add_column("people", sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("people", sa.Column("leader", sa.String(), server_default="", nullable=False))
    workspaces()
    installations()


def texts(*names: str) -> list[sa.Column[str]]:
    """Texts that must be there."""
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def workspaces() -> None:
    """The chats and their channels."""
    op.create_table(
        "workspaces",
        *texts("channel", "tenant", "name", "organisation", "enterprise", "state"),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_workspaces_organisation"),
        sa.PrimaryKeyConstraint("channel", "tenant", name="pk_workspaces"),
    )
    op.create_table(
        "places",
        *texts("channel", "tenant", "place", "name"),
        sa.PrimaryKeyConstraint("channel", "tenant", "place", name="pk_places"),
    )


def installations() -> None:
    """The tokens, and the installs under way."""
    op.create_table(
        "installations",
        sa.Column("order", NUMBER, autoincrement=True, nullable=False),
        *texts("id", "enterprise", "tenant", "app", "bot_user"),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=False),
        sa.Column("expires", MOMENT),
        sa.Column("scopes", sa.JSON(), nullable=False),
        *texts("state"),
        sa.Column("installed", MOMENT, nullable=False),
        sa.Column("lease", MOMENT),
        sa.PrimaryKeyConstraint("order", name="pk_installations"),
        sa.UniqueConstraint("enterprise", "tenant", name="uq_installations_enterprise_tenant"),
        sa.UniqueConstraint("id", name="uq_installations_id"),
    )
    op.create_table(
        "oauth_states",
        *texts("hash"),
        sa.Column("expires", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_oauth_states"),
    )
