"""Keeps what was decided of a session: its row, its reminder, its events, its figures."""

from datetime import datetime
from typing import Final

from services.scheduling.domain import session as facts
from services.scheduling.domain.session import CancellationReason, Session, SessionDecision, SessionEvent
from services.scheduling.metrics import SchedulingMetrics
from services.scheduling.persistence.sessions import Sessions
from shared.events import sessions as events
from shared.events.envelope import WITHHELD, ActorType
from shared.persistence.unit_of_work import UnitOfWork

SESSION_REMINDER: Final = "session_reminder"

_REASONS: Final = {
    CancellationReason.MEMBER: events.CancellationReason.MEMBER,
    CancellationReason.COORDINATOR: events.CancellationReason.OTHER,
    CancellationReason.MATCH_PAUSED: events.CancellationReason.MATCH_PAUSED,
    CancellationReason.MATCH_COMPLETED: events.CancellationReason.MATCH_ENDED,
    CancellationReason.MATCH_ENDED: events.CancellationReason.MATCH_ENDED,
}


class SessionKeeper:
    """The one place where a decision becomes rows and events."""

    def __init__(self, metrics: SchedulingMetrics) -> None:
        self._metrics = metrics

    async def keep(self, uow: UnitOfWork, decision: SessionDecision, before: Session | None) -> Session:
        """Save and publish; the match's row is held, and the members' rows when the time is new."""
        session = decision.session
        if session != before:
            await Sessions(uow.connection).save(session, before, uow.now)
            await self._remind(uow, session, before.reminder_due_at if before else None)
        for fact in decision.events:
            event = _published(session, fact)
            self._count(session, event)
            # Who moved or cancelled stays between the two.
            uow.emit(event, actor=WITHHELD if uow.actor.type is ActorType.PERSON else None)
        return session

    async def _remind(self, uow: UnitOfWork, session: Session, before: datetime | None) -> None:
        if session.reminder_due_at is not None:
            await uow.schedule(SESSION_REMINDER, session.session_id, session.reminder_due_at)
        elif before is not None:
            await uow.unschedule(SESSION_REMINDER, session.session_id)

    def _count(self, session: Session, event: events.SessionEvent) -> None:
        if isinstance(event, events.SessionRescheduled):
            self._metrics.moved.inc()
        elif isinstance(event, events.SessionReminderDue):
            self._metrics.reminders.inc()
        elif isinstance(event, events.SessionCancelled) and session.cancellation:
            self._metrics.cancelled.labels(session.cancellation.value).inc()


def _published(session: Session, fact: SessionEvent) -> events.SessionEvent:
    ids = {"session_id": session.session_id, "match_id": session.match_id, "program_id": session.program_id}
    match fact:
        case facts.SessionScheduled():
            return events.SessionScheduled(**ids, starts_at=fact.starts_at, ends_at=fact.ends_at)
        case facts.SessionRescheduled():
            return events.SessionRescheduled(
                **ids, starts_at=fact.starts_at, ends_at=fact.ends_at, revision=fact.revision
            )
        case facts.SessionCancelled():
            return events.SessionCancelled(**ids, reason=_REASONS[fact.reason])
        case facts.SessionReminderDue():
            return events.SessionReminderDue(**ids, starts_at=fact.starts_at)
