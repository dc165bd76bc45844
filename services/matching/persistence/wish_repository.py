"""Participants' wishes in the store."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.ids import ParticipantId, PersonId
from services.matching.domain.run.market import PersonPair, exclusions_between
from services.matching.domain.wishes import Wishes
from services.matching.persistence.tables import participant
from services.matching.persistence.wish_tables import participant_wish


class WishRepository:
    """Wishes by participant."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, participant_id: UUID) -> Wishes:
        """Somebody's wishes; none for whoever told none."""
        query = select(participant_wish).where(participant_wish.c.participant_id == participant_id)
        row = (await self._connection.execute(query)).one_or_none()
        if row is None:
            return Wishes()
        return Wishes(tuple(map(PersonId, row.choices)), tuple(map(PersonId, row.apart)))

    async def save(self, participant_id: UUID, wishes: Wishes) -> None:
        """Replace somebody's wishes."""
        values = {"choices": list(wishes.choices), "apart": list(wishes.apart)}
        insert = upsert(participant_wish).values(participant_id=participant_id, **values)
        await self._connection.execute(
            insert.on_conflict_do_update(index_elements=["participant_id"], set_=values)
        )

    async def choices(self, participant_ids: Collection[UUID]) -> dict[ParticipantId, tuple[PersonId, ...]]:
        """The ranked choices of participants who have any."""
        query = select(participant_wish.c.participant_id, participant_wish.c.choices).where(
            participant_wish.c.participant_id.in_(participant_ids)
        )
        rows = await self._connection.execute(query)
        return {ParticipantId(one): tuple(map(PersonId, chosen)) for one, chosen in rows if chosen}

    async def apart(self, cohort_id: UUID) -> frozenset[PersonPair]:
        """Who in a cohort wants never to be matched with whom, whichever of the two said so."""
        query = (
            select(participant.c.person_id, participant_wish.c.apart)
            .join(participant, participant.c.id == participant_wish.c.participant_id)
            .where(participant.c.cohort_id == cohort_id)
        )
        rows = await self._connection.execute(query)
        return exclusions_between(
            (PersonId(one), PersonId(other)) for one, others in rows for other in others
        )

    async def forget(self, person_id: UUID) -> None:
        """Delete what a person wished."""
        theirs = select(participant.c.id).where(participant.c.person_id == person_id)
        await self._connection.execute(
            delete(participant_wish).where(participant_wish.c.participant_id.in_(theirs))
        )
