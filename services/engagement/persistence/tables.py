"""The tables of engagement. Words that a pair wrote are ciphertext: goal.words and note.words."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from shared.persistence.base import make_metadata

METADATA: Final = make_metadata()


def _instant(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _of_match(*, primary_key: bool = False) -> Column[object]:
    return Column("match_id", Uuid, ForeignKey("match.match_id"), nullable=False, primary_key=primary_key)


person = Table(
    "person",
    METADATA,
    Column("person_id", Uuid, primary_key=True),
    Column("given_name", Text),
    Column("family_name", Text),
    Column("login_subject", Text),
    Column("erased", Boolean, nullable=False),
    Index(None, "login_subject"),
    CheckConstraint(
        "not erased or num_nonnulls(given_name, family_name, login_subject) = 0", name="erased_is_empty"
    ),
)

program = Table(
    "program",
    METADATA,
    Column("program_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("cadence_days", Integer, nullable=False),
    Column("coordinator_ids", ARRAY(Uuid), nullable=False),
    Column("milestones", JSONB, nullable=False),
    Column("themes", ARRAY(Text), nullable=False),
    Column("recheck_after", Uuid, comment="the last match seen with a new cadence; null: all were"),
)

# Sessions and flags may be heard of before their match, so they point at none.
session = Table(
    "session",
    METADATA,
    Column("session_id", Uuid, primary_key=True),
    Column("match_id", Uuid, nullable=False),
    _instant("starts_at"),
    _instant("ends_at"),
    Column("cancelled", Boolean, nullable=False),
    Index(None, "match_id"),
)

flag = Table(
    "flag",
    METADATA,
    Column("flag_id", Uuid, primary_key=True),
    Column("match_id", Uuid, nullable=False),
    Column("program_id", Uuid, nullable=False),
    Column("code", Text, nullable=False),
    _instant("raised_at"),
    _instant("resolved_at", nullable=True),
    Column("resolution", Text),
    Index(None, "program_id", "flag_id"),
    # One open flag of a kind: a second cause of the same kind adds nothing for the coordinator.
    Index("uq_flag_open", "match_id", "code", unique=True, postgresql_where=text("resolved_at is null")),
)

match = Table(
    "match",
    METADATA,
    Column("match_id", Uuid, primary_key=True),
    Column("program_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    _instant("activated_at"),
    _instant("ends_at"),
    Column("pauses", JSONB, nullable=False, comment="list of start and end; an open one ends with null"),
    _instant("closed_at", nullable=True),
    Column("health", Text),
    Column("pulses", SmallInteger, nullable=False),
    Index(None, "program_id", "match_id"),
    CheckConstraint("state in ('active', 'paused', 'completed', 'ended_early')", name="state"),
    CheckConstraint("(closed_at is null) = (state in ('active', 'paused'))", name="closed"),
)

match_member = Table(
    "match_member",
    METADATA,
    _of_match(primary_key=True),
    Column("participant_id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("role", Text, nullable=False),
    Column("position", SmallInteger, nullable=False),
    Index(None, "person_id", "match_id"),
)

match_key = Table(
    "match_key",
    METADATA,
    _of_match(primary_key=True),
    Column("wrapped", LargeBinary, nullable=False, comment="the key of the pair's words, itself encrypted"),
)

session_log = Table(
    "session_log",
    METADATA,
    Column("session_log_id", Uuid, primary_key=True),
    _of_match(),
    Column("session_id", Uuid),
    Column("logged_by", Uuid, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("minutes", SmallInteger, nullable=False),
    Column("themes", ARRAY(Text), nullable=False),
    _instant("occurred_at"),
    _instant("logged_at"),
    UniqueConstraint("match_id", "session_id"),
    Index(None, "match_id", "occurred_at"),
)

tick = Table(
    "tick",
    METADATA,
    _of_match(primary_key=True),
    Column("milestone", Text, primary_key=True),
    Column("task", Text, primary_key=True),
    Column("person_id", Uuid, primary_key=True),
)

milestone_reached = Table(
    "milestone_reached",
    METADATA,
    _of_match(primary_key=True),
    Column("milestone", Text, primary_key=True),
    _instant("reached_at"),
)

goal = Table(
    "goal",
    METADATA,
    Column("goal_id", Uuid, primary_key=True),
    _of_match(),
    Column("set_by", Uuid, nullable=False),
    _instant("set_at"),
    Column("due_on", Date),
    Column("percent", SmallInteger, nullable=False),
    _instant("reached_at", nullable=True),
    Column("words", LargeBinary, comment="null: forgotten"),
    Index(None, "match_id"),
    CheckConstraint("percent between 0 and 100", name="percent"),
)

note = Table(
    "note",
    METADATA,
    Column("note_id", Uuid, primary_key=True),
    _of_match(),
    Column("author_id", Uuid, nullable=False),
    Column("shared", Boolean, nullable=False),
    _instant("written_at"),
    _instant("edited_at"),
    Column("revision", Integer, nullable=False),
    Column("words", LargeBinary, nullable=False),
    Index(None, "match_id", "note_id"),
)

fit_check = Table(
    "fit_check",
    METADATA,
    _of_match(primary_key=True),
    Column("person_id", Uuid, primary_key=True),
    Column("round", SmallInteger, nullable=False),
    _instant("asked_at"),
    Column("answer", Text),
    _instant("answered_at", nullable=True),
    Index(None, "person_id"),
)

pulse = Table(
    "pulse",
    METADATA,
    Column("pulse_id", Uuid, primary_key=True),
    _of_match(),
    Column("round", SmallInteger, nullable=False),
    _instant("asked_at"),
    UniqueConstraint("match_id", "round"),
)

pulse_reply = Table(
    "pulse_reply",
    METADATA,
    Column("pulse_id", Uuid, ForeignKey("pulse.pulse_id"), primary_key=True),
    Column("person_id", Uuid, primary_key=True),
    Index(None, "person_id"),
)

# Ratings are counted, never kept one by one: there is no row that says who gave which.
pulse_tally = Table(
    "pulse_tally",
    METADATA,
    Column("program_id", Uuid, primary_key=True),
    Column("round", SmallInteger, primary_key=True),
    Column("question", Text, primary_key=True),
    Column("rating", SmallInteger, primary_key=True),
    Column("answers", BigInteger, nullable=False),
    CheckConstraint("rating between 1 and 5", name="rating"),
)

nudge = Table(
    "nudge",
    METADATA,
    Column("nudge_id", Uuid, primary_key=True),
    _of_match(),
    Column("code", Text, nullable=False),
    Column("parameters", JSONB, nullable=False),
    _instant("sent_at"),
)

nudge_recipient = Table(
    "nudge_recipient",
    METADATA,
    Column("nudge_id", Uuid, ForeignKey("nudge.nudge_id"), primary_key=True),
    Column("person_id", Uuid, primary_key=True),
    _instant("seen_at", nullable=True),
    Index(None, "person_id", "nudge_id"),
)
