"""What may be logged of a session."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.engagement.domain.active_time import Timeline
from services.engagement.domain.errors import (
    MatchClosed,
    MinutesDoNotFit,
    NoSuchSession,
    SessionAlreadyLogged,
    SessionInFuture,
    SessionOutsideMatch,
    SessionWasCancelled,
    UnknownTheme,
)
from services.engagement.domain.ids import MatchId, PersonId, ProgramId, SessionId, SessionLogId
from services.engagement.domain.match import Match, MatchState, close
from services.engagement.domain.session_log import Calendar, Outcome, Session, SessionLog, check_log

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY = timedelta(days=1)
MATCH = Match(
    id=MatchId(UUID(int=10)),
    program_id=ProgramId(UUID(int=20)),
    members=(),
    state=MatchState.ACTIVE,
    timeline=Timeline(T0),
    ends_at=T0 + 90 * DAY,
)
LOG = SessionLog(
    id=SessionLogId(UUID(int=50)),
    match_id=MATCH.id,
    logged_by=PersonId(UUID(int=1)),
    outcome=Outcome.HELD,
    minutes=45,
    themes=("feedback",),
    occurred_at=T0 + 3 * DAY,
    logged_at=T0 + 4 * DAY,
    session_id=SessionId(UUID(int=40)),
)
SESSION = Session(SessionId(UUID(int=40)), MATCH.id, T0 + 3 * DAY, T0 + 3 * DAY + timedelta(hours=1))
UNKNOWN = Calendar(None, logged=False)


def check(log: SessionLog, match: Match = MATCH, calendar: Calendar = UNKNOWN) -> SessionLog:
    return check_log(log, match, themes=("feedback", "career"), calendar=calendar)


def test_a_session_is_logged_whether_we_have_heard_of_it_or_not() -> None:
    assert check(LOG) == LOG
    assert check(LOG, calendar=Calendar(SESSION, logged=False)) == LOG
    assert check(replace(LOG, session_id=None)).session_id is None


def test_themes_are_kept_once() -> None:
    assert check(replace(LOG, themes=("career", "career"))).themes == ("career",)
    with pytest.raises(UnknownTheme):
        check(replace(LOG, themes=("salary",)))


def test_only_what_happened_during_the_match_is_logged() -> None:
    with pytest.raises(SessionInFuture):
        check(replace(LOG, occurred_at=LOG.logged_at + timedelta(microseconds=1)))
    with pytest.raises(SessionOutsideMatch):
        check(replace(LOG, occurred_at=T0 - timedelta(microseconds=1)))
    assert check(replace(LOG, occurred_at=LOG.logged_at)).occurred_at == LOG.logged_at


def test_a_session_from_before_the_end_may_be_logged_for_two_weeks_after_it() -> None:
    over = close(MATCH, MatchState.COMPLETED, T0 + 3.5 * DAY)

    assert check(LOG, over) == LOG
    assert check(replace(LOG, logged_at=T0 + 17.5 * DAY), over).occurred_at == T0 + 3 * DAY
    with pytest.raises(MatchClosed):
        check(replace(LOG, logged_at=T0 + 17.6 * DAY), over)
    with pytest.raises(SessionOutsideMatch):
        check(replace(LOG, occurred_at=T0 + 3.6 * DAY), over)


def test_a_held_session_lasts_a_while_and_a_missed_one_no_time() -> None:
    assert check(replace(LOG, outcome=Outcome.NO_SHOW, minutes=0)).outcome is Outcome.NO_SHOW
    with pytest.raises(MinutesDoNotFit):
        check(replace(LOG, minutes=0))
    with pytest.raises(MinutesDoNotFit):
        check(replace(LOG, outcome=Outcome.NO_SHOW))


def test_a_session_is_logged_once_and_only_by_its_own_match_and_not_when_it_was_off() -> None:
    with pytest.raises(SessionAlreadyLogged):
        check(LOG, calendar=Calendar(SESSION, logged=True))
    with pytest.raises(NoSuchSession):
        check(LOG, calendar=Calendar(replace(SESSION, match_id=MatchId(UUID(int=11))), logged=False))
    with pytest.raises(SessionWasCancelled):
        check(LOG, calendar=Calendar(replace(SESSION, cancelled=True), logged=False))
