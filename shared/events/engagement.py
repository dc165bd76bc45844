"""What happens inside a match, as codes and numbers: no text that a pair wrote is ever in here."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.base import Event, OpenCode
from shared.instants import Day, Instant


class SessionOutcome(OpenCode):
    """What became of a session."""

    HELD = "held"
    NO_SHOW = "no_show"
    OTHER = "other"


class FitAnswer(OpenCode):
    """The answer to the fit check after the first session; who gave it is not told."""

    GOOD_FIT = "good_fit"
    STILL_DECIDING = "still_deciding"
    NOT_A_GOOD_FIT = "not_a_good_fit"
    OTHER = "other"


class Health(OpenCode):
    """How a match is doing."""

    TOO_EARLY = "too_early"
    ON_TRACK = "on_track"
    AT_RISK = "at_risk"
    STALLED = "stalled"
    OTHER = "other"


class EngagementEvent(Event):
    """What every event in a match names."""

    match_id: UUID
    program_id: UUID


class SessionLogged(EngagementEvent):
    """A session was held, or somebody did not come; themes are codes of the program."""

    type: ClassVar[str] = "mentoring.session.logged.v1"
    subject_field: ClassVar[str | None] = "session_log_id"

    session_log_id: UUID
    session_id: UUID | None = None
    outcome: SessionOutcome
    minutes: int = Field(ge=0, le=1440)
    themes: tuple[str, ...] = ()
    occurred_at: Instant


class GoalEvent(EngagementEvent):
    """What every event of a goal names."""

    subject_field: ClassVar[str | None] = "goal_id"

    goal_id: UUID


class GoalSet(GoalEvent):
    """A goal was set; its words stay with the pair."""

    type: ClassVar[str] = "mentoring.goal.set.v1"

    due_on: Day | None = None


class GoalProgressed(GoalEvent):
    """A goal moved."""

    type: ClassVar[str] = "mentoring.goal.progressed.v1"

    percent: int = Field(ge=0, le=100)


class GoalReached(GoalEvent):
    """A goal was reached."""

    type: ClassVar[str] = "mentoring.goal.reached.v1"


class MilestoneReached(EngagementEvent):
    """A milestone of the plan was reached."""

    type: ClassVar[str] = "mentoring.milestone.reached.v1"

    milestone: str


class PulseAnswered(EngagementEvent):
    """One answer to a pulse question, 1 (worst) to 5 (best); who gave it is not told."""

    type: ClassVar[str] = "mentoring.pulse.answered.v1"

    question: str
    rating: int = Field(ge=1, le=5)


class FitCheckAnswered(EngagementEvent):
    """A member said whether the match fits."""

    type: ClassVar[str] = "mentoring.fit-check.answered.v1"

    answer: FitAnswer


class HealthChanged(EngagementEvent):
    """The health of a match changed."""

    type: ClassVar[str] = "mentoring.health.changed.v1"

    health: Health
    previous: Health | None = None


class FlagEvent(EngagementEvent):
    """What every event of a flag names."""

    subject_field: ClassVar[str | None] = "flag_id"

    flag_id: UUID
    code: str


class FlagRaised(FlagEvent):
    """Something needs the coordinator."""

    type: ClassVar[str] = "mentoring.flag.raised.v1"


class FlagResolved(FlagEvent):
    """A flag was dealt with, or its cause went away."""

    type: ClassVar[str] = "mentoring.flag.resolved.v1"

    resolution: str


class NudgeSent(EngagementEvent):
    """The members were nudged."""

    type: ClassVar[str] = "mentoring.nudge.sent.v1"
    subject_field: ClassVar[str | None] = "nudge_id"

    nudge_id: UUID
    code: str
