"""Goals of a pair."""

from datetime import date

from services.engagement.domain import goals
from services.engagement.domain.goals import Goal, Moved
from services.engagement.domain.ids import GoalId, MatchId, PersonId
from services.engagement.domain.match import Match
from services.engagement.handlers.keys import key_to_write
from services.engagement.persistence.matches import Matches
from services.engagement.persistence.writings import Writings
from services.engagement.vault import Vault
from shared.events.engagement import GoalProgressed, GoalReached, GoalSet
from shared.persistence.unit_of_work import UnitOfWork


class GoalHandlers:
    """Any member sets goals and moves them; their words leave the pair in no event."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    async def set(
        self, uow: UnitOfWork, match_id: MatchId, person_id: PersonId, *, words: str, due_on: date | None
    ) -> Goal:
        """A member sets a goal."""
        match = await self._open_match(uow, match_id, person_id)
        writings = Writings(uow.connection)
        goals.check_room(await writings.count_goals(match_id))
        goal = Goal(GoalId(uow.new_id()), match_id, person_id, uow.now, due_on)
        wrapped = await key_to_write(uow, self._vault, match)
        await writings.add_goal(goal, self._vault.seal(wrapped, match_id, goal.id, words))
        uow.emit(GoalSet(match_id=match_id, program_id=match.program_id, goal_id=goal.id, due_on=due_on))
        return goal

    async def progress(
        self, uow: UnitOfWork, match_id: MatchId, person_id: PersonId, goal_id: GoalId, percent: int
    ) -> None:
        """A member says how far a goal is."""
        match = await self._open_match(uow, match_id, person_id)
        goal = await Writings(uow.connection).lock_goal(match_id, goal_id)
        await self._keep(uow, match, goals.progress(goal, percent, uow.now))

    async def reach(self, uow: UnitOfWork, match_id: MatchId, person_id: PersonId, goal_id: GoalId) -> None:
        """A member says that a goal is reached."""
        match = await self._open_match(uow, match_id, person_id)
        goal = await Writings(uow.connection).lock_goal(match_id, goal_id)
        await self._keep(uow, match, goals.reach(goal, uow.now))

    async def _open_match(self, uow: UnitOfWork, match_id: MatchId, person_id: PersonId) -> Match:
        match = await Matches(uow.connection).lock_of_member(match_id, person_id)
        match.require_open()
        return match

    async def _keep(self, uow: UnitOfWork, match: Match, moved: Moved) -> None:
        goal = moved.goal
        await Writings(uow.connection).save_goal(goal)
        if moved.progressed:
            uow.emit(
                GoalProgressed(
                    match_id=match.id, program_id=match.program_id, goal_id=goal.id, percent=goal.percent
                )
            )
        if moved.reached:
            uow.emit(GoalReached(match_id=match.id, program_id=match.program_id, goal_id=goal.id))
