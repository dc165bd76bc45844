"""A match as far as its calendar goes, and where its next session is looked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.scheduling.domain.availability import Person
from services.scheduling.domain.cadence import Cadence, first_window, next_window
from services.scheduling.domain.ids import MatchId, PersonId, ProgramId
from services.scheduling.domain.slots import MAX_MEMBERS, NoSlotReason
from services.scheduling.domain.span import Span


class MatchState(StrEnum):
    """`heard_of`: something happened in it before we heard that it is active."""

    HEARD_OF = "heard_of"
    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"


class UnscheduledReason(StrEnum):
    """Why an active match has no session in the calendar."""

    PROGRAM_UNKNOWN = "program_unknown"
    MEMBER_UNKNOWN = "member_unknown"
    ZONE_UNKNOWN = "zone_unknown"
    MEMBERS_OUT_OF_RANGE = "members_out_of_range"
    MATCH_ENDS_BEFORE = "match_ends_before"
    NOTICE_FILLS_WINDOW = NoSlotReason.NOTICE_FILLS_WINDOW.value
    MEMBER_HAS_NO_OPEN_TIME = NoSlotReason.MEMBER_HAS_NO_OPEN_TIME.value
    HOURS_DO_NOT_OVERLAP = NoSlotReason.HOURS_DO_NOT_OVERLAP.value
    EVERY_OVERLAP_IS_BUSY = NoSlotReason.EVERY_OVERLAP_IS_BUSY.value

    @property
    def passes_with_time(self) -> bool:
        """Whether the same search may find something on another day."""
        return self.value in set(NoSlotReason)


@dataclass(frozen=True, slots=True)
class Unscheduled:
    """Since when nothing is booked, and why."""

    reason: UnscheduledReason
    since: datetime


@dataclass(frozen=True, slots=True)
class Match:
    """`last_start`: when the last session began that was held, missed or called off by a member."""

    id: MatchId
    program_id: ProgramId
    members: tuple[PersonId, ...] = ()
    state: MatchState = MatchState.HEARD_OF
    activated_at: datetime | None = None
    ends_at: datetime | None = None
    last_start: datetime | None = None
    unscheduled: Unscheduled | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """The terms of a program that the calendar needs."""

    id: ProgramId
    version: int
    coordinator_ids: tuple[PersonId, ...]
    cadence: Cadence
    session_length: timedelta


def later(left: datetime | None, right: datetime | None) -> datetime | None:
    """The later of two instants, either of which may be unknown."""
    return max((instant for instant in (left, right) if instant is not None), default=None)


def search_window(
    match: Match,
    program: Program | None,
    people: Mapping[PersonId, Person],
    *,
    last_start: datetime | None,
    now: datetime,
) -> Span | UnscheduledReason:
    """Where the next session of an active match is looked for, or why it cannot be looked for."""
    if program is None:
        return UnscheduledReason.PROGRAM_UNKNOWN
    known = [people[member].availability for member in match.members if member in people]
    if len(known) < len(match.members) or None in known:
        return UnscheduledReason.MEMBER_UNKNOWN
    if any(availability is None or availability.zone is None for availability in known):
        return UnscheduledReason.ZONE_UNKNOWN
    if not 1 < len(match.members) <= MAX_MEMBERS:
        return UnscheduledReason.MEMBERS_OUT_OF_RANGE
    window = _window(match, program.cadence, last_start, now)
    return UnscheduledReason.MATCH_ENDS_BEFORE if window is None else window


def _window(match: Match, cadence: Cadence, last_start: datetime | None, now: datetime) -> Span | None:
    if match.activated_at is None or match.ends_at is None:
        return None
    if last_start is None:
        return first_window(cadence, activated_at=match.activated_at, match_ends_at=match.ends_at, now=now)
    return next_window(cadence, last_start=last_start, match_ends_at=match.ends_at, now=now)
