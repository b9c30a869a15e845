"""The first tables."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make every table."""
    people()
    talks()
    queues()
    marks()


def texts(*names: str) -> list[sa.Column[str]]:
    """Texts that must be there."""
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def dates(*names: str) -> list[sa.Column[date]]:
    """Dates that must be there."""
    return [sa.Column(name, sa.Date(), nullable=False) for name in names]


def sealed(*names: str) -> list[sa.Column[bytes]]:
    """Ciphertext that must be there."""
    return [sa.Column(name, sa.LargeBinary(), nullable=False) for name in names]


def number() -> sa.Column[int]:
    """Counts upwards by itself."""
    return sa.Column("order", NUMBER, autoincrement=True, nullable=False)


def partial(name: str, table: str, columns: list[str], where: str) -> None:
    """An index on those rows only that meet the condition."""
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def people() -> None:
    """Who takes part in what."""
    op.create_table(
        "organisations",
        number(),
        *texts("id", "name", "country", "zone", "language"),
        sa.PrimaryKeyConstraint("order", name="pk_organisations"),
        sa.UniqueConstraint("id", name="uq_organisations_id"),
    )
    op.create_table(
        "people",
        *texts("id", "organisation", "name", "unit", "email", "language", "zone", "country"),
        sa.Column("working_days", sa.JSON(), nullable=False),
        sa.Column("starts", sa.Time(), nullable=False),
        sa.Column("ends", sa.Time(), nullable=False),
        sa.Column("hr", sa.Boolean(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_people_organisation"),
        sa.PrimaryKeyConstraint("id", name="pk_people"),
    )
    op.create_index("ix_people_organisation", "people", ["organisation"])
    op.create_table(
        "addresses",
        number(),
        *texts("person", "channel", "tenant", "place"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_addresses_person"),
        sa.PrimaryKeyConstraint("order", name="pk_addresses"),
        sa.UniqueConstraint("channel", "tenant", "place", name="uq_addresses_channel_tenant_place"),
    )
    op.create_index("ix_addresses_person", "addresses", ["person"])
    op.create_table(
        "codes",
        *texts("hash"),
        sa.Column("expires", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_codes"),
    )
    op.create_table(
        "rounds",
        number(),
        *texts("id", "organisation"),
        *sealed("name"),
        *texts("language", "channel", "tenant", "place"),
        *dates("opens", "deadline", "answer_by", "latest_start", "finish_by"),
        sa.Column("forms", sa.JSON(), nullable=False),
        *texts("contact", "state", "post"),
        sa.ForeignKeyConstraint(["organisation"], ["organisations.id"], name="fk_rounds_organisation"),
        sa.PrimaryKeyConstraint("order", name="pk_rounds"),
        sa.UniqueConstraint("id", name="uq_rounds_id"),
    )
    op.create_index("ix_rounds_organisation", "rounds", ["organisation"])
    op.create_table(
        "sign_ups",
        number(),
        *texts("id", "round", "person", "leader", "state", "mode"),
        sa.Column("leader_told", sa.Boolean(), nullable=False),
        *texts("support", "track"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_sign_ups_person"),
        sa.ForeignKeyConstraint(["round"], ["rounds.id"], name="fk_sign_ups_round"),
        sa.PrimaryKeyConstraint("order", name="pk_sign_ups"),
        sa.UniqueConstraint("id", name="uq_sign_ups_id"),
    )
    op.create_index("ix_sign_ups_round_person", "sign_ups", ["round", "person"])
    op.create_table(
        "offers",
        number(),
        *texts("id", "round", "person"),
        *sealed("unit"),
        *texts("state"),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_offers_person"),
        sa.ForeignKeyConstraint(["round"], ["rounds.id"], name="fk_offers_round"),
        sa.PrimaryKeyConstraint("order", name="pk_offers"),
        sa.UniqueConstraint("id", name="uq_offers_id"),
    )
    op.create_index("ix_offers_round", "offers", ["round"])
    op.create_table(
        "exchanges",
        number(),
        *texts("id", "round", "sign_up", "employee", "leader", "host"),
        *sealed("home_unit", "host_unit"),
        *texts("form"),
        *dates("start", "end"),
        sa.Column("days", sa.JSON(), nullable=False),
        *texts("track", "state"),
        *sealed("why"),
        *texts("offer"),
        sa.Column("asked_at", MOMENT),
        sa.Column("approved_at", MOMENT),
        sa.ForeignKeyConstraint(["employee"], ["people.id"], name="fk_exchanges_employee"),
        sa.PrimaryKeyConstraint("order", name="pk_exchanges"),
        sa.UniqueConstraint("id", name="uq_exchanges_id"),
    )
    op.create_index("ix_exchanges_employee", "exchanges", ["employee"])
    op.create_index("ix_exchanges_host", "exchanges", ["host"])
    op.create_index("ix_exchanges_leader", "exchanges", ["leader"])
    op.create_index("ix_exchanges_round", "exchanges", ["round"])
    op.create_table(
        "journals",
        *texts("exchange"),
        sa.Column("finish", sa.Time()),
        *texts("cadence", "style"),
        *sealed("habit"),
        sa.Column("paused_until", sa.Date()),
        sa.Column("asked_after_misses", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["exchange"], ["exchanges.id"], name="fk_journals_exchange"),
        sa.PrimaryKeyConstraint("exchange", name="pk_journals"),
    )


def talks() -> None:
    """What people say."""
    op.create_table(
        "answers",
        number(),
        *texts("id", "person", "subject", "occasion", "key", "visibility"),
        *sealed("value", "question"),
        *dates("day"),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("released", sa.JSON(), nullable=False),
        sa.Column("picked", sa.Boolean()),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("edited", sa.Date()),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_answers_person"),
        sa.PrimaryKeyConstraint("order", name="pk_answers"),
        sa.UniqueConstraint("id", name="uq_answers_id"),
        sa.UniqueConstraint("person", "subject", "occasion", "key", name="uq_answers_person_subject_occasion_key"),
    )
    op.create_index("ix_answers_subject", "answers", ["subject"])
    op.create_table(
        "conversations",
        *texts("id", "person", "dialog", "subject", "occasion"),
        *sealed("state"),
        *texts("status", "card", "message"),
        sa.Column("touched", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["person"], ["people.id"], name="fk_conversations_person"),
        sa.PrimaryKeyConstraint("id", name="pk_conversations"),
        sa.UniqueConstraint(
            "person", "dialog", "subject", "occasion", name="uq_conversations_person_dialog_subject_occasion"
        ),
    )
    partial("ix_conversations_open", "conversations", ["person", "touched"], "status IN ('open', 'paused')")
    op.create_index("ix_conversations_subject", "conversations", ["subject"])
    op.create_table(
        "cards",
        *texts("id", "person", "conversation"),
        sa.Column("actions", sa.JSON(), nullable=False),
        *texts("message"),
        sa.Column("spent", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_cards"),
    )


def queues() -> None:
    """What comes in, goes out and is due."""
    op.create_table(
        "inbox",
        number(),
        *texts("id", "channel", "event"),
        sa.Column("payload", sa.LargeBinary()),
        *texts("state"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("order", name="pk_inbox"),
        sa.UniqueConstraint("channel", "event", name="uq_inbox_channel_event"),
        sa.UniqueConstraint("id", name="uq_inbox_id"),
    )
    partial("ix_inbox_pending", "inbox", ["order"], "state = 'pending'")
    op.create_table(
        "outbox",
        number(),
        *texts("id", "channel", "tenant", "place"),
        sa.Column("payload", sa.LargeBinary()),
        *texts("kind", "subject", "state"),
        sa.Column("not_before", MOMENT, nullable=False),
        sa.Column("not_after", MOMENT),
        sa.Column("attempts", sa.Integer(), nullable=False),
        *texts("replaces", "thread", "reference", "reason"),
        sa.Column("lease", MOMENT),
        sa.PrimaryKeyConstraint("order", name="pk_outbox"),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
    )
    partial("ix_outbox_cancellable", "outbox", ["subject"], "state = 'pending'")
    partial("ix_outbox_expiring", "outbox", ["not_after"], "state = 'pending'")
    partial("ix_outbox_pending", "outbox", ["not_before", "order"], "state = 'pending'")
    partial(
        "ix_outbox_queue",
        "outbox",
        ["channel", "tenant", "place", "order"],
        "state IN ('pending', 'sending')",
    )
    partial("ix_outbox_sending", "outbox", ["lease"], "state = 'sending'")
    partial("ix_outbox_unknown", "outbox", ["order"], "state = 'unknown'")
    op.create_table(
        "prompts",
        *texts("id", "recipient", "subject", "kind"),
        *dates("day"),
        sa.Column("at", MOMENT, nullable=False),
        *texts("state"),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_prompts"),
        sa.UniqueConstraint("recipient", "subject", "kind", "day", name="uq_prompts_recipient_subject_kind_day"),
    )
    partial("ix_prompts_pending", "prompts", ["at", "id"], "state = 'pending'")
    op.create_index("ix_prompts_recipient_day", "prompts", ["recipient", "day"])
    op.create_index("ix_prompts_subject_day", "prompts", ["subject", "day"])
    op.create_table(
        "mail",
        number(),
        *texts("id", "box", "author"),
        *sealed("payload"),
        sa.Column("at", MOMENT, nullable=False),
        *texts("thread"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("order", name="pk_mail"),
        sa.UniqueConstraint("id", name="uq_mail_id"),
    )
    op.create_index("ix_mail_box_order", "mail", ["box", "order"])


def marks() -> None:
    """What the house keeps for itself."""
    op.create_table(
        "keys",
        *texts("id", "owner", "master"),
        *sealed("wrapped"),
        sa.PrimaryKeyConstraint("id", name="pk_keys"),
        sa.UniqueConstraint("owner", name="uq_keys_owner"),
    )
    op.create_table(
        "audit",
        number(),
        sa.Column("at", MOMENT, nullable=False),
        *texts("actor", "action", "subject"),
        sa.PrimaryKeyConstraint("order", name="pk_audit"),
    )
    op.create_table("meta", *texts("key", "value"), sa.PrimaryKeyConstraint("key", name="pk_meta"))
