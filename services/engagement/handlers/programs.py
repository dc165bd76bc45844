"""Programs as matching publishes them."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from services.engagement.domain.ids import MatchId, PersonId, ProgramId
from services.engagement.domain.program import MilestoneTemplate, Program, TaskTemplate
from services.engagement.handlers.health import HealthHandlers
from services.engagement.persistence.matches import Matches
from services.engagement.persistence.programs import Programs
from shared.events.programs import ProgramPublished
from shared.persistence.unit_of_work import UnitOfWork

PROGRAM_RECHECK: Final = "program_recheck"
RECHECKED_AT_ONCE: Final = 100
"""How many matches are assessed in one transaction when a cadence becomes known or changes."""

_BEFORE_ALL: Final = MatchId(UUID(int=0))


class ProgramHandlers:
    """Keeps programs; a new cadence means another health for the matches of the program."""

    def __init__(self, health: HealthHandlers) -> None:
        self._health = health

    async def program_published(self, event: ProgramPublished, uow: UnitOfWork) -> None:
        """A first or a newer version of a program."""
        programs = Programs(uow.connection)
        known = await programs.get(ProgramId(event.program_id))
        program = _program(event)
        await programs.put(program)
        if known is None or known.cadence != program.cadence:
            await programs.move_recheck(program.id, _BEFORE_ALL)
            await self.program_recheck_due(program.id, uow)

    async def program_recheck_due(self, subject: UUID, uow: UnitOfWork) -> None:
        """Assess the next few matches of the program, and come back for the rest."""
        programs, program_id = Programs(uow.connection), ProgramId(subject)
        after = await programs.recheck_after(program_id)
        if after is None:
            return
        matches = await Matches(uow.connection).lock_of_program(
            program_id, after=after, limit=RECHECKED_AT_ONCE
        )
        for match in matches:
            await self._health.assess(uow, match)
        if len(matches) == RECHECKED_AT_ONCE:
            await programs.move_recheck(program_id, matches[-1].id)
            await uow.schedule(PROGRAM_RECHECK, program_id, uow.now)
        else:
            await programs.move_recheck(program_id, None)


def _program(event: ProgramPublished) -> Program:
    return Program(
        id=ProgramId(event.program_id),
        version=event.version,
        title=event.title,
        cadence=timedelta(days=event.cadence_days),
        coordinator_ids=tuple(PersonId(each) for each in event.coordinator_ids),
        milestones=tuple(
            MilestoneTemplate(
                code=milestone.code,
                offset=timedelta(days=milestone.offset_days),
                tasks=tuple(
                    TaskTemplate(
                        task.code,
                        timedelta(days=task.offset_days),
                        task.role.value if task.role else None,
                    )
                    for task in milestone.tasks
                ),
            )
            for milestone in event.milestones
        ),
        themes=event.themes,
    )
