"""Who did what, when, to what and why: an append-only table in each service's store."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, MetaData, Table, Text, Uuid
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, slots=True)
class Audit:
    """What a command does, as the route declares it: codes and ids, never text.

    `subject_id` None: the command's `Outcome` names what it made.
    """

    action: str
    subject_type: str
    subject_id: UUID | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One row; `at` is system time, `business_at` business time, `role` the right that was used."""

    id: UUID
    at: datetime
    business_at: datetime
    actor_id: str | None
    actor_type: str
    role: str
    action: str
    subject_type: str
    subject_id: UUID | None
    reason: str | None
    correlation_id: UUID


def audit_table(metadata: MetaData) -> Table:
    """The table `audit`, for the service's metadata."""
    return Table(
        "audit",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("business_at", DateTime(timezone=True), nullable=False),
        Column("actor_id", Text),
        Column("actor_type", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("action", Text, nullable=False),
        Column("subject_type", Text, nullable=False),
        Column("subject_id", Uuid),
        Column("reason", Text),
        Column("correlation_id", Uuid, nullable=False),
        Index("ix_audit_subject", "subject_type", "subject_id", "at"),
        Index("ix_audit_at", "at"),
    )


def audit_guard_ddl() -> tuple[str, ...]:
    """Statements for the migration after the table: UPDATE, DELETE and TRUNCATE of `audit` fail."""
    function = (
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit is append-only' USING ERRCODE = 'insufficient_privilege'; END $$"
    )
    trigger = (
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
    )
    return (function, trigger)


def drop_audit_guard_ddl() -> tuple[str, ...]:
    """What the migration's downgrade runs before it drops the table."""
    return ("DROP TRIGGER audit_append_only ON audit", "DROP FUNCTION audit_is_append_only()")


async def append_audit(connection: AsyncConnection, table: Table, row: AuditRow) -> None:
    """Add `row` in the transaction of `connection`."""
    values = {name: getattr(row, name) for name in AuditRow.__slots__}
    await connection.execute(table.insert().values(values))
