"""Match runs over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from services.matching.api.context import COORDINATOR, Context, coordinated
from services.matching.api.run_models import (
    ExclusionBody,
    OffersView,
    ProposalView,
    RunBody,
    RunView,
    UnmatchedView,
    run_view,
)
from services.matching.persistence.program_repository import ProgramRepository
from services.matching.persistence.run_repository import MatchRun, RunRepository, RunState
from shared.errors import Conflict
from shared.http.audit import Audit
from shared.http.auth import CurrentIdentity, Identity
from shared.http.commands import CurrentCall, Outcome
from shared.http.pages import Page, Pages
from shared.persistence.unit_of_work import UnitOfWork, Units

_WHOLE = frozenset({RunState.PUBLISHED, RunState.SOLVED})


class RunNotWhole(Conflict):
    """The run is still being solved or published, or it was refused."""

    code = "run_not_whole"


def run_routes(context: Context) -> APIRouter:
    """Runs belong to the coordinators of the program."""
    router = APIRouter(tags=["match runs"], dependencies=[COORDINATOR])
    handlers, units = context.handlers, context.units

    @router.post("/cohorts/{cohort_id}/runs", response_model=RunView, status_code=202)
    async def request_run(cohort_id: UUID, body: RunBody, call: CurrentCall) -> Response:
        """Ask for a run; read it again to see how far it is."""

        async def command(uow: UnitOfWork) -> Outcome:
            run = await handlers.runs.request(
                uow,
                cohort_id,
                call.person_id,
                dry_run=body.dry_run,
                replace_proposals=body.replace_proposals,
            )
            location = f"/api/matching/v1/runs/{run.id}"
            return Outcome(body=run_view(run), status=202, location=location, subject_id=run.id)

        return await call.run(command, Audit("match_run_requested", "match_run"))

    @router.post("/runs/{run_id}/offer", response_model=OffersView)
    async def offer_run(run_id: UUID, call: CurrentCall) -> Response:
        """Offer the proposals of a published run, at most 500 by one call."""

        async def command(uow: UnitOfWork) -> OffersView:
            offered, remaining = await handlers.matches.offer_run(uow, run_id, call.person_id)
            return OffersView(offered=offered, remaining=remaining)

        return await call.run(command, Audit("match_run_offered", "match_run", run_id))

    @router.post("/cohorts/{cohort_id}/exclusions", status_code=204)
    async def exclude_pair(cohort_id: UUID, body: ExclusionBody, call: CurrentCall) -> Response:
        """Keep two people apart in this cohort, from the next run on."""

        async def command(uow: UnitOfWork) -> None:
            await handlers.matches.exclude(uow, cohort_id, body.person_ids, call.person_id)

        return await call.run(command, Audit("pair_excluded", "cohort", cohort_id))

    _add_reads(router, units)
    return router


def _add_reads(router: APIRouter, units: Units) -> None:
    @router.get("/cohorts/{cohort_id}/runs")
    async def list_runs(cohort_id: UUID, pages: Pages, identity: CurrentIdentity) -> Page[RunView]:
        """List the runs of a cohort, the oldest first."""
        async with units.read() as connection:
            cohort = await ProgramRepository(connection).cohort(cohort_id)
            await coordinated(connection, cohort.program_id, identity)
            runs = await RunRepository(connection).page(cohort_id, pages.after(UUID), pages.fetch)
        return pages.page([run_view(run) for run in runs], key=lambda view: view.id)

    @router.get("/runs/{run_id}")
    async def read_run(run_id: UUID, identity: CurrentIdentity) -> RunView:
        """Show how far a run is and what it found."""
        async with units.read() as connection:
            return run_view(await _own(connection, run_id, identity))

    @router.get("/runs/{run_id}/proposals")
    async def list_proposals(run_id: UUID, pages: Pages, identity: CurrentIdentity) -> Page[ProposalView]:
        """List the pairs of a whole run with their breakdown."""
        async with units.read() as connection:
            _require_whole(await _own(connection, run_id, identity))
            rows = await RunRepository(connection).proposals(run_id, _start(pages), pages.fetch)
        views = [ProposalView.model_validate(_without_run(row)) for row in rows]
        return pages.page(views, key=lambda view: view.position)

    @router.get("/runs/{run_id}/unmatched")
    async def list_unmatched(run_id: UUID, pages: Pages, identity: CurrentIdentity) -> Page[UnmatchedView]:
        """List everybody left over by a whole run with the reason."""
        async with units.read() as connection:
            _require_whole(await _own(connection, run_id, identity))
            rows = await RunRepository(connection).unmatched(run_id, _start(pages), pages.fetch)
        views = [UnmatchedView.model_validate(_without_run(row)) for row in rows]
        return pages.page(views, key=lambda view: view.position)


def _without_run(row: Row[Any]) -> dict[str, object]:
    return {name: value for name, value in row._mapping.items() if name != "run_id"}  # noqa: SLF001 - public


def _start(pages: Pages) -> int:
    after = pages.after(int)
    return 0 if after is None else after + 1


def _require_whole(run: MatchRun) -> None:
    if run.state not in _WHOLE:
        raise RunNotWhole(state=run.state.value)


async def _own(connection: AsyncConnection, run_id: UUID, identity: Identity) -> MatchRun:
    run = await RunRepository(connection).get(run_id)
    await coordinated(connection, run.program_id, identity)
    return run
