"""Logging what became of a session."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.engagement.domain.errors import (
    MinutesDoNotFit,
    NoSuchSession,
    SessionAlreadyLogged,
    SessionInFuture,
    SessionOutsideMatch,
    SessionWasCancelled,
)
from services.engagement.domain.ids import MatchId, PersonId, SessionId, SessionLogId
from services.engagement.domain.match import Match
from services.engagement.domain.program import check_themes

LATE_LOGS = timedelta(days=14)
"""How long after the end of a match a session from before it may still be logged."""


class Outcome(StrEnum):
    """What became of a session."""

    HELD = "held"
    NO_SHOW = "no_show"


@dataclass(frozen=True, slots=True)
class Session:
    """A session in the calendar."""

    id: SessionId
    match_id: MatchId
    starts_at: datetime
    ends_at: datetime
    cancelled: bool = False


@dataclass(frozen=True, slots=True)
class SessionLog:
    """What a member said of a session; `session_id` None: it was in no calendar of ours."""

    id: SessionLogId
    match_id: MatchId
    logged_by: PersonId
    outcome: Outcome
    minutes: int
    themes: tuple[str, ...]
    occurred_at: datetime
    logged_at: datetime
    session_id: SessionId | None = None


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known of the session that a log names: None when we have not heard of it (yet)."""

    session: Session | None
    logged: bool


def check_log(log: SessionLog, match: Match, *, themes: tuple[str, ...], calendar: Calendar) -> SessionLog:
    """The log as it is kept, its themes without repetition.

    A session that we have not heard of is taken: its topic may be behind. Raises SessionInFuture,
    SessionOutsideMatch, MinutesDoNotFit, UnknownTheme, SessionAlreadyLogged, SessionWasCancelled,
    NoSuchSession when it is another match's, MatchClosed when it comes too late.
    """
    _check_time(log, match)
    if (log.outcome is Outcome.HELD) != (log.minutes > 0):
        raise MinutesDoNotFit(field="minutes")
    if calendar.logged:
        raise SessionAlreadyLogged(field="session_id")
    if calendar.session is not None and calendar.session.match_id != log.match_id:
        raise NoSuchSession(field="session_id")
    if calendar.session is not None and calendar.session.cancelled:
        raise SessionWasCancelled(field="session_id")
    return replace(log, themes=check_themes(log.themes, themes))


def _check_time(log: SessionLog, match: Match) -> None:
    if log.occurred_at > log.logged_at:
        raise SessionInFuture(field="occurred_at")
    if match.closed_at is not None and log.logged_at > match.closed_at + LATE_LOGS:
        match.require_open()
    if not match.timeline.activated_at <= log.occurred_at <= (match.closed_at or log.logged_at):
        raise SessionOutsideMatch(field="occurred_at")
