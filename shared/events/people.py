"""People as the other services may know them: the only topic with names, e-mails and login subjects."""

from typing import ClassVar
from uuid import UUID

from shared.events.base import Event, OpenCode


class PersonStatus(OpenCode):
    """Whether somebody can take part today; why not is nobody's business here."""

    PREHIRE = "prehire"
    ACTIVE = "active"
    UNAVAILABLE = "unavailable"
    LEFT = "left"
    OTHER = "other"


class PersonChanged(Event):
    """The latest state of one person; the topic is compacted by person."""

    type: ClassVar[str] = "mentoring.person.changed.v1"

    person_id: UUID
    status: PersonStatus
    given_name: str | None = None
    family_name: str | None = None
    work_email: str | None = None
    login_subject: str | None = None
    job_title: str | None = None
    job_level: int | None = None
    function: str | None = None
    business_unit: str | None = None
    location_code: str | None = None
    country: str | None = None
    subdivision: str | None = None
    manager_id: UUID | None = None


PERSON_ERASED = "mentoring.person.erased.v1"
"""Type of the tombstone (no body) that erases a person everywhere."""
