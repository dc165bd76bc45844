"""Read models of sessions and of what happens in a match."""

from sqlalchemy import ARRAY, Column, Date, Index, Integer, Table, Text, Uuid

from services.reporting.persistence.columns import METADATA, instant

session = Table(
    "session",
    METADATA,
    Column("session_id", Uuid, primary_key=True),
    Column("match_id", Uuid, nullable=False),
    Column("program_id", Uuid, nullable=False),
    instant("starts_at"),
    instant("ends_at"),
    Column("revision", Integer, nullable=False),
    instant("cancelled_at"),
    Column("cancellation_reason", Text),
    Index(None, "match_id"),
    Index(None, "program_id"),
)

session_log = Table(
    "session_log",
    METADATA,
    Column("session_log_id", Uuid, primary_key=True),
    Column("match_id", Uuid, nullable=False),
    Column("program_id", Uuid, nullable=False),
    Column("session_id", Uuid),
    Column("outcome", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("themes", ARRAY(Text), nullable=False),
    instant("occurred_at", nullable=False),
    Index(None, "match_id", "occurred_at"),
    Index(None, "program_id"),
)

goal = Table(
    "goal",
    METADATA,
    Column("goal_id", Uuid, primary_key=True),
    Column("match_id", Uuid, nullable=False),
    Column("program_id", Uuid, nullable=False),
    Column("percent", Integer, nullable=False),
    Column("due_on", Date),
    instant("set_at"),
    instant("reached_at"),
    Index(None, "program_id"),
)

milestone = Table(
    "milestone",
    METADATA,
    Column("match_id", Uuid, primary_key=True),
    Column("milestone", Text, primary_key=True),
    Column("program_id", Uuid, nullable=False),
    instant("reached_at", nullable=False),
    Index(None, "program_id"),
)

# Answers are counted, not kept one by one: who gave which is nobody's business.
pulse_tally = Table(
    "pulse_tally",
    METADATA,
    Column("match_id", Uuid, primary_key=True),
    Column("question", Text, primary_key=True),
    Column("rating", Integer, primary_key=True),
    Column("program_id", Uuid, nullable=False),
    Column("answers", Integer, nullable=False),
    Index(None, "program_id"),
)

fit_tally = Table(
    "fit_tally",
    METADATA,
    Column("match_id", Uuid, primary_key=True),
    Column("answer", Text, primary_key=True),
    Column("program_id", Uuid, nullable=False),
    Column("answers", Integer, nullable=False),
    Index(None, "program_id"),
)

nudge_tally = Table(
    "nudge_tally",
    METADATA,
    Column("match_id", Uuid, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("program_id", Uuid, nullable=False),
    Column("nudges", Integer, nullable=False),
    Index(None, "program_id"),
)

health = Table(
    "health",
    METADATA,
    Column("match_id", Uuid, primary_key=True),
    Column("program_id", Uuid, nullable=False),
    Column("health", Text, nullable=False),
    instant("since", nullable=False),
    Index(None, "program_id"),
)

flag = Table(
    "flag",
    METADATA,
    Column("flag_id", Uuid, primary_key=True),
    Column("match_id", Uuid, nullable=False),
    Column("program_id", Uuid, nullable=False),
    Column("code", Text, nullable=False),
    instant("raised_at"),
    instant("resolved_at"),
    Column("resolution", Text),
    Index(None, "program_id"),
)
