"""Goals of a pair."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field, StringConstraints

from services.engagement.api.context import Body, Context, Made
from services.engagement.domain.goals import COMPLETE
from services.engagement.domain.ids import GoalId, MatchId, PersonId
from shared.http.audit import Audit
from shared.http.auth import allow_signed_in
from shared.http.commands import CurrentCall, Outcome
from shared.instants import Day
from shared.persistence.unit_of_work import UnitOfWork


class GoalBody(Body):
    """A goal in the pair's own words."""

    words: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
    due_on: Day | None = None


class ProgressBody(Body):
    """How far a goal is."""

    percent: Annotated[int, Field(ge=0, le=COMPLETE)]


def goal_routes(context: Context) -> APIRouter:
    """Setting and moving goals; they are read with the match."""
    goals = context.handlers.goals
    router = APIRouter(prefix="/matches/{match_id}/goals", tags=["goals"], dependencies=[allow_signed_in()])

    @router.post("", status_code=201, response_model=Made)
    async def set_goal(match_id: UUID, body: GoalBody, call: CurrentCall) -> Response:
        """Set a goal."""
        person = PersonId(call.person_id)

        async def run(uow: UnitOfWork) -> Outcome:
            goal = await goals.set(uow, MatchId(match_id), person, words=body.words, due_on=body.due_on)
            return Outcome(body=Made(id=goal.id), status=201, subject_id=goal.id)

        return await call.run(run, Audit("goal_set", "goal"))

    @router.put("/{goal_id}/progress", status_code=204, response_class=Response)
    async def progress_goal(match_id: UUID, goal_id: UUID, body: ProgressBody, call: CurrentCall) -> Response:
        """Say how far a goal is; 100 reaches it."""
        person = PersonId(call.person_id)
        return await call.run(
            lambda uow: goals.progress(uow, MatchId(match_id), person, GoalId(goal_id), body.percent),
            Audit("goal_progressed", "goal", goal_id),
        )

    @router.post("/{goal_id}/reached", status_code=204, response_class=Response)
    async def reach_goal(match_id: UUID, goal_id: UUID, call: CurrentCall) -> Response:
        """The goal is reached."""
        person = PersonId(call.person_id)
        return await call.run(
            lambda uow: goals.reach(uow, MatchId(match_id), person, GoalId(goal_id)),
            Audit("goal_reached", "goal", goal_id),
        )

    return router
