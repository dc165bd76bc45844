"""What members do of their plan."""

from services.engagement.domain.errors import UnknownMilestone
from services.engagement.domain.ids import MatchId, PersonId
from services.engagement.domain.match import Match
from services.engagement.domain.plan import Ticked, reach_milestone, tick_task
from services.engagement.domain.program import Program
from services.engagement.persistence.matches import Matches
from services.engagement.persistence.plans import Plans
from services.engagement.persistence.programs import Programs
from shared.events.engagement import MilestoneReached
from shared.persistence.unit_of_work import UnitOfWork


class PlanHandlers:
    """Ticks tasks and milestones."""

    async def tick_task(
        self, uow: UnitOfWork, match_id: MatchId, person_id: PersonId, milestone: str, task: str
    ) -> None:
        """A member did a task."""
        match, program = await self._load(uow, match_id, person_id)
        progress = await Plans(uow.connection).progress(match_id)
        member = match.member(person_id)
        ticked = tick_task(match, program, progress, member=member, milestone=milestone, task=task)
        await self._keep(uow, match, ticked)

    async def reach_milestone(
        self, uow: UnitOfWork, match_id: MatchId, person_id: PersonId, milestone: str
    ) -> None:
        """A member says that a whole milestone is reached."""
        match, program = await self._load(uow, match_id, person_id)
        progress = await Plans(uow.connection).progress(match_id)
        await self._keep(uow, match, reach_milestone(program, progress, milestone=milestone))

    async def _load(self, uow: UnitOfWork, match_id: MatchId, person_id: PersonId) -> tuple[Match, Program]:
        match = await Matches(uow.connection).lock_of_member(match_id, person_id)
        match.require_open()
        program = await Programs(uow.connection).get(match.program_id)
        if program is None:
            raise UnknownMilestone
        return match, program

    async def _keep(self, uow: UnitOfWork, match: Match, ticked: Ticked) -> None:
        await Plans(uow.connection).add(match.id, ticked, uow.now)
        if ticked.reached is not None:
            uow.emit(
                MilestoneReached(match_id=match.id, program_id=match.program_id, milestone=ticked.reached)
            )
