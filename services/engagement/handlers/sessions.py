"""Sessions: booked by scheduling, logged by members."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.engagement.domain.fit_check import ask_after_session
from services.engagement.domain.ids import MatchId, PersonId, SessionId, SessionLogId
from services.engagement.domain.session_log import Outcome, Session, SessionLog, check_log
from services.engagement.handlers.health import HEALTH_CHECK, HealthHandlers
from services.engagement.metrics import EngagementMetrics
from services.engagement.persistence.matches import Matches
from services.engagement.persistence.programs import Programs
from services.engagement.persistence.questions import Questions
from services.engagement.persistence.sessions import Sessions
from shared.events import sessions as events
from shared.events.engagement import SessionLogged, SessionOutcome
from shared.events.envelope import WITHHELD
from shared.persistence.unit_of_work import UnitOfWork

SETTLES_IN: Final = timedelta(minutes=5)
"""How long the cause of a cancellation, which travels on another topic, may take to reach us."""

_CONSEQUENCES: Final = frozenset(
    {events.CancellationReason.MATCH_PAUSED, events.CancellationReason.MATCH_ENDED}
)


@dataclass(frozen=True, slots=True)
class LogCommand:
    """What a member says of a session."""

    match_id: MatchId
    person_id: PersonId
    outcome: Outcome
    minutes: int
    themes: Sequence[str]
    occurred_at: datetime
    session_id: SessionId | None = None


class SessionHandlers:
    """Keeps the calendar that health needs, and the logs."""

    def __init__(self, health: HealthHandlers, metrics: EngagementMetrics) -> None:
        self._health = health
        self._metrics = metrics

    async def session_booked(
        self, event: events.SessionScheduled | events.SessionRescheduled, uow: UnitOfWork
    ) -> None:
        """A session is in the calendar, or has moved."""
        match_id = MatchId(event.match_id)
        booked = Session(SessionId(event.session_id), match_id, event.starts_at, event.ends_at)
        await Sessions(uow.connection).put(booked)
        await self._health.reassess(uow, match_id)

    async def session_cancelled(self, event: events.SessionCancelled, uow: UnitOfWork) -> None:
        """A session is off.

        When that follows from a pause or an end which we may not have heard of yet, the health is
        looked at once that has settled: else the pair would seem stalled for a moment.
        """
        match_id = MatchId(event.match_id)
        await Sessions(uow.connection).cancel(SessionId(event.session_id))
        if event.reason not in _CONSEQUENCES:
            await self._health.reassess(uow, match_id)
            return
        match = await Matches(uow.connection).lock(match_id)
        if match is not None and not match.closed:
            await uow.schedule(HEALTH_CHECK, match_id, uow.now + SETTLES_IN)

    async def log(self, uow: UnitOfWork, command: LogCommand) -> SessionLog:
        """A member logs a session; a held one opens the fit check."""
        match = await Matches(uow.connection).lock_of_member(command.match_id, command.person_id)
        program = await Programs(uow.connection).get(match.program_id)
        sessions = Sessions(uow.connection)
        log = check_log(
            SessionLog(
                id=SessionLogId(uow.new_id()),
                match_id=match.id,
                logged_by=command.person_id,
                outcome=command.outcome,
                minutes=command.minutes,
                themes=tuple(command.themes),
                occurred_at=command.occurred_at,
                logged_at=uow.now,
                session_id=command.session_id,
            ),
            match,
            themes=program.themes if program else (),
            calendar=await sessions.calendar(match.id, command.session_id),
        )
        await sessions.add_log(log)
        uow.emit(
            SessionLogged(
                match_id=match.id,
                program_id=match.program_id,
                session_log_id=log.id,
                session_id=log.session_id,
                outcome=SessionOutcome(log.outcome.value),
                minutes=log.minutes,
                themes=log.themes,
                occurred_at=log.occurred_at,
            ),
            # Who wrote the log of a missed session would tell who did not come.
            actor=WITHHELD,
        )
        self._metrics.session_logs.labels(log.outcome.value).inc()
        if log.outcome is Outcome.HELD:
            questions = Questions(uow.connection)
            checks = await questions.fit_checks(match.id)
            await questions.put_fit_checks(ask_after_session(match, checks, uow.now))
        await self._health.assess(uow, match)
        return log
