"""The tables of programs, enrolment, match runs and matches."""

from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.matching.persistence import evidence_tables, people_tables, wish_tables
from services.matching.persistence.metadata import METADATA

__all__ = ["METADATA", "evidence_tables", "people_tables", "wish_tables"]


def _texts(name: str) -> Column[Any]:
    return Column(name, ARRAY(Text), nullable=False, server_default="{}")


program = Table(
    "program",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("draft", JSONB(none_as_null=True)),
    Column("published", JSONB(none_as_null=True)),
    Column("coordinator_ids", ARRAY(Uuid), nullable=False, comment="who may act in it"),
    CheckConstraint("(version = 0) = (published is null)", name="version"),
)

program_version = Table(
    "program_version",
    METADATA,
    Column("program_id", ForeignKey("program.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("terms", JSONB, nullable=False),
    Column("published_at", DateTime(timezone=True), nullable=False),
)

cohort = Table(
    "cohort",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("program_id", ForeignKey("program.id"), nullable=False, index=True),
    Column("starts_on", Date, nullable=False),
    Column("evergreen", Boolean, nullable=False),
    Column("closed", Boolean, nullable=False),
)

participant = Table(
    "participant",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("program_id", ForeignKey("program.id"), nullable=False),
    Column("cohort_id", ForeignKey("cohort.id"), nullable=False),
    _texts("roles"),
    Column("capacity", SmallInteger, nullable=False),
    _texts("languages"),
    _texts("skills_wanted"),
    _texts("skills_offered"),
    Column("status", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    CheckConstraint("status in ('enrolled', 'paused', 'withdrawn')", name="status"),
    Index("ix_participant_person", "person_id", "program_id"),
    Index("ix_participant_cohort", "cohort_id", "id"),
    Index(
        "uq_participant_once",
        "cohort_id",
        "person_id",
        unique=True,
        postgresql_where=text("status <> 'withdrawn'"),
    ),
)

availability = Table(
    "availability",
    METADATA,
    Column("person_id", Uuid, primary_key=True),
    Column("time_zone", Text),
    Column("hours", JSONB, nullable=False, comment="list of [weekday, start minute, end minute]"),
)

match_run = Table(
    "match_run",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("program_id", ForeignKey("program.id"), nullable=False),
    Column("cohort_id", ForeignKey("cohort.id"), nullable=False),
    Column("program_version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("dry_run", Boolean, nullable=False),
    Column("replace_proposals", Boolean, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True)),
    Column("refusal", Text, comment="why nothing was published"),
    Column("cursor", Integer, nullable=False, server_default="0", comment="proposals dealt with"),
    Column("published", Integer, nullable=False, server_default="0"),
    Column("eligible", Integer),
    Column("figures", JSONB(none_as_null=True), comment="what the run found, as RunFigures"),
    Column("solver", Uuid, comment="the process that works on it"),
    Column("solver_seen_at", DateTime(timezone=True), comment="system time: it is a lease"),
    CheckConstraint(
        "state in ('queued', 'solving', 'publishing', 'published', 'solved', 'refused', 'failed')",
        name="state",
    ),
    Index("ix_match_run_cohort", "cohort_id", "id"),
    Index(
        "uq_match_run_one_at_a_time",
        "cohort_id",
        unique=True,
        postgresql_where=text("not dry_run and state in ('queued', 'solving', 'publishing')"),
    ),
)

run_proposal = Table(
    "run_proposal",
    METADATA,
    Column("run_id", ForeignKey("match_run.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("mentor_id", Uuid, nullable=False),
    Column("mentee_id", Uuid, nullable=False),
    Column("mentor_person_id", Uuid, nullable=False),
    Column("mentee_person_id", Uuid, nullable=False),
    Column("score", Integer, nullable=False),
    Column("shared_minutes", Integer),
    Column("breakdown", JSONB, nullable=False),
    Column("match_id", Uuid, comment="null: not published, or the people were no longer free"),
)

run_unmatched = Table(
    "run_unmatched",
    METADATA,
    Column("run_id", ForeignKey("match_run.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("participant_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("role", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("dominating", Text),
    Column("feasible_partners", Integer, nullable=False),
    Column("refusals", JSONB, nullable=False),
)

match = Table(
    "match",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("program_id", ForeignKey("program.id"), nullable=False),
    Column("cohort_id", ForeignKey("cohort.id"), nullable=False),
    Column("run_id", Uuid, index=True),
    Column("format", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("score", Integer, nullable=False),
    Column("breakdown", JSONB, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("duration_days", Integer, nullable=False),
    Column("locked", Boolean, nullable=False),
    _texts("flags"),
    _texts("overridden"),
    _texts("waived"),
    Column("health", Text, comment="as engagement last said"),
    Column("expires_at", DateTime(timezone=True)),
    Column("activated_at", DateTime(timezone=True)),
    Column("ends_at", DateTime(timezone=True)),
    Column("paused_at", DateTime(timezone=True)),
    Column("pause_reason", Text),
    Column("end_reason", Text),
    Index("ix_match_program", "program_id", "id"),
    Index("ix_match_cohort_state", "cohort_id", "state"),
)

match_member = Table(
    "match_member",
    METADATA,
    Column("match_id", ForeignKey("match.id"), primary_key=True),
    Column("participant_id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False, index=True),
    Column("role", Text, nullable=False),
    Column("accepted", Boolean, nullable=False),
    Column("confirmed", Boolean, nullable=False),
    Column("away", Boolean, nullable=False),
)

pair_exclusion = Table(
    "pair_exclusion",
    METADATA,
    Column("cohort_id", ForeignKey("cohort.id"), primary_key=True),
    Column("first_person_id", Uuid, primary_key=True),
    Column("second_person_id", Uuid, primary_key=True),
    Column("match_id", Uuid, comment="null: a coordinator's own"),
    CheckConstraint("first_person_id < second_person_id", name="order"),
)
