"""Participants in the store, and the seats that they have left."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.enrolment import Participant, ParticipantNotFound, ParticipantStatus
from services.matching.domain.ids import CohortId, ParticipantId, PersonId, ProgramId
from services.matching.domain.run.market import Role
from services.matching.persistence.seats import holds_seats
from services.matching.persistence.tables import match, match_member, participant

SeatsTaken = Counter[tuple[PersonId, Role]]
"""How many matches that are not over each person has in a program, by role."""


class ParticipantRepository:
    """Participants; whoever gives a seat away holds the lock of all participants of that person."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, participant_id: UUID, *, lock: bool = False) -> Participant:
        """One participant. Raises ParticipantNotFound."""
        query = select(participant).where(participant.c.id == participant_id)
        row = (await self._connection.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise ParticipantNotFound(participant_id=str(participant_id))
        return _participant(row)

    async def add(self, new: Participant) -> None:
        """Store a new participant."""
        await self._connection.execute(insert(participant).values(_values(new)))

    async def save(self, changed: Participant) -> None:
        """Store a changed participant."""
        statement = update(participant).where(participant.c.id == changed.id)
        await self._connection.execute(statement.values(_values(changed)))

    async def is_enrolled(self, cohort_id: UUID, person_id: UUID) -> bool:
        """Whether the person takes part in the cohort."""
        query = select(participant.c.id).where(
            participant.c.cohort_id == cohort_id,
            participant.c.person_id == person_id,
            participant.c.status != ParticipantStatus.WITHDRAWN.value,
        )
        return (await self._connection.execute(query)).first() is not None

    async def of_person(self, person_id: UUID, *, lock: bool = False) -> Sequence[Participant]:
        """Where a person takes part, or rests, by id; not where they withdrew."""
        query = (
            select(participant)
            .where(
                participant.c.person_id == person_id,
                participant.c.status != ParticipantStatus.WITHDRAWN.value,
            )
            .order_by(participant.c.id)
        )
        rows = await self._connection.execute(query.with_for_update() if lock else query)
        return [_participant(row) for row in rows]

    async def page(
        self, cohort_id: UUID, after: UUID | None, limit: int, status: ParticipantStatus | None = None
    ) -> Sequence[Participant]:
        """Participants of a cohort by id."""
        query = (
            select(participant)
            .where(participant.c.cohort_id == cohort_id)
            .order_by(participant.c.id)
            .limit(limit)
        )
        if after is not None:
            query = query.where(participant.c.id > after)
        if status is not None:
            query = query.where(participant.c.status == status.value)
        return [_participant(row) for row in await self._connection.execute(query)]

    async def live_of_program(self, program_id: UUID) -> Sequence[Participant]:
        """Everybody who takes part, or rests, in a program."""
        query = select(participant).where(
            participant.c.program_id == program_id,
            participant.c.status != ParticipantStatus.WITHDRAWN.value,
        )
        return [_participant(row) for row in await self._connection.execute(query)]

    async def lock_seats(self, program_id: UUID, person_ids: Collection[UUID]) -> dict[UUID, Participant]:
        """All participants of these people in a program, locked in the order of their ids.

        Until the transaction ends nobody else can give a seat of theirs away.
        """
        query = (
            select(participant)
            .where(participant.c.program_id == program_id, participant.c.person_id.in_(person_ids))
            .order_by(participant.c.id)
            .with_for_update()
        )
        return {row.id: _participant(row) for row in await self._connection.execute(query)}

    async def seats_taken(
        self,
        program_id: UUID,
        person_ids: Iterable[UUID] | None = None,
        *,
        replaceable_of: UUID | None = None,
    ) -> SeatsTaken:
        """The seats held in a program, of some people or of all; see `holds_seats`."""
        query = (
            select(match_member.c.person_id, match_member.c.role, func.count())
            .join(match, match.c.id == match_member.c.match_id)
            .where(match.c.program_id == program_id, holds_seats(replaceable_of))
            .group_by(match_member.c.person_id, match_member.c.role)
        )
        if person_ids is not None:
            query = query.where(match_member.c.person_id.in_(list(person_ids)))
        rows = await self._connection.execute(query)
        return Counter({(PersonId(person_id), Role(role)): taken for person_id, role, taken in rows})


def _participant(row: Row[Any]) -> Participant:
    return Participant(
        id=ParticipantId(row.id),
        person_id=PersonId(row.person_id),
        program_id=ProgramId(row.program_id),
        cohort_id=CohortId(row.cohort_id),
        roles=frozenset(Role(role) for role in row.roles),
        capacity=row.capacity,
        languages=tuple(row.languages),
        skills_wanted=tuple(row.skills_wanted),
        skills_offered=tuple(row.skills_offered),
        status=ParticipantStatus(row.status),
        revision=row.revision,
    )


def _values(stored: Participant) -> dict[str, object]:
    return {
        "id": stored.id,
        "person_id": stored.person_id,
        "program_id": stored.program_id,
        "cohort_id": stored.cohort_id,
        "roles": sorted(role.value for role in stored.roles),
        "capacity": stored.capacity,
        "languages": list(stored.languages),
        "skills_wanted": list(stored.skills_wanted),
        "skills_offered": list(stored.skills_offered),
        "status": stored.status.value,
        "revision": stored.revision,
    }
