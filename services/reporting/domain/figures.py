"""The figures of a program, numbers without words; None: withheld, or there is none."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

PersonId = NewType("PersonId", UUID)
ProgramId = NewType("ProgramId", UUID)
CohortId = NewType("CohortId", UUID)

Count = int | None


class Stage(StrEnum):
    """The furthest that a participant got in any match."""

    ENROLLED = "enrolled"
    MATCHED = "matched"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    COMPLETED = "completed"


STAGES = tuple(Stage)


class Standing(StrEnum):
    """Where a participant of a group stands: the stages in three, so that groups stay large."""

    WAITING = "waiting"
    ACTIVE = "active"
    COMPLETED = "completed"


STANDINGS = tuple(Standing)
STAGES_OF = {
    Standing.WAITING: (Stage.ENROLLED, Stage.MATCHED, Stage.ACCEPTED),
    Standing.ACTIVE: (Stage.ACTIVE,),
    Standing.COMPLETED: (Stage.COMPLETED,),
}


class Dimension(StrEnum):
    """What participants are grouped by: codes copied at enrolment, and the cohort."""

    FUNCTION = "function"
    COUNTRY = "country"
    BUSINESS_UNIT = "business_unit"
    JOB_LEVEL = "job_level"
    COHORT = "cohort"


@dataclass(frozen=True, slots=True)
class Cohort:
    """One intake of a program."""

    cohort_id: CohortId
    starts_on: date
    eligible: int
    open: bool


@dataclass(frozen=True, slots=True)
class Program:
    """What a report says about the program itself."""

    program_id: ProgramId
    title: str
    format: str
    version: int
    cadence_days: int
    session_minutes: int
    duration_days: int
    coordinator_ids: tuple[PersonId, ...]
    cohorts: tuple[Cohort, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """How many there are of one code."""

    code: str
    count: Count


@dataclass(frozen=True, slots=True)
class Spread:
    """Quartiles of durations in seconds, over `observations` of them."""

    observations: Count
    lower: int | None
    median: int | None
    upper: int | None


@dataclass(frozen=True, slots=True)
class Sessions:
    """Sessions logged and booked; `minutes` were held, `matches` have logged at least one."""

    held: Count
    no_show: Count
    minutes: Count
    upcoming: Count
    matches: Count


@dataclass(frozen=True, slots=True)
class Interval:
    """The nth whole interval of the cadence: matches that held a session in it, and that did not."""

    number: int
    kept: Count
    missed: Count

    @property
    def share(self) -> int | None:
        """Kept, in millionths."""
        if self.kept is None or self.missed is None or not self.kept + self.missed:
            return None
        return self.kept * 1_000_000 // (self.kept + self.missed)


@dataclass(frozen=True, slots=True)
class Cadence:
    """How far the agreed rhythm is kept; `overall` counts intervals of all matches, its number is 0."""

    days: int
    overall: Interval
    intervals: tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class LastRun:
    """What the latest match run of each cohort left; the objective and its bound are sums of millionths."""

    completed_at: datetime | None
    proposals: Count
    objective: int | None
    bound: int | None
    unmatched: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class Load:
    """Seats that mentors offer and matches hold; how many mentors hold how many (code: the number)."""

    mentors: Count
    capacity: Count
    held: Count
    distribution: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class Pulse:
    """The answers to one question; the average is in hundredths of a point, 100 to 500."""

    question: str
    average: int | None
    answers: Count
    matches: Count


@dataclass(frozen=True, slots=True)
class Progress:
    """Goals and milestones."""

    goals_set: Count
    goals_reached: Count
    milestones_reached: Count


@dataclass(frozen=True, slots=True)
class Group:
    """Participants of one group by standing.

    `code` None: the attribute was unknown; `merged` > 0: that many groups too small to stand alone.
    """

    code: str | None
    total: int
    counts: tuple[Count, ...]
    merged: int = 0


@dataclass(frozen=True, slots=True)
class GroupTable:
    """Participants by group and standing; no groups at all where there is nothing to compare."""

    dimension: Dimension
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that a viewer may see of a program, or of one cohort of it, at one moment."""

    program: Program
    cohort_id: CohortId | None
    as_of: datetime
    withheld: bool
    eligible: Count
    stages: tuple[Tally, ...]
    funnel: tuple[Tally, ...]
    withdrawn: Count
    zone_unknown: Count
    matches: tuple[Tally, ...]
    health: tuple[Tally, ...]
    time_to_match: Spread
    time_to_first_session: Spread
    sessions: Sessions
    cadence: Cadence
    last_run: LastRun
    load: Load
    pulses: tuple[Pulse, ...]
    fit: tuple[Tally, ...]
    flags: tuple[Tally, ...]
    nudges: Count
    progress: Progress
    groups: tuple[GroupTable, ...]
