"""People as programs, runs and matches read them; handlers of the HR feed write them."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Uuid, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.enrolment import Applicant
from services.matching.domain.hours import InvalidHours, LocalInterval, WeeklyHours
from services.matching.domain.ids import PersonId
from services.matching.domain.people.employment import PersonStatus
from services.matching.domain.programs.audience import HrFacts, HrField
from services.matching.persistence.people_tables import person
from services.matching.persistence.tables import availability

_ABOVE = text(
    """
    with recursive up(person_id, above) as (
        select id, unnest(manager_ids) from person where id = any(:people)
        union
        select up.person_id, unnest(person.manager_ids) from up join person on person.id = up.above
    )
    select person_id, above from up where above <> person_id
    """,
).bindparams(bindparam("people", type_=ARRAY(Uuid)))

_BELOW = text(
    """
    with recursive down(id) as (
        select cast(:person as uuid)
        union
        select person.id from down join person on person.manager_ids @> array[down.id]
    )
    select id from down
    """,
).bindparams(bindparam("person", type_=Uuid))


@dataclass(frozen=True, slots=True)
class Named:
    """What a partner reads about somebody."""

    given_name: str | None
    family_name: str | None
    job_title: str | None


class PersonReader:
    """Who somebody is in HR, who is above them, when they work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def applicants(self, person_ids: Collection[UUID]) -> dict[PersonId, Applicant]:
        """What HR says about people; somebody unknown is missing."""
        rows = await self._connection.execute(select(person).where(person.c.id.in_(person_ids)))
        return {PersonId(row.id): _applicant(row) for row in rows}

    async def applicant(self, person_id: UUID) -> Applicant:
        """The same for one; somebody unknown is not at work."""
        unknown = Applicant(person_id=PersonId(person_id), at_work=False, facts={})
        return (await self.applicants([person_id])).get(PersonId(person_id), unknown)

    async def names(self, person_ids: Collection[UUID]) -> dict[PersonId, Named]:
        """How people are called and what they do; who was erased is missing."""
        query = select(person.c.id, person.c.given_name, person.c.family_name, person.c.job_title)
        rows = await self._connection.execute(query.where(person.c.id.in_(person_ids)))
        return {PersonId(row.id): Named(row.given_name, row.family_name, row.job_title) for row in rows}

    async def lines_above(self, person_ids: Collection[UUID]) -> dict[PersonId, frozenset[PersonId]]:
        """Everybody above each of the people; a circle is walked once."""
        rows = await self._connection.execute(_ABOVE, {"people": list(person_ids)})
        above: defaultdict[PersonId, set[PersonId]] = defaultdict(set)
        for row in rows:
            above[PersonId(row.person_id)].add(PersonId(row.above))
        return {found: frozenset(managers) for found, managers in above.items()}

    async def with_everybody_below(self, person_id: UUID) -> frozenset[PersonId]:
        """The person and all whose line runs through them."""
        rows = await self._connection.execute(_BELOW, {"person": person_id})
        return frozenset(PersonId(row.id) for row in rows)

    async def hours(self, person_ids: Collection[UUID]) -> dict[PersonId, WeeklyHours]:
        """When people work; somebody without a known zone and hours is missing."""
        rows = await self._connection.execute(
            select(availability).where(availability.c.person_id.in_(person_ids))
        )
        known = {PersonId(row.person_id): _hours(row) for row in rows}
        return {found: hours for found, hours in known.items() if hours is not None}

    async def keep_hours(
        self, person_id: UUID, time_zone: str | None, intervals: list[tuple[int, int, int]]
    ) -> None:
        """Store the latest working hours of a person."""
        values = {"person_id": person_id, "time_zone": time_zone, "hours": intervals}
        statement = insert(availability).values(values)
        await self._connection.execute(
            statement.on_conflict_do_update(index_elements=["person_id"], set_=values)
        )


def _applicant(row: Row[Any]) -> Applicant:
    return Applicant(
        person_id=PersonId(row.id),
        at_work=row.status == PersonStatus.ACTIVE.value,
        facts=_facts(row),
    )


def _facts(row: Row[Any]) -> HrFacts:
    return {field: getattr(row, field.value) for field in HrField}


def _hours(row: Row[Any]) -> WeeklyHours | None:
    if row.time_zone is None or not row.hours:
        return None
    try:
        return WeeklyHours(row.time_zone, tuple(LocalInterval(*interval) for interval in row.hours))
    except InvalidHours:
        # A zone of a newer time zone database than ours: nothing is guessed.
        return None
