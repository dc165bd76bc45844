"""People as HR tells of them, and as they are forgotten."""

from dataclasses import replace
from uuid import UUID

from services.scheduling.domain.availability import Place
from services.scheduling.domain.ids import PersonId
from services.scheduling.handlers.availability import AvailabilityHandlers, published
from services.scheduling.persistence.people import Contact, People
from shared.events.availability import AvailabilityChanged
from shared.events.people import PersonChanged
from shared.persistence.unit_of_work import UnitOfWork


class PeopleHandlers:
    """Keeps what scheduling needs of a person."""

    def __init__(self, availability: AvailabilityHandlers) -> None:
        self._availability = availability

    async def person_changed(self, event: PersonChanged, uow: UnitOfWork) -> None:
        """The latest state of a person; whoever left keeps everything, for some come back."""
        people = People(uow.connection)
        before = await people.lock(PersonId(event.person_id))
        place = Place(event.location_code, event.country, event.subdivision)
        await self._availability.settle(uow, before, replace(before, place=place))
        contact = Contact(event.given_name, event.family_name, event.work_email, event.login_subject)
        await people.save_contact(before.id, contact, event.status.value)

    async def person_erased(self, person_id: UUID, uow: UnitOfWork) -> None:
        """Forget a person, also in the compacted topic; sessions stay, as ids, times and codes."""
        people = People(uow.connection)
        gone = await people.lock(PersonId(person_id))
        await people.erase(gone)
        if gone.availability is not None:
            uow.emit(AvailabilityChanged(person_id=person_id))

    async def retell_availability(self, person_id: UUID, uow: UnitOfWork) -> None:
        """Tell a person's availability again, because an older record may lie behind it."""
        person = await People(uow.connection).lock(PersonId(person_id))
        known = person.availability
        uow.emit(published(person.id, known) if known else AvailabilityChanged(person_id=person_id))
