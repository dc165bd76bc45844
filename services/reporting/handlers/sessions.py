"""Sessions in the calendar."""

from services.reporting.handlers.event_time import event_time
from services.reporting.persistence.facts import Facts
from services.reporting.persistence.tables import session
from shared.events.sessions import SessionCancelled, SessionRescheduled, SessionScheduled
from shared.persistence.unit_of_work import UnitOfWork


async def session_scheduled(event: SessionScheduled, uow: UnitOfWork) -> None:
    """Keep when the pair meets."""
    _book(event, 0, uow)


async def session_rescheduled(event: SessionRescheduled, uow: UnitOfWork) -> None:
    """Keep the new time."""
    _book(event, event.revision, uow)


async def session_cancelled(event: SessionCancelled, uow: UnitOfWork) -> None:
    """Keep that it is off."""
    uow.gathered(Facts).put(
        session,
        {"session_id": event.session_id},
        {"cancelled_at": event_time(uow), "cancellation_reason": event.reason.value},
        first={"match_id": event.match_id, "program_id": event.program_id, "revision": 0},
    )


def _book(event: SessionScheduled | SessionRescheduled, revision: int, uow: UnitOfWork) -> None:
    uow.gathered(Facts).put(
        session,
        {"session_id": event.session_id},
        {
            "match_id": event.match_id,
            "program_id": event.program_id,
            "starts_at": event.starts_at,
            "ends_at": event.ends_at,
            "revision": revision,
        },
    )
