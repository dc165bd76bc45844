"""A person as matching sees them at one instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from services.matching.domain.people.employment import PersonStatus
from services.matching.domain.people.identity import HeldIdentity


class ManagerRefKind(StrEnum):
    """What a manager pointer points with."""

    PERSON = "person"
    POSITION = "position"
    WORKER_ID = "worker_id"
    EMAIL = "email"


class ManagerRelation(StrEnum):
    LINE = "line"
    SUPERVISOR = "supervisor"
    MATRIX = "matrix"
    OTHER = "other"


@dataclass(frozen=True, slots=True, order=True)
class ManagerRef:
    """A pointer to a manager as the source wrote it; it may dangle."""

    kind: ManagerRefKind
    value: str
    relation: ManagerRelation


@dataclass(frozen=True, slots=True)
class Names:
    given: str | None = None
    family: str | None = None
    preferred: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    code: str | None = None
    title: str | None = None
    level: str | None = None
    position_id: str | None = None
    function: str | None = None


@dataclass(frozen=True, slots=True)
class Organization:
    department: str | None = None
    business_unit: str | None = None
    cost_center: str | None = None
    company: str | None = None


@dataclass(frozen=True, slots=True)
class Location:
    """`country` is ISO 3166-1 alpha-2, `subdivision` a code within it."""

    code: str | None = None
    country: str | None = None
    subdivision: str | None = None
    city: str | None = None


@dataclass(frozen=True, slots=True)
class PersonProfile:
    """Only what is in force: a planned last working day stays out of it until it has passed.

    `zone` is the IANA name for the work location; where it is None, days were counted in UTC
    (`zone_assumed`). `next_change_at` is the UTC instant at which a change already known makes another
    profile of this one.
    """

    status: PersonStatus
    names: Names = Names()
    work_email: str | None = None
    worker_id: str | None = None
    worker_type: str | None = None
    hire_date: date | None = None
    original_hire_date: date | None = None
    last_working_day: date | None = None
    job: Job = Job()
    organization: Organization = Organization()
    location: Location = Location()
    zone: str | None = None
    managers: tuple[ManagerRef, ...] = ()
    held: tuple[HeldIdentity, ...] = ()
    next_change_at: datetime | None = field(default=None)

    @property
    def zone_assumed(self) -> bool:
        return self.zone is None
