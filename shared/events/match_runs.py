"""Solver executions."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.base import Event, Part


class UnmatchedCount(Part):
    """How many people a run left over for one reason."""

    reason: str
    people: int = Field(ge=1)


class MatchRunCompleted(Event):
    """A run is published whole; scores, objective, bound and gap are sums of millionths."""

    type: ClassVar[str] = "mentoring.match-run.completed.v1"

    match_run_id: UUID
    program_id: UUID
    cohort_id: UUID
    program_version: int = Field(ge=1)
    eligible: int = Field(ge=0)
    mentors: int = Field(ge=0)
    mentees: int = Field(ge=0)
    proposals: int = Field(ge=0)
    objective: int
    bound: int
    gap: int = Field(ge=0)
    unmatched: tuple[UnmatchedCount, ...] = ()
    inputs_hash: str
    engine: str
