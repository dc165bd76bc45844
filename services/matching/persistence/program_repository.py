"""Programs and cohorts in the store."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, any_, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.domain.ids import CohortId, PersonId, ProgramId
from services.matching.domain.programs.program import Cohort, CohortNotFound, Program, ProgramNotFound
from services.matching.domain.programs.terms import ProgramTerms
from services.matching.persistence.program_codec import terms_from_json, terms_to_json
from services.matching.persistence.tables import cohort, program, program_version


class ProgramRepository:
    """Programs, their versions and their cohorts."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, program_id: UUID, *, lock: bool = False) -> Program:
        """The program, locked for a change when asked. Raises ProgramNotFound."""
        query = select(program).where(program.c.id == program_id)
        row = (await self._connection.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise ProgramNotFound(program_id=str(program_id))
        return _program(row)

    async def terms_of(self, program_ids: Collection[UUID]) -> dict[UUID, ProgramTerms]:
        """The published terms of programs."""
        query = select(program.c.id, program.c.published).where(program.c.id.in_(program_ids))
        rows = await self._connection.execute(query)
        known = {row.id: terms_from_json(row.published) for row in rows}
        return {program_id: terms for program_id, terms in known.items() if terms is not None}

    async def page(
        self,
        after: UUID | None,
        limit: int,
        *,
        coordinator_id: PersonId | None,
    ) -> Sequence[Program]:
        """Programs by id: of a coordinator, or, without one, the published ones."""
        query: Select[Any] = select(program).order_by(program.c.id).limit(limit)
        if after is not None:
            query = query.where(program.c.id > after)
        if coordinator_id is not None:
            query = query.where(literal(coordinator_id) == any_(program.c.coordinator_ids))
        else:
            query = query.where(program.c.version > 0)
        return [_program(row) for row in await self._connection.execute(query)]

    async def add(self, new: Program) -> None:
        """Store a new program."""
        await self._connection.execute(insert(program).values(_values(new)))

    async def save(self, changed: Program) -> None:
        """Store a changed program."""
        statement = update(program).where(program.c.id == changed.id)
        await self._connection.execute(statement.values(_values(changed)))

    async def add_version(self, published: Program, now: datetime) -> None:
        """Keep what was published, for ever."""
        row = {
            "program_id": published.id,
            "version": published.version,
            "terms": terms_to_json(published.published),
            "published_at": now,
        }
        await self._connection.execute(insert(program_version).values(row))

    async def add_cohort(self, new: Cohort) -> None:
        """Store a new cohort."""
        await self._connection.execute(insert(cohort).values(_cohort_values(new)))

    async def save_cohort(self, changed: Cohort) -> None:
        """Store a changed cohort."""
        statement = update(cohort).where(cohort.c.id == changed.id)
        await self._connection.execute(statement.values(_cohort_values(changed)))

    async def cohort(self, cohort_id: UUID, *, lock: bool = False) -> Cohort:
        """One cohort. Raises CohortNotFound."""
        query = select(cohort).where(cohort.c.id == cohort_id)
        row = (await self._connection.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise CohortNotFound(cohort_id=str(cohort_id))
        return _cohort(row)

    async def cohorts(self, program_id: UUID, after: UUID | None, limit: int) -> Sequence[Cohort]:
        """Cohorts of a program by id."""
        query = select(cohort).where(cohort.c.program_id == program_id).order_by(cohort.c.id).limit(limit)
        if after is not None:
            query = query.where(cohort.c.id > after)
        return [_cohort(row) for row in await self._connection.execute(query)]


def _program(row: Row[Any]) -> Program:
    return Program(
        id=ProgramId(row.id),
        revision=row.revision,
        version=row.version,
        draft=terms_from_json(row.draft),
        published=terms_from_json(row.published),
    )


def _values(stored: Program) -> dict[str, object]:
    return {
        "id": stored.id,
        "revision": stored.revision,
        "version": stored.version,
        "draft": terms_to_json(stored.draft),
        "published": terms_to_json(stored.published),
        "coordinator_ids": sorted(stored.coordinators()),
    }


def _cohort(row: Row[Any]) -> Cohort:
    return Cohort(
        id=CohortId(row.id),
        program_id=ProgramId(row.program_id),
        starts_on=row.starts_on,
        evergreen=row.evergreen,
        closed=row.closed,
    )


def _cohort_values(stored: Cohort) -> dict[str, object]:
    return {
        "id": stored.id,
        "program_id": stored.program_id,
        "starts_on": stored.starts_on,
        "evergreen": stored.evergreen,
        "closed": stored.closed,
    }
