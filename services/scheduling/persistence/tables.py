"""The tables of scheduling."""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, ExcludeConstraint

from shared.persistence.base import make_metadata

METADATA: Final = make_metadata()


def _instant(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


# A row may come before HR tells of the person, so that whoever books has something to hold.
person = Table(
    "person",
    METADATA,
    Column("person_id", Uuid, primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False, unique=True),
    Column("known", Boolean, nullable=False, server_default=text("false"), comment="not after an erasure"),
    Column("status", Text),
    Column("given_name", Text),
    Column("family_name", Text),
    Column("work_email", Text),
    Column("login_subject", Text),
    Column("location_code", Text),
    Column("country", Text),
    Column("subdivision", Text),
    Column("own_zone", Text),
    Column("own_hours", JSONB(none_as_null=True), comment="list of weekday, start minute, end minute"),
    Column("time_zone", Text),
    Column("zone_source", Text),
    Column("zone_doubt", Text),
    Column("hours", JSONB(none_as_null=True)),
    Column("version", Integer, nullable=False, server_default=text("0")),
    Index(None, "login_subject"),
    Index("ix_person_zone_question", "person_id", postgresql_where=text("known and time_zone is null")),
    CheckConstraint("not known or hours is not null", name="known_has_hours"),
    CheckConstraint(
        "known or num_nonnulls(status, given_name, family_name, work_email, login_subject, location_code,"
        " country, subdivision, own_zone, own_hours, time_zone, zone_source, zone_doubt, hours) = 0",
        name="unknown_is_empty",
    ),
)

busy_time = Table(
    "busy_time",
    METADATA,
    Column("busy_time_id", Uuid, primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), nullable=False),
    _instant("starts_at"),
    _instant("ends_at"),
    Index(None, "person_id", "ends_at"),
    CheckConstraint("starts_at < ends_at", name="not_empty"),
)

program = Table(
    "program",
    METADATA,
    Column("program_id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False, server_default=text("0"), comment="0: not published yet"),
    Column("coordinator_ids", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
    Column("cadence_days", Integer),
    Column("first_session_within_days", Integer),
    Column("session_minutes", Integer),
    CheckConstraint(
        "version = 0 or num_nulls(cadence_days, first_session_within_days, session_minutes) = 0",
        name="published_is_complete",
    ),
)

match = Table(
    "match",
    METADATA,
    Column("match_id", Uuid, primary_key=True),
    Column("program_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    _instant("activated_at", nullable=True),
    _instant("ends_at", nullable=True),
    _instant("last_start", nullable=True),
    Column("unscheduled_reason", Text),
    _instant("unscheduled_since", nullable=True),
    Index(None, "program_id", "match_id"),
    CheckConstraint(
        "num_nulls(unscheduled_reason, unscheduled_since) in (0, 2)", name="unscheduled_is_complete"
    ),
)

match_member = Table(
    "match_member",
    METADATA,
    Column("match_id", Uuid, ForeignKey("match.match_id"), primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), primary_key=True),
    Index(None, "person_id"),
)

session = Table(
    "session",
    METADATA,
    Column("session_id", Uuid, primary_key=True),
    Column("match_id", Uuid, ForeignKey("match.match_id"), nullable=False),
    Column("program_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    _instant("starts_at"),
    _instant("ends_at"),
    Column("sequence", Integer, nullable=False),
    _instant("revised_at"),
    Column("accepted", ARRAY(Uuid), nullable=False),
    _instant("reminder_due_at", nullable=True),
    Column("meeting_link", Text),
    Column("cancellation", Text),
    Index(None, "match_id", "starts_at"),
    CheckConstraint("starts_at < ends_at", name="not_empty"),
)

# The scheduled sessions of each person. Bookings hold the person's row while they look and book; should that
# ever be forgotten, the store itself refuses the second booking. A range of one number stands for the person,
# because GiST compares ranges without an extension.
booked_time = Table(
    "booked_time",
    METADATA,
    Column("session_id", Uuid, ForeignKey("session.session_id"), primary_key=True),
    Column("person_id", Uuid, ForeignKey("person.person_id"), primary_key=True),
    Column("person_number", BigInteger, nullable=False),
    _instant("starts_at"),
    _instant("ends_at"),
    Index(None, "person_id", "ends_at"),
    ExcludeConstraint(
        (text("int8range(person_number, person_number, '[]')"), "="),
        (text("tstzrange(starts_at, ends_at)"), "&&"),
        using="gist",
        name="ex_booked_time_once",
    ),
)
