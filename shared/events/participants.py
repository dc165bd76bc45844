"""People in programs."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.base import Event, OpenCode, Part, Role


class HrCodes(Part):
    """HR attributes as codes at the moment of enrolment, so that reports never depend on later changes."""

    function: str | None = None
    business_unit: str | None = None
    country: str | None = None
    job_level: int | None = None


class WithdrawalReason(OpenCode):
    """Why somebody is no longer in a program."""

    OWN_WISH = "own_wish"
    COORDINATOR = "coordinator"
    UNAVAILABLE = "unavailable"
    OUT_OF_AUDIENCE = "out_of_audience"
    OTHER = "other"


class ParticipantEnrolled(Event):
    """A person joined a cohort of a program with what is wanted and offered."""

    type: ClassVar[str] = "mentoring.participant.enrolled.v1"

    participant_id: UUID
    person_id: UUID
    program_id: UUID
    cohort_id: UUID
    roles: tuple[Role, ...]
    capacity: int = Field(ge=0)
    languages: tuple[str, ...] = ()
    skills_wanted: tuple[str, ...] = ()
    skills_offered: tuple[str, ...] = ()
    hr: HrCodes = HrCodes()


class ParticipantUpdated(Event):
    """A participant changed what is wanted, offered or possible."""

    type: ClassVar[str] = "mentoring.participant.updated.v1"

    participant_id: UUID
    roles: tuple[Role, ...]
    capacity: int = Field(ge=0)
    languages: tuple[str, ...] = ()
    skills_wanted: tuple[str, ...] = ()
    skills_offered: tuple[str, ...] = ()


class ParticipantPaused(Event):
    """A participant takes no new matches for now."""

    type: ClassVar[str] = "mentoring.participant.paused.v1"

    participant_id: UUID


class ParticipantResumed(Event):
    """A participant takes new matches again."""

    type: ClassVar[str] = "mentoring.participant.resumed.v1"

    participant_id: UUID


class ParticipantWithdrawn(Event):
    """A participant left the program."""

    type: ClassVar[str] = "mentoring.participant.withdrawn.v1"

    participant_id: UUID
    reason: WithdrawalReason
