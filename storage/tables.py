"""The tables. Columns are named like the fields of the records; `sealed` ones hold ciphertext only.

Partial indexes are on what is still to be done, so that an idle tick costs the same however much is finished.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Time,
    UniqueConstraint,
    and_,
    func,
    literal_column,
    true,
)

from storage.column_types import Dates, Items, Moment, Names, Number, Text

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def is_one_of(column: Column[str], *values: str) -> ColumnElement[bool]:
    """The column holds one of `values`, written out: SQLite takes a partial index for literals only."""
    literals: list[ColumnElement[str]] = [literal_column(f"'{value}'") for value in values]
    return column == literals[0] if len(literals) == 1 else column.in_(literals)


def texts(*names: str) -> list[Column[str]]:
    """Texts that must be there, if only empty."""
    return [Column(name, Text, nullable=False) for name in names]


def dates(*names: str) -> list[Column[date]]:
    """Dates that must be there."""
    return [Column(name, Date, nullable=False) for name in names]


def sealed(*names: str) -> list[Column[bytes]]:
    """Ciphertext that must be there."""
    return [Column(name, LargeBinary, nullable=False) for name in names]


def indexed(name: str) -> Column[str]:
    """A text that must be there and is looked for."""
    return Column(name, Text, nullable=False, index=True)


def points_to(name: str, target: str) -> Column[str]:
    """The id of a row that must exist."""
    return Column(name, Text, ForeignKey(target), nullable=False)


def numbered() -> tuple[Column[int], Column[str]]:
    """`order`, which counts upwards by itself, and the random `id`."""
    return (
        Column("order", Number, primary_key=True, autoincrement=True),
        Column("id", Text, nullable=False, unique=True),
    )


def partial(name: str, table: Table, columns: tuple[str, ...], condition: ColumnElement[bool]) -> Index:
    """An index on those rows only that meet `condition`."""
    picked = [table.c[column] for column in columns]
    return Index(name, *picked, sqlite_where=condition, postgresql_where=condition)


keys = Table(
    "keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("owner", Text, nullable=False, unique=True),
    *texts("master"),
    Column("wrapped", LargeBinary, nullable=False),
)

organisations = Table(
    "organisations",
    metadata,
    *numbered(),
    *texts("name", "country", "zone", "language"),
)

people = Table(
    "people",
    metadata,
    Column("id", Text, primary_key=True),
    Column("organisation", Text, ForeignKey("organisations.id"), nullable=False, index=True),
    *texts("name", "unit", "email", "language", "zone", "country"),
    Column("working_days", Items, nullable=False),
    Column("starts", Time, nullable=False),
    Column("ends", Time, nullable=False),
    Column("hr", Boolean, nullable=False),
    Column("told", Names, nullable=False),
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("leader", Text, nullable=False, server_default=""),
)

addresses = Table(
    "addresses",
    metadata,
    Column("order", Number, primary_key=True, autoincrement=True),
    Column("person", Text, ForeignKey("people.id"), nullable=False, index=True),
    *texts("channel", "tenant", "place"),
    UniqueConstraint("channel", "tenant", "place"),
)

codes = Table(
    "codes",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("expires", Moment, nullable=False),
)

rounds = Table(
    "rounds",
    metadata,
    *numbered(),
    Column("organisation", Text, ForeignKey("organisations.id"), nullable=False, index=True),
    *sealed("name"),
    *texts("language", "channel", "tenant", "place"),
    *dates("opens", "deadline", "answer_by", "latest_start", "finish_by"),
    Column("forms", Items, nullable=False),
    *texts("contact", "state", "post"),
)

sign_ups = Table(
    "sign_ups",
    metadata,
    *numbered(),
    points_to("round", "rounds.id"),
    points_to("person", "people.id"),
    *texts("leader", "state", "mode"),
    Column("leader_told", Boolean, nullable=False),
    *texts("support", "track"),
    Index(None, "round", "person"),
)

offers = Table(
    "offers",
    metadata,
    *numbered(),
    Column("round", Text, ForeignKey("rounds.id"), nullable=False, index=True),
    points_to("person", "people.id"),
    *sealed("unit"),
    *texts("state"),
)

exchanges = Table(
    "exchanges",
    metadata,
    *numbered(),
    indexed("round"),
    *texts("sign_up"),
    Column("employee", Text, ForeignKey("people.id"), nullable=False, index=True),
    indexed("leader"),
    indexed("host"),
    *sealed("home_unit", "host_unit"),
    *texts("form"),
    *dates("start", "end"),
    Column("days", Dates, nullable=False),
    *texts("track", "state"),
    *sealed("why"),
    *texts("offer"),
    Column("asked_at", Moment),
    Column("approved_at", Moment),
    Column("stops", LargeBinary),
    Column("linked", Text),
)

further_hosts = Table(
    "further_hosts",
    metadata,
    Column("exchange", Text, ForeignKey("exchanges.id"), primary_key=True),
    Column("host", Text, primary_key=True, index=True),
)
"""The hosts of an exchange that is split, all but the first."""

journals = Table(
    "journals",
    metadata,
    Column("exchange", Text, ForeignKey("exchanges.id"), primary_key=True),
    Column("finish", Time),
    *texts("cadence", "style"),
    *sealed("habit"),
    Column("paused_until", Date),
    Column("asked_after_misses", Boolean, nullable=False),
)

answers = Table(
    "answers",
    metadata,
    *numbered(),
    points_to("person", "people.id"),
    indexed("subject"),
    *texts("occasion", "key", "visibility"),
    *sealed("value", "question"),
    *dates("day"),
    Column("confirmed", Boolean, nullable=False),
    Column("released", Names, nullable=False),
    Column("picked", Boolean),
    Column("sent", Boolean, nullable=False),
    Column("edited", Date),
    UniqueConstraint("person", "subject", "occasion", "key"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Text, primary_key=True),
    points_to("person", "people.id"),
    *texts("dialog"),
    indexed("subject"),
    *texts("occasion"),
    *sealed("state"),
    *texts("status", "card", "message"),
    Column("touched", Moment, nullable=False),
    UniqueConstraint("person", "dialog", "subject", "occasion"),
)
partial(
    "ix_conversations_open",
    conversations,
    ("person", "touched"),
    is_one_of(conversations.c.status, "open", "paused"),
)

cards = Table(
    "cards",
    metadata,
    Column("id", Text, primary_key=True),
    *texts("person", "conversation"),
    Column("actions", JSON, nullable=False),
    *texts("message"),
    Column("spent", Boolean, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    *numbered(),
    *texts("channel", "event"),
    Column("payload", LargeBinary),
    *texts("state"),
    Column("attempts", Integer, nullable=False),
    Column("lease", Moment),
    Column("since", Moment),
    UniqueConstraint("channel", "event"),
)
partial("ix_inbox_pending", inbox, ("order",), is_one_of(inbox.c.state, "pending"))
partial("ix_inbox_poison", inbox, ("order",), is_one_of(inbox.c.state, "poison"))

outbox = Table(
    "outbox",
    metadata,
    *numbered(),
    *texts("channel", "tenant", "place"),
    Column("payload", LargeBinary),
    *texts("kind", "subject", "state"),
    Column("not_before", Moment, nullable=False),
    Column("not_after", Moment),
    Column("attempts", Integer, nullable=False),
    *texts("replaces", "thread", "reference", "reason"),
    Column("lease", Moment),
    Column("rank", Integer, nullable=False, server_default="1"),
    Column("token", Text, nullable=False, server_default=""),
)
partial("ix_outbox_pending", outbox, ("not_before", "order"), is_one_of(outbox.c.state, "pending"))
partial(
    "ix_outbox_lane",
    outbox,
    ("channel", "tenant", "rank", "not_before", "order"),
    is_one_of(outbox.c.state, "pending"),
)
partial("ix_outbox_expiring", outbox, ("not_after",), is_one_of(outbox.c.state, "pending"))
partial("ix_outbox_cancellable", outbox, ("subject",), is_one_of(outbox.c.state, "pending"))
partial(
    "ix_outbox_queue",
    outbox,
    ("channel", "tenant", "place", "order"),
    is_one_of(outbox.c.state, "pending", "sending"),
)
partial("ix_outbox_sending", outbox, ("lease",), is_one_of(outbox.c.state, "sending"))
partial("ix_outbox_unknown", outbox, ("order",), is_one_of(outbox.c.state, "unknown"))
partial("ix_outbox_held", outbox, ("channel", "tenant", "place"), is_one_of(outbox.c.state, "held"))

prompts = Table(
    "prompts",
    metadata,
    Column("id", Text, primary_key=True),
    *texts("recipient", "subject", "kind"),
    *dates("day"),
    Column("at", Moment, nullable=False),
    *texts("state"),
    Column("data", JSON, nullable=False),
    Column("lease", Moment),
    Column("token", Text, nullable=False, server_default=""),
    UniqueConstraint("recipient", "subject", "kind", "day"),
    Index(None, "subject", "day"),
    Index(None, "recipient", "day"),
)
partial("ix_prompts_pending", prompts, ("at", "id"), is_one_of(prompts.c.state, "pending"))
_IS_DUE = is_one_of(prompts.c.state, "pending")
partial("ix_prompts_free", prompts, ("at", "id"), and_(_IS_DUE, prompts.c.lease.is_(None)))
partial("ix_prompts_leased", prompts, ("lease",), and_(_IS_DUE, prompts.c.lease.is_not(None)))
Index(
    "ix_prompts_due",
    func.coalesce(prompts.c.lease, prompts.c.at),
    prompts.c.id,
    sqlite_where=_IS_DUE,
    postgresql_where=_IS_DUE,
)

lanes = Table(
    "lanes",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("tenant", Text, primary_key=True),
    *texts("holder"),
    Column("until", Moment, nullable=False),
)

holds = Table(
    "holds",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("what", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("until", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("order", Number, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    *texts("actor", "action", "subject"),
)

mail = Table(
    "mail",
    metadata,
    *numbered(),
    Column("box", Text, nullable=False),
    *texts("author"),
    *sealed("payload"),
    Column("at", Moment, nullable=False),
    *texts("thread"),
    Column("version", Integer, nullable=False),
    Index(None, "box", "order"),
)

meta = Table(
    "meta",
    metadata,
    Column("key", Text, primary_key=True),
    *texts("value"),
)

workspaces = Table(
    "workspaces",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("tenant", Text, primary_key=True),
    *texts("name"),
    points_to("organisation", "organisations.id"),
    *texts("enterprise", "state"),
)

places = Table(
    "places",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    *texts("name"),
)

chats = Table(
    "chats",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    *texts("chat", "user", "service", "state"),
    Column("touched", Moment, nullable=False),
)

links = Table(
    "links",
    metadata,
    Column("person", Text, ForeignKey("people.id"), primary_key=True),
    Column("hash", Text, nullable=False, unique=True),
    Column("expires", Moment, nullable=False),
)

mail_links = Table(
    "mail_links",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("person", Text, ForeignKey("people.id"), nullable=False, index=True),
    *texts("under"),
    Column("expires", Moment, nullable=False),
)

takeaways = Table(
    "takeaways",
    metadata,
    Column("hash", Text, primary_key=True),
    *texts("outgoing"),
    Column("number", Integer, nullable=False),
    Column("person", Text, ForeignKey("people.id"), nullable=False, index=True),
    *texts("media_type"),
    *sealed("name", "text"),
    Column("expires", Moment, nullable=False, index=True),
    UniqueConstraint("outgoing", "number"),
)

installations = Table(
    "installations",
    metadata,
    *numbered(),
    *texts("enterprise", "tenant", "app", "bot_user"),
    *sealed("token", "refresh_token"),
    Column("expires", Moment),
    Column("scopes", Names, nullable=False),
    *texts("state"),
    Column("installed", Moment, nullable=False),
    Column("lease", Moment),
    UniqueConstraint("enterprise", "tenant"),
)

oauth_states = Table(
    "oauth_states",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("expires", Moment, nullable=False),
)

choices = Table(
    "choices",
    metadata,
    *(Column(name, Text, primary_key=True) for name in ("organisation", "round", "name")),
    Column("value", JSON, nullable=False),
)

wordings = Table(
    "wordings",
    metadata,
    *(Column(name, Text, primary_key=True) for name in ("organisation", "round", "language", "key")),
    *texts("text"),
)
