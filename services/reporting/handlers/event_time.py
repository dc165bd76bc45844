"""When an event happened, as its producer says."""

from datetime import datetime

from shared.persistence.unit_of_work import UnitOfWork


class NoEventTime(Exception):
    """A read model was to be written outside of an event."""


def event_time(uow: UnitOfWork) -> datetime:
    """The business time of the event at hand; this service's own clock never reaches a read model."""
    if uow.occurred_at is None:
        raise NoEventTime
    return uow.occurred_at
