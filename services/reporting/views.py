"""What the API answers. A count that is null is withheld: it is small, or it would tell a small one."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.reporting.domain.figures import Dimension


class View(BaseModel):
    """A part of an answer, made of the figure of the same shape."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class CohortView(View):
    """One intake."""

    cohort_id: UUID
    starts_on: date
    eligible: int
    open: bool


class ProgramView(View):
    """A program as reports name it."""

    program_id: UUID
    title: str
    format: str
    version: int
    cadence_days: int
    session_minutes: int
    duration_days: int
    cohorts: tuple[CohortView, ...]


class TallyView(View):
    """How many there are of one code."""

    code: str
    count: int | None


class SpreadView(View):
    """Quartiles in seconds; without observations there are none."""

    observations: int | None
    lower: int | None
    median: int | None
    upper: int | None


class SessionsView(View):
    """Sessions; `minutes` were held, `matches` have logged at least one."""

    held: int | None
    no_show: int | None
    minutes: int | None
    upcoming: int | None
    matches: int | None


class IntervalView(View):
    """The nth whole interval of the cadence (0: all of them); `share` in millionths."""

    number: int
    kept: int | None
    missed: int | None
    share: int | None


class CadenceView(View):
    """How far the rhythm is kept."""

    days: int
    overall: IntervalView
    intervals: tuple[IntervalView, ...]


class LastRunView(View):
    """The latest match run of each cohort; `completed_at` null: there was none."""

    completed_at: datetime | None
    proposals: int | None
    objective: int | None
    bound: int | None
    unmatched: tuple[TallyView, ...]


class LoadView(View):
    """Seats that mentors offer and matches hold; mentors by the number of seats held."""

    mentors: int | None
    capacity: int | None
    held: int | None
    distribution: tuple[TallyView, ...]


class PulseView(View):
    """The answers to one question; the average in hundredths of a point."""

    question: str
    average: int | None
    answers: int | None
    matches: int | None


class ProgressView(View):
    """Goals and milestones."""

    goals_set: int | None
    goals_reached: int | None
    milestones_reached: int | None


class GroupView(View):
    """Participants of a group: waiting, active, completed; `merged`: so many groups were too small."""

    code: str | None
    total: int
    counts: tuple[int | None, ...]
    merged: int


class GroupTableView(View):
    """Participants by group and standing; empty where there is nothing to compare."""

    dimension: Dimension
    groups: tuple[GroupView, ...]


class ReportView(View):
    """A program's report; `withheld`: the program is too small for any figure."""

    program: ProgramView
    cohort_id: UUID | None
    as_of: datetime
    withheld: bool
    eligible: int | None
    funnel: tuple[TallyView, ...]
    stages: tuple[TallyView, ...]
    withdrawn: int | None
    zone_unknown: int | None
    matches: tuple[TallyView, ...]
    health: tuple[TallyView, ...]
    time_to_match: SpreadView
    time_to_first_session: SpreadView
    sessions: SessionsView
    cadence: CadenceView
    last_run: LastRunView
    load: LoadView
    pulses: tuple[PulseView, ...]
    fit: tuple[TallyView, ...]
    flags: tuple[TallyView, ...]
    nudges: int | None
    progress: ProgressView
    groups: tuple[GroupTableView, ...]


class ProgramListView(View):
    """The programs whose reports the caller may see, by title."""

    items: tuple[ProgramView, ...]
