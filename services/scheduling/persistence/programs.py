"""Programs as their latest version."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.domain.cadence import Cadence
from services.scheduling.domain.ids import PersonId, ProgramId
from services.scheduling.domain.match import Program
from services.scheduling.persistence.tables import program


class Programs:
    """The table of programs."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def expect(self, program_id: ProgramId) -> None:
        """Make a row for a program that was not published yet, so that it can be held."""
        await self._connection.execute(insert(program).values(program_id=program_id).on_conflict_do_nothing())

    async def put(self, published: Program) -> None:
        """Keep a version that is newer than what is there."""
        values = {
            "version": published.version,
            "coordinator_ids": list(published.coordinator_ids),
            "cadence_days": published.cadence.interval_days,
            "first_session_within_days": published.cadence.first_within_days,
            "session_minutes": published.session_length // timedelta(minutes=1),
        }
        row = insert(program).values(program_id=published.id, **values)
        await self._connection.execute(
            row.on_conflict_do_update(
                index_elements=[program.c.program_id],
                set_=values,
                where=program.c.version < row.excluded.version,
            )
        )

    async def hold(self, program_id: ProgramId) -> tuple[bool, Program | None]:
        """Whether nobody changes the program before this transaction ends, and what is published of it."""
        rows = await self._connection.execute(
            select(program)
            .where(program.c.program_id == program_id)
            .with_for_update(read=True, skip_locked=True)
        )
        row = rows.first()
        if row is None:
            return False, None
        if row.version == 0:
            return True, None
        return True, Program(
            id=program_id,
            version=row.version,
            coordinator_ids=tuple(PersonId(each) for each in row.coordinator_ids),
            cadence=Cadence(row.cadence_days, row.first_session_within_days),
            session_length=timedelta(minutes=row.session_minutes),
        )

    async def coordinates(self, program_id: ProgramId, person_id: PersonId) -> bool:
        """Whether the person coordinates the program."""
        found = await self._connection.scalar(
            select(func.count()).where(
                program.c.program_id == program_id, program.c.coordinator_ids.any_() == person_id
            )
        )
        return bool(found)
