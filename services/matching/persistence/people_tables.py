"""What HR said, whom it means, and the people as they are now; PersonChanged carries the same state out."""

from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.matching.persistence.metadata import METADATA


def _person_id(*, index: bool) -> Column[UUID]:
    """What hangs on a person; the person may be written later in the same transaction."""
    whose = ForeignKey("person.id", ondelete="cascade", deferrable=True, initially="deferred")
    return Column("person_id", Uuid, whose, primary_key=True, index=index)


observation = Table(
    "observation",
    METADATA,
    Column("content_hash", Text, primary_key=True, comment="SHA-256 of what was said"),
    Column("source", Text, nullable=False),
    Column("person_key", Text, nullable=False),
    Column("employment_key", Text),
    Column("kind", Text, nullable=False),
    Column("effective", Text, nullable=False, comment="as Effective writes it"),
    Column("recorded_at", DateTime(timezone=True), nullable=False, comment="when the source learned it"),
    Column("occasion", Text, nullable=False, comment="digest of what the source called it"),
    Column("fields", JSONB, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index(None, "source", "person_key"),
    comment="append-only; only erasure deletes",
)

person = Table(
    "person",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("status", Text, nullable=False, comment="a PersonStatus of domain.people"),
    Column("given_name", Text),
    Column("family_name", Text),
    Column("work_email", Text),
    Column("login_subject", Text, comment="two people with the same one: it is nobody's"),
    Column("job_title", Text),
    Column("job_level", Integer),
    Column("function", Text),
    Column("business_unit", Text),
    Column("department", Text),
    Column("company", Text),
    Column("worker_type", Text),
    Column("location_code", Text),
    Column("country", Text),
    Column("subdivision", Text),
    Column(
        "manager_ids", ARRAY(Uuid), nullable=False, server_default="{}", comment="resolved, the line first"
    ),
    Column("manager_id", Uuid, comment="the first of the line, as published"),
    Column(
        "dangling_managers",
        Integer,
        nullable=False,
        comment="pointers that nobody answers to",
    ),
    Column("self_managed", Boolean, nullable=False),
    Column(
        "profile",
        JSONB,
        nullable=False,
        comment="the PersonProfile that the columns are taken from",
    ),
    Column(
        "held",
        Boolean,
        nullable=False,
        comment="the key came back as somebody else: a human decides",
    ),
    Column("next_change_at", DateTime(timezone=True)),
    Column("leaving", Text, comment="held: the leaving waits for a human; released: it may happen"),
    Column("leaving_noticed_at", DateTime(timezone=True), comment="system time, for the mass-change brake"),
    CheckConstraint("leaving in ('held', 'released')", name="leaving"),
    Index(None, "status"),
    Index(None, "login_subject"),
    Index("ix_person_manager_ids", "manager_ids", postgresql_using="gin"),
    Index("ix_person_held", "id", postgresql_where=text("held")),
    Index("ix_person_leaving", "id", postgresql_where=text("leaving = 'held'")),
    Index("ix_person_leaving_noticed_at", "leaving_noticed_at"),
)

identity_link = Table(
    "identity_link",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("person_key", Text, primary_key=True),
    Column("identity", Text, primary_key=True, comment="empty: whom the key means by itself"),
    Column("person_id", Uuid, nullable=False, unique=True),
)

person_handle = Table(
    "person_handle",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("kind", Text, primary_key=True, comment="a ManagerRefKind"),
    Column("value", Text, primary_key=True),
    _person_id(index=True),
    Column("gone", Boolean, nullable=False),
    comment="what a manager pointer may point with",
)

manager_ref = Table(
    "manager_ref",
    METADATA,
    _person_id(index=False),
    Column("kind", Text, primary_key=True, comment="a ManagerRefKind"),
    Column("value", Text, primary_key=True),
    Column("relation", Text, primary_key=True, comment="a ManagerRelation"),
    Column("source", Text, nullable=False),
    Index(None, "source", "kind", "value"),
    comment="manager pointers as HR wrote them",
)

erased = Table(
    "erased",
    METADATA,
    Column(
        "keyed_hash", LargeBinary, primary_key=True, comment="HMAC-SHA256 of a person key or of a content"
    ),
    comment="whom, or what, a replayed HR record must not bring back",
)
