"""The use case of wishing: for oneself alone."""

from uuid import UUID

from services.matching.domain.enrolment import ParticipantNotFound
from services.matching.domain.ids import PersonId
from services.matching.domain.wishes import Wishes, require_sound
from services.matching.persistence.participant_repository import ParticipantRepository
from services.matching.persistence.wish_repository import WishRepository
from shared.persistence.unit_of_work import UnitOfWork


async def change_wishes(uow: UnitOfWork, participant_id: UUID, person_id: PersonId, wishes: Wishes) -> Wishes:
    """Replace one's wishes, from the next run on. No event tells of them. Raises WishesInvalid."""
    mine = await ParticipantRepository(uow.connection).get(participant_id, lock=True)
    if mine.person_id != person_id:
        raise ParticipantNotFound(participant_id=str(participant_id))
    require_sound(wishes, person_id)
    await WishRepository(uow.connection).save(participant_id, wishes)
    return wishes
