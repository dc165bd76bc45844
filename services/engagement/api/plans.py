"""Doing what the plan says."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.engagement.api.context import Context, PathCode
from services.engagement.domain.ids import MatchId, PersonId
from shared.http.audit import Audit
from shared.http.auth import allow_signed_in
from shared.http.commands import CurrentCall


def plan_routes(context: Context) -> APIRouter:
    """Ticking tasks and milestones."""
    plans = context.handlers.plans
    router = APIRouter(
        prefix="/matches/{match_id}/milestones", tags=["plan"], dependencies=[allow_signed_in()]
    )

    @router.post("/{milestone}/reached", status_code=204, response_class=Response)
    async def reach_milestone(match_id: UUID, milestone: PathCode, call: CurrentCall) -> Response:
        """The whole milestone is reached; once is enough."""
        person = PersonId(call.person_id)
        return await call.run(
            lambda uow: plans.reach_milestone(uow, MatchId(match_id), person, milestone),
            Audit("milestone_reached", "match", match_id),
        )

    @router.post("/{milestone}/tasks/{task}/done", status_code=204, response_class=Response)
    async def tick_task(match_id: UUID, milestone: PathCode, task: PathCode, call: CurrentCall) -> Response:
        """The caller did a task; the last one reaches the milestone."""
        person = PersonId(call.person_id)
        return await call.run(
            lambda uow: plans.tick_task(uow, MatchId(match_id), person, milestone, task),
            Audit("task_done", "match", match_id),
        )

    return router
