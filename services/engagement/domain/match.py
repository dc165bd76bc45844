"""A match as engagement knows it: from its activation to its end."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.engagement.domain.active_time import Timeline
from services.engagement.domain.errors import MatchClosed, NoSuchMatch
from services.engagement.domain.health import Health
from services.engagement.domain.ids import MatchId, ParticipantId, PersonId, ProgramId


class MatchState(StrEnum):
    """Where the life of a match stands."""

    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    ENDED_EARLY = "ended_early"


@dataclass(frozen=True, slots=True)
class Member:
    """A participant of the match and the role taken in it."""

    participant_id: ParticipantId
    person_id: PersonId
    role: str


@dataclass(frozen=True, slots=True)
class Match:
    """`health` is None until the program is known and after the end; `pulses` counts the rounds asked."""

    id: MatchId
    program_id: ProgramId
    members: tuple[Member, ...]
    state: MatchState
    timeline: Timeline
    ends_at: datetime
    closed_at: datetime | None = None
    health: Health | None = None
    pulses: int = 0

    @property
    def closed(self) -> bool:
        """Whether it was completed or ended."""
        return self.closed_at is not None

    def member(self, person_id: PersonId) -> Member:
        """The membership of a person; raises NoSuchMatch for everybody else."""
        for member in self.members:
            if member.person_id == person_id:
                return member
        raise NoSuchMatch

    def require_open(self) -> None:
        """Raise MatchClosed when nothing may change any more."""
        if self.closed:
            raise MatchClosed(state=self.state.value)


def pause(match: Match, at: datetime) -> Match:
    """The match rests from `at`; a closed one stays as it is."""
    if match.closed:
        return match
    return replace(match, state=MatchState.PAUSED, timeline=match.timeline.paused(at))


def resume(match: Match, at: datetime, ends_at: datetime) -> Match:
    """The match goes on from `at`; a closed one stays as it is.

    Its end moved by exactly the time that it rested, which counts also when we hear of it late.
    """
    if match.closed:
        return match
    rested = ends_at - match.ends_at
    timeline = match.timeline.resumed(at, rested if rested > timedelta(0) else None)
    return replace(match, state=MatchState.ACTIVE, timeline=timeline, ends_at=ends_at)


def close(match: Match, state: MatchState, at: datetime) -> Match:
    """The match is over and has no health any more; the first end counts."""
    if match.closed:
        return match
    return replace(match, state=state, closed_at=at, health=None)
