"""Sessions in the calendar."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.base import Event, OpenCode
from shared.instants import Instant


class CancellationReason(OpenCode):
    """Why a session is off."""

    MEMBER = "member"
    MATCH_PAUSED = "match_paused"
    MATCH_ENDED = "match_ended"
    OTHER = "other"


class SessionEvent(Event):
    """What every event of a session names."""

    subject_field: ClassVar[str | None] = "session_id"

    session_id: UUID
    match_id: UUID
    program_id: UUID


class SessionScheduled(SessionEvent):
    """A session is in the calendar."""

    type: ClassVar[str] = "mentoring.session.scheduled.v1"

    starts_at: Instant
    ends_at: Instant


class SessionRescheduled(SessionEvent):
    """A session moved; `revision` is the SEQUENCE of its invitation."""

    type: ClassVar[str] = "mentoring.session.rescheduled.v1"

    starts_at: Instant
    ends_at: Instant
    revision: int = Field(ge=1)


class SessionCancelled(SessionEvent):
    """A session is off."""

    type: ClassVar[str] = "mentoring.session.cancelled.v1"

    reason: CancellationReason


class SessionReminderDue(SessionEvent):
    """It is time to remind the members."""

    type: ClassVar[str] = "mentoring.session.reminder-due.v1"

    starts_at: Instant
