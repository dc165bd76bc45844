"""People: who they are, and forgetting them."""

from uuid import UUID

from services.engagement.domain.ids import PersonId
from services.engagement.persistence.care import CareBook
from services.engagement.persistence.matches import Matches
from services.engagement.persistence.people import Name, People
from services.engagement.persistence.questions import Questions
from services.engagement.persistence.writings import Writings
from shared.events.people import PersonChanged
from shared.persistence.unit_of_work import UnitOfWork


class PeopleHandlers:
    """Keeps names and logins, nothing else of a person."""

    async def person_changed(self, event: PersonChanged, uow: UnitOfWork) -> None:
        """The latest state of a person."""
        name = Name(event.given_name, event.family_name)
        await People(uow.connection).put(PersonId(event.person_id), name, event.login_subject)

    async def person_erased(self, person_id: UUID, uow: UnitOfWork) -> None:
        """Forget a person.

        The keys of all the person's matches go, and with them every word in these: what the partner
        wrote is about the one who is to be forgotten. What stays names nobody: ids, codes, numbers, times.
        """
        person = PersonId(person_id)
        await People(uow.connection).erase(person)
        # Held, so that nobody who has just seen the person makes a new key meanwhile.
        matches = await Matches(uow.connection).lock_of_person(person)
        await Writings(uow.connection).forget(matches)
        await Questions(uow.connection).forget(person)
        await CareBook(uow.connection).forget(person)
