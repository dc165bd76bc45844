"""What there is not, and what a new time of a session must not be."""

from datetime import datetime, timedelta
from typing import Final

from services.scheduling.domain.match import Match
from services.scheduling.domain.session_errors import MatchNotActive
from services.scheduling.domain.span import Span
from shared.errors import Conflict, Invalid, NotFound

MAX_AHEAD: Final = timedelta(days=365)


class NoSuchSession(NotFound):
    """There is none, or it is not the caller's."""

    code = "no_such_session"


class NoSuchMatch(NotFound):
    """There is none, or the caller does not coordinate its program."""

    code = "no_such_match"


class NoSuchProgram(NotFound):
    """There is none, or the caller does not coordinate it."""

    code = "no_such_program"


class StartNotOnMinute(Invalid):
    code = "start_not_on_minute"


class SessionTooFar(Invalid):
    code = "session_too_far"


class SessionAfterMatch(Conflict):
    """The match is over by then."""

    code = "session_after_match"


def check_plan(match: Match, time: Span, now: datetime) -> None:
    """Refuse a time that cannot be in the calendar of this match."""
    if match.ends_at is None:
        raise MatchNotActive
    if time.start.second or time.start.microsecond:
        raise StartNotOnMinute(field="starts_at")
    if time.start > now + MAX_AHEAD:
        raise SessionTooFar(field="starts_at", limit=MAX_AHEAD.days)
    if time.end > match.ends_at:
        raise SessionAfterMatch(field="starts_at")
