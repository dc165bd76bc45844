"""A booked session: what is known of it, what may happen to it, and what it tells the world."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from services.scheduling.domain.ids import MatchId, PersonId, ProgramId, SessionId
from services.scheduling.domain.span import Span


class SessionState(StrEnum):
    SCHEDULED = "scheduled"
    HELD = "held"
    MISSED = "missed"
    CANCELLED = "cancelled"


class CancellationReason(StrEnum):
    MEMBER = "member"
    COORDINATOR = "coordinator"
    MATCH_PAUSED = "match_paused"
    MATCH_COMPLETED = "match_completed"
    MATCH_ENDED = "match_ended"


class ActorKind(StrEnum):
    MEMBER = "member"
    COORDINATOR = "coordinator"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who wants it; `person_id` is None for the system only."""

    kind: ActorKind
    person_id: PersonId | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """One session of a match.

    `sequence` is the SEQUENCE of its invitation (RFC 5546): 0, then one more for every change that a calendar
    must show. `accepted` holds the members who said yes to the present time. `reminder_due_at` is None when
    there is none to come. `cancellation` stays when people met all the same and the session counts as held.
    """

    session_id: SessionId
    match_id: MatchId
    program_id: ProgramId
    members: frozenset[PersonId]
    time: Span
    state: SessionState = SessionState.SCHEDULED
    sequence: int = 0
    accepted: frozenset[PersonId] = frozenset()
    reminder_due_at: datetime | None = None
    meeting_link: str | None = None
    cancellation: CancellationReason | None = None


@dataclass(frozen=True, slots=True)
class Booked:
    """Time of one member that another session (scheduled, of whatever match) takes."""

    person_id: PersonId
    session_id: SessionId
    time: Span


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a time is checked against: the members' booked sessions, and their open time (sorted, merged).

    A member without an entry in `open_time` has no known hours and is not warned about.
    """

    booked: tuple[Booked, ...] = ()
    open_time: Mapping[PersonId, tuple[Span, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Book:
    session_id: SessionId
    match_id: MatchId
    program_id: ProgramId
    members: frozenset[PersonId]
    time: Span
    match_active: bool
    surroundings: Surroundings
    meeting_link: str | None = None


@dataclass(frozen=True, slots=True)
class Accept:
    pass


@dataclass(frozen=True, slots=True)
class Move:
    time: Span
    surroundings: Surroundings


@dataclass(frozen=True, slots=True)
class ChangeLink:
    meeting_link: str | None


@dataclass(frozen=True, slots=True)
class Cancel:
    pass


@dataclass(frozen=True, slots=True)
class Remind:
    """A reminder's row is due, perhaps for a time that is no longer the session's."""


@dataclass(frozen=True, slots=True)
class LogHeld:
    """Engagement's log says that the session took place."""


@dataclass(frozen=True, slots=True)
class LogMissed:
    """Engagement's log says that somebody did not come."""


@dataclass(frozen=True, slots=True)
class StopMatch:
    """The match was paused, completed or ended."""

    reason: CancellationReason


Command = Accept | Move | ChangeLink | Cancel
Fact = Remind | LogHeld | LogMissed | StopMatch
Step = Book | Command | Fact


@dataclass(frozen=True, slots=True)
class SessionScheduled:
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class SessionRescheduled:
    starts_at: datetime
    ends_at: datetime
    revision: int


@dataclass(frozen=True, slots=True)
class SessionCancelled:
    reason: CancellationReason


@dataclass(frozen=True, slots=True)
class SessionReminderDue:
    starts_at: datetime


SessionEvent = SessionScheduled | SessionRescheduled | SessionCancelled | SessionReminderDue


class WarningCode(StrEnum):
    OUTSIDE_WORKING_HOURS = "outside_working_hours"


@dataclass(frozen=True, slots=True, order=True)
class SessionWarning:
    """Something the members should know of a time that is allowed."""

    code: WarningCode
    person_id: PersonId


@dataclass(frozen=True, slots=True)
class SessionRules:
    """`reminder_before`: how long before the start the reminder is due."""

    reminder_before: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SessionDecision:
    """The session as it is now, the facts to publish (of this session), and warnings for whoever asked."""

    session: Session
    events: tuple[SessionEvent, ...] = ()
    warnings: tuple[SessionWarning, ...] = ()
