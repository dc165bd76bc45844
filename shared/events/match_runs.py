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
    """A run is published whole; scores, sums and shares are in millionths, its decision log explains them."""

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
    worst_off: int | None = Field(default=None, ge=0, le=1_000_000)
    own_best_share: int | None = Field(default=None, ge=0, le=1_000_000)
    mentor_load_gini: int | None = Field(default=None, ge=0, le=1_000_000)
    blocking_pairs: int | None = Field(default=None, ge=0)
    solve_milliseconds: int | None = Field(default=None, ge=0)
