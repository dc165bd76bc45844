"""The tables that messaging needs in every store; each service migrates its own copy."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)

from shared.http.audit import audit_table
from shared.http.idempotency import idempotency_table
from shared.persistence.base import make_metadata

KERNEL: Final = make_metadata()

# Debezium's outbox event router expects these column names, so the relay can be replaced by it.
outbox = Table(
    "outbox",
    KERNEL,
    Column("pos", BigInteger, Identity(always=True), primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("aggregatetype", Text, nullable=False),
    Column("aggregateid", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("topic", Text, nullable=False),
    Column("shard", SmallInteger, nullable=False),
    Column("raw_key", LargeBinary, comment="the key of a dead letter whose key is no text"),
    Column("payload", LargeBinary, comment="null: a tombstone"),
    Column("headers", Text, nullable=False, comment="JSON list of name and value"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index(None, "shard", "pos"),
    # The table is a queue: what counts is that the relay meets few dead rows.
    postgresql_with={"autovacuum_vacuum_scale_factor": 0, "autovacuum_vacuum_threshold": 1000},
)

outgoing_stream = Table(
    "outgoing_stream",
    KERNEL,
    Column("topic", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("last_sequence", BigInteger, nullable=False),
)

incoming_stream = Table(
    "incoming_stream",
    KERNEL,
    Column("topic", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("last_sequence", BigInteger, nullable=False),
)

inbox = Table(
    "inbox",
    KERNEL,
    Column("topic", Text, primary_key=True),
    Column("record_id", LargeBinary, primary_key=True, comment="SHA-256 of the value"),
    Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index(None, "seen_at"),
)

set_aside = Table(
    "set_aside",
    KERNEL,
    Column("id", Uuid, primary_key=True),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False, server_default=""),
    Column("topic", Text, nullable=False),
    Column("stream_key", Text, comment="null: the record has no usable key"),
    Column("sequence", BigInteger),
    Column("event_type", Text, nullable=False, server_default=""),
    Column("record", LargeBinary, nullable=False, comment="key, headers and value, packed"),
    Column("sealed", Boolean, nullable=False, comment="the record is encrypted: it may hold personal data"),
    Column("source_partition", Integer, nullable=False),
    Column("source_offset", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_failed_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    CheckConstraint("status in ('dead', 'parked', 'skipped', 'gap')", name="status"),
    Index(None, "topic", "stream_key", "sequence"),
    Index(None, "status", "first_failed_at"),
)

pending = Table(
    "pending",
    KERNEL,
    Column("missing", Text, primary_key=True),
    Column("reaction", Text, primary_key=True),
    Column("subject", Uuid, primary_key=True),
)

due = Table(
    "due",
    KERNEL,
    Column("kind", Text, primary_key=True),
    Column("subject", Uuid, primary_key=True),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Index(None, "due_at"),
)

idempotency = idempotency_table(KERNEL)
audit = audit_table(KERNEL)
