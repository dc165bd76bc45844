"""Read models of matches."""

from sqlalchemy import Column, DateTime, Index, Integer, Table, Text, Uuid

from services.reporting.persistence.columns import METADATA, instant

match = Table(
    "match",
    METADATA,
    Column("match_id", Uuid, primary_key=True),
    Column("program_id", Uuid, nullable=False),
    Column("cohort_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("format", Text),
    Column("match_run_id", Uuid),
    Column("score", Integer),
    Column("accepted_sides", Integer),
    instant("proposed_at"),
    instant("offered_at"),
    instant("expires_at"),
    instant("accepted_at"),
    instant("declined_at"),
    instant("expired_at"),
    instant("activated_at"),
    instant("ends_at"),
    instant("completed_at"),
    instant("ended_at"),
    Column("end_reason", Text),
    Index(None, "program_id", "cohort_id"),
)

match_member = Table(
    "match_member",
    METADATA,
    Column("match_id", Uuid, primary_key=True),
    Column("participant_id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("role", Text, nullable=False),
    Index(None, "participant_id"),
)

match_pause = Table(
    "match_pause",
    METADATA,
    Column("match_id", Uuid, primary_key=True),
    Column("paused_at", DateTime(timezone=True), primary_key=True),
    Column("reason", Text, nullable=False),
    instant("resumed_at"),
)
