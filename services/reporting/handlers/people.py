"""People: only what signing in needs."""

from uuid import UUID

from services.reporting.persistence.facts import Facts
from services.reporting.persistence.tables import availability, person
from shared.events.availability import AvailabilityChanged
from shared.events.people import PersonChanged
from shared.persistence.unit_of_work import UnitOfWork


async def person_changed(event: PersonChanged, uow: UnitOfWork) -> None:
    """Keep login and status; names and e-mails go no further."""
    uow.gathered(Facts).put(
        person,
        {"person_id": event.person_id},
        {"status": event.status.value, "login_subject": event.login_subject},
    )


async def person_erased(person_id: UUID, uow: UnitOfWork) -> None:
    """Forget the login; what remains elsewhere names nobody."""
    uow.gathered(Facts).drop(person, {"person_id": person_id})


async def availability_changed(event: AvailabilityChanged, uow: UnitOfWork) -> None:
    """Keep whether a zone is known and how much working time there is."""
    minutes = sum(max(0, interval.end_minute - interval.start_minute) for interval in event.hours)
    uow.gathered(Facts).put(
        availability,
        {"person_id": event.person_id},
        {"zone_source": event.zone_source.value, "weekly_minutes": minutes},
    )
