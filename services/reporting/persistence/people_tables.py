"""Read models of people, programs, who takes part, and match runs."""

from sqlalchemy import ARRAY, BigInteger, Column, Date, Index, Integer, Table, Text, Uuid

from services.reporting.persistence.columns import METADATA, instant

# No name, no e-mail: the login is what authentication needs, and it goes with the person.
person = Table(
    "person",
    METADATA,
    Column("person_id", Uuid, primary_key=True),
    Column("status", Text, nullable=False),
    Column("login_subject", Text),
    Index(None, "login_subject"),
)

availability = Table(
    "availability",
    METADATA,
    Column("person_id", Uuid, primary_key=True),
    Column("zone_source", Text, nullable=False),
    Column("weekly_minutes", Integer, nullable=False),
)

program = Table(
    "program",
    METADATA,
    Column("program_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("format", Text, nullable=False),
    Column("coordinator_ids", ARRAY(Uuid), nullable=False),
    Column("cadence_days", Integer, nullable=False),
    Column("session_minutes", Integer, nullable=False),
    Column("first_session_within_days", Integer, nullable=False),
    Column("duration_days", Integer, nullable=False),
    instant("published_at", nullable=False),
)

cohort = Table(
    "cohort",
    METADATA,
    Column("cohort_id", Uuid, primary_key=True),
    Column("program_id", Uuid, nullable=False),
    Column("starts_on", Date),
    Column("eligible", Integer),
    instant("opened_at"),
    instant("closed_at"),
    Index(None, "program_id"),
)

participant = Table(
    "participant",
    METADATA,
    Column("participant_id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("program_id", Uuid, nullable=False),
    Column("cohort_id", Uuid, nullable=False),
    Column("roles", ARRAY(Text), nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("function", Text),
    Column("business_unit", Text),
    Column("country", Text),
    Column("job_level", Integer),
    Column("state", Text, nullable=False),
    Column("withdrawal_reason", Text),
    instant("enrolled_at", nullable=False),
    instant("withdrawn_at"),
    Index(None, "program_id", "cohort_id"),
)

match_run = Table(
    "match_run",
    METADATA,
    Column("match_run_id", Uuid, primary_key=True),
    Column("program_id", Uuid, nullable=False),
    Column("cohort_id", Uuid, nullable=False),
    Column("eligible", Integer, nullable=False),
    Column("mentors", Integer, nullable=False),
    Column("mentees", Integer, nullable=False),
    Column("proposals", Integer, nullable=False),
    Column("objective", BigInteger, nullable=False),
    Column("bound", BigInteger, nullable=False),
    instant("completed_at", nullable=False),
    Index(None, "program_id", "cohort_id", "completed_at"),
)

match_run_unmatched = Table(
    "match_run_unmatched",
    METADATA,
    Column("match_run_id", Uuid, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("people", Integer, nullable=False),
)
