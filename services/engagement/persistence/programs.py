"""Programs as their latest version."""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, bindparam, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.engagement.domain.ids import MatchId, PersonId, ProgramId
from services.engagement.domain.program import MilestoneTemplate, Program, TaskTemplate
from services.engagement.persistence.tables import program

_GUARD: Final = 0x656E_6770
"""First half of the advisory locks of this module."""


class Programs:
    """The table of programs."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, program_id: ProgramId) -> Program | None:
        """The program, None when it has not arrived."""
        rows = await self._connection.execute(select(program).where(program.c.program_id == program_id))
        row = rows.first()
        return None if row is None else _program(row)

    async def get_or_hold_off(self, program_id: ProgramId) -> Program | None:
        """As `get`; None also holds off the program's arrival until this transaction has ended.

        So either we see the program, or whoever stores it sees what this transaction wrote.
        """
        found = await self.get(program_id)
        if found is None:
            await self._guard("pg_advisory_xact_lock_shared", program_id)
            found = await self.get(program_id)
        return found

    async def put(self, published: Program) -> None:
        """Keep a version that is newer than what is there."""
        await self._guard("pg_advisory_xact_lock", published.id)
        values = {
            "version": published.version,
            "title": published.title,
            "cadence_days": published.cadence.days,
            "coordinator_ids": list(published.coordinator_ids),
            "milestones": [_milestone_row(each) for each in published.milestones],
            "themes": list(published.themes),
        }
        row = insert(program).values(program_id=published.id, **values)
        await self._connection.execute(
            row.on_conflict_do_update(
                index_elements=[program.c.program_id],
                set_=values,
                where=program.c.version < row.excluded.version,
            )
        )

    async def recheck_after(self, program_id: ProgramId) -> MatchId | None:
        """Where the recheck of the program's matches stands."""
        found = await self._connection.scalar(
            select(program.c.recheck_after).where(program.c.program_id == program_id)
        )
        return None if found is None else MatchId(found)

    async def move_recheck(self, program_id: ProgramId, after: MatchId | None) -> None:
        """Remember where the recheck stands; None: it is done."""
        await self._connection.execute(
            update(program).where(program.c.program_id == program_id).values(recheck_after=after)
        )

    async def _guard(self, function: str, program_id: ProgramId) -> None:
        lock = text(f"select {function}(:guard, hashtext(:key))")
        await self._connection.execute(
            lock.bindparams(bindparam("guard", _GUARD), bindparam("key", str(program_id)))
        )


async def coordinates(connection: AsyncConnection, program_id: UUID, person_id: UUID) -> bool:
    """Whether the person coordinates the program."""
    found = await connection.scalar(
        select(func.count()).where(
            program.c.program_id == program_id, program.c.coordinator_ids.any_() == person_id
        )
    )
    return bool(found)


def _milestone_row(milestone: MilestoneTemplate) -> dict[str, object]:
    return {
        "code": milestone.code,
        "days": milestone.offset.days,
        "tasks": [
            {"code": task.code, "days": task.offset.days, "role": task.role} for task in milestone.tasks
        ],
    }


def _program(row: Row[Any]) -> Program:
    return Program(
        id=ProgramId(row.program_id),
        version=row.version,
        title=row.title,
        cadence=timedelta(days=row.cadence_days),
        coordinator_ids=tuple(PersonId(each) for each in row.coordinator_ids),
        milestones=tuple(
            MilestoneTemplate(
                code=milestone["code"],
                offset=timedelta(days=milestone["days"]),
                tasks=tuple(
                    TaskTemplate(task["code"], timedelta(days=task["days"]), task["role"])
                    for task in milestone["tasks"]
                ),
            )
            for milestone in row.milestones
        ),
        themes=tuple(row.themes),
    )
