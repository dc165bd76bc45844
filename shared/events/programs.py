"""Programs and their cohorts."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.base import Event, Format, Part, Role
from shared.instants import Day


class TaskTemplate(Part):
    """One thing to do under a milestone, `offset_days` after the match became active."""

    code: str
    offset_days: int = Field(ge=0)
    role: Role | None = None


class MilestoneTemplate(Part):
    """A step of the plan, due `offset_days` after the match became active."""

    code: str
    offset_days: int = Field(ge=0)
    tasks: tuple[TaskTemplate, ...] = ()


class ProgramPublished(Event):
    """A version of a program that the other services work by."""

    type: ClassVar[str] = "mentoring.program.published.v1"

    program_id: UUID
    version: int = Field(ge=1)
    title: str
    format: Format
    coordinator_ids: tuple[UUID, ...]
    cadence_days: int = Field(ge=1, le=365)
    session_minutes: int = Field(ge=5, le=480)
    first_session_within_days: int = Field(ge=1, le=365)
    duration_days: int = Field(ge=1, le=3650)
    milestones: tuple[MilestoneTemplate, ...] = ()
    themes: tuple[str, ...] = ()


class CohortOpened(Event):
    """An intake of a program opened; `eligible` counts the people in its audience at that moment."""

    type: ClassVar[str] = "mentoring.cohort.opened.v1"
    subject_field: ClassVar[str | None] = "cohort_id"

    program_id: UUID
    cohort_id: UUID
    starts_on: Day
    eligible: int = Field(ge=0)


class CohortClosed(Event):
    """An intake takes nobody in any more."""

    type: ClassVar[str] = "mentoring.cohort.closed.v1"
    subject_field: ClassVar[str | None] = "cohort_id"

    program_id: UUID
    cohort_id: UUID
