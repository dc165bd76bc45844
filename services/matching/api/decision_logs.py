"""The account of each run over HTTP: its coordinators', and every analyst's to read."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.matching.api.context import Context, coordinated
from services.matching.domain.run.decision_log import DecisionLog
from services.matching.persistence.evidence_repository import EvidenceRepository
from services.matching.persistence.run_repository import RunRepository
from shared.http.auth import CurrentIdentity, GlobalRole, allow


def decision_log_routes(context: Context) -> APIRouter:
    """One route; it answers with the stored bytes."""
    router = APIRouter(tags=["match runs"], dependencies=[allow(GlobalRole.COORDINATOR, GlobalRole.ANALYST)])
    units = context.units

    @router.get("/runs/{run_id}/decision-log", response_model=DecisionLog)
    async def read_decision_log(run_id: UUID, identity: CurrentIdentity) -> Response:
        """Show what a run decided, on what inputs and settings, how well and how fairly.

        The bytes are those that were written when the run was solved; `runs replay` makes them again.
        """
        async with units.read() as connection:
            run = await RunRepository(connection).get(run_id)
            if GlobalRole.ANALYST not in identity.roles:
                await coordinated(connection, run.program_id, identity)
            log = await EvidenceRepository(connection).log(run_id)
        return Response(log, media_type="application/json")

    return router
