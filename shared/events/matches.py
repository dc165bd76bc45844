"""The life of a match: one aggregate from proposal to end.

Who declined, and whose fit check ended a match, is in no event.
"""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.base import Event, Format, Member, OpenCode, Part
from shared.instants import Instant


class ScorePart(Part):
    """One part of a match score: value and contribution in millionths, weight as configured."""

    code: str
    value: int = Field(ge=0, le=1_000_000)
    weight: int = Field(ge=0)
    contribution: int = Field(ge=0, le=1_000_000)


class PauseReason(OpenCode):
    """Why a match rests."""

    PARTNER_UNAVAILABLE = "partner_unavailable"
    COORDINATOR = "coordinator"
    OTHER = "other"


class EndReason(OpenCode):
    """Why a match ended early, as far as anybody outside may know."""

    PARTNER_UNAVAILABLE = "partner_unavailable"
    NOT_A_GOOD_FIT = "not_a_good_fit"
    COORDINATOR = "coordinator"
    REPORTING_LINE = "reporting_line"
    OUT_OF_AUDIENCE = "out_of_audience"
    WITHDRAWN = "withdrawn"
    OTHER = "other"


class MatchFlagCode(OpenCode):
    """What a coordinator should look at."""

    REPORTING_LINE = "reporting_line"
    OUT_OF_AUDIENCE = "out_of_audience"
    OTHER = "other"


class MatchEvent(Event):
    """What every event of a match names."""

    match_id: UUID
    program_id: UUID
    cohort_id: UUID


class MatchProposed(MatchEvent):
    """A run, or a coordinator (then without a run), suggests a match."""

    type: ClassVar[str] = "mentoring.match.proposed.v1"

    match_run_id: UUID | None = None
    format: Format
    members: tuple[Member, ...]
    score: int = Field(ge=0, le=1_000_000)
    breakdown: tuple[ScorePart, ...] = ()


class MatchOffered(MatchEvent):
    """The members see the proposal and may answer until it expires; it holds their seats."""

    type: ClassVar[str] = "mentoring.match.offered.v1"

    expires_at: Instant


class MatchAcceptedBySide(MatchEvent):
    """One more member said yes; which one is not told."""

    type: ClassVar[str] = "mentoring.match.accepted-by-side.v1"

    accepted: int = Field(ge=1)
    awaited: int = Field(ge=0)


class MatchAccepted(MatchEvent):
    """Every member said yes."""

    type: ClassVar[str] = "mentoring.match.accepted.v1"


class MatchDeclined(MatchEvent):
    """The proposal was turned down; the pair is not proposed again in this cohort."""

    type: ClassVar[str] = "mentoring.match.declined.v1"


class MatchExpired(MatchEvent):
    """Nobody, or not everybody, answered in time."""

    type: ClassVar[str] = "mentoring.match.expired.v1"


class MatchActivated(MatchEvent):
    """The relationship began."""

    type: ClassVar[str] = "mentoring.match.activated.v1"

    format: Format
    members: tuple[Member, ...]
    activated_at: Instant
    ends_at: Instant


class MatchPaused(MatchEvent):
    """The relationship rests; what was booked is off."""

    type: ClassVar[str] = "mentoring.match.paused.v1"

    reason: PauseReason


class MatchResumed(MatchEvent):
    """The relationship goes on, until `ends_at`, later by the time that it rested."""

    type: ClassVar[str] = "mentoring.match.resumed.v1"

    ends_at: Instant


class MatchCompleted(MatchEvent):
    """The relationship reached its planned end."""

    type: ClassVar[str] = "mentoring.match.completed.v1"


class MatchEnded(MatchEvent):
    """The relationship ended before its time."""

    type: ClassVar[str] = "mentoring.match.ended.v1"

    reason: EndReason


class MatchFlagged(MatchEvent):
    """A change in HR touches the match and the program leaves the decision to the coordinator."""

    type: ClassVar[str] = "mentoring.match.flagged.v1"

    code: MatchFlagCode
