"""Cohorts over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.matching.api.context import COORDINATOR, SIGNED_IN, Context
from services.matching.api.program_models import CohortBody, CohortView, cohort_view
from services.matching.persistence.program_repository import ProgramRepository
from shared.http.audit import Audit
from shared.http.commands import CurrentCall, Outcome
from shared.http.pages import Page, Pages
from shared.persistence.unit_of_work import UnitOfWork


def cohort_routes(context: Context) -> APIRouter:
    """Intakes: everybody reads them, coordinators open and close."""
    router = APIRouter(tags=["programs"])
    handlers, units = context.handlers.programs, context.units

    @router.get("/programs/{program_id}/cohorts", dependencies=[SIGNED_IN])
    async def list_cohorts(program_id: UUID, pages: Pages) -> Page[CohortView]:
        """List the intakes of a program."""
        async with units.read() as connection:
            found = await ProgramRepository(connection).cohorts(program_id, pages.after(UUID), pages.fetch)
        return pages.page([cohort_view(cohort) for cohort in found], key=lambda view: view.id)

    @router.post(
        "/programs/{program_id}/cohorts",
        dependencies=[COORDINATOR],
        response_model=CohortView,
        status_code=201,
    )
    async def open_cohort(program_id: UUID, body: CohortBody, call: CurrentCall) -> Response:
        """Open an intake."""

        async def command(uow: UnitOfWork) -> Outcome:
            cohort = await handlers.open_cohort(uow, program_id, call.person_id, body.starts_on)
            return Outcome(body=cohort_view(cohort), status=201, subject_id=cohort.id)

        return await call.run(command, Audit("cohort_opened", "cohort"))

    @router.post("/cohorts/{cohort_id}/close", dependencies=[COORDINATOR], response_model=CohortView)
    async def close_cohort(cohort_id: UUID, call: CurrentCall) -> Response:
        """Take nobody in any more."""

        async def command(uow: UnitOfWork) -> Outcome:
            cohort = await handlers.close_cohort(uow, cohort_id, call.person_id)
            return Outcome(body=cohort_view(cohort))

        return await call.run(command, Audit("cohort_closed", "cohort", cohort_id))

    return router
