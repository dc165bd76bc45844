"""Programs and cohorts over HTTP."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.matching.api.context import COORDINATOR, SIGNED_IN, Context, coordinated
from services.matching.api.program_models import (
    DiffView,
    ProgramBody,
    ProgramView,
    diff_view,
    program_view,
)
from services.matching.domain.ids import PersonId
from services.matching.domain.programs.program import NothingToPublish, ProgramNotFound
from services.matching.persistence.program_repository import ProgramRepository
from shared.http.audit import Audit
from shared.http.auth import CurrentIdentity, GlobalRole, Identity
from shared.http.commands import CurrentCall, Outcome
from shared.http.pages import IfMatch, Page, Pages, etag
from shared.persistence.unit_of_work import UnitOfWork, Units


def program_routes(context: Context) -> APIRouter:
    """Programs: everybody reads what is published, coordinators write."""
    router = APIRouter(tags=["programs"])
    handlers, units = context.handlers.programs, context.units

    @router.post("/programs", dependencies=[COORDINATOR], response_model=ProgramView, status_code=201)
    async def create_program(body: ProgramBody, call: CurrentCall) -> Response:
        """Make a draft. Its coordinators are named in it; the caller need not be one of them."""

        async def command(uow: UnitOfWork) -> Outcome:
            program = await handlers.create(uow, body.terms())
            view = program_view(program, with_draft=True)
            return Outcome(body=view, status=201, version=program.revision, subject_id=program.id)

        return await call.run(command, Audit("program_created", "program"))

    @router.put("/programs/{program_id}/draft", dependencies=[COORDINATOR], response_model=ProgramView)
    async def edit_draft(
        program_id: UUID, body: ProgramBody, version: IfMatch, call: CurrentCall
    ) -> Response:
        """Write the next version."""

        async def command(uow: UnitOfWork) -> Outcome:
            program = await handlers.edit(uow, program_id, body.terms(), call.person_id, version)
            return Outcome(body=program_view(program, with_draft=True), version=program.revision)

        return await call.run(command, Audit("program_edited", "program", program_id))

    @router.post("/programs/{program_id}/diff", dependencies=[COORDINATOR])
    async def diff_program(
        program_id: UUID, identity: CurrentIdentity, body: ProgramBody | None = None
    ) -> DiffView:
        """Tell what publishing these terms, or else the draft, would do. Changes nothing."""
        terms = body.terms() if body else None
        async with units.read() as connection:
            program = await coordinated(connection, program_id, identity)
            after = terms or program.draft
            if after is None:
                raise NothingToPublish(program_id=str(program_id))
            diff = await handlers.diff(connection, program_id, identity.require_person(), after)
        return diff_view(diff, program.published, after)

    @router.post("/programs/{program_id}/publish", dependencies=[COORDINATOR], response_model=ProgramView)
    async def publish_program(program_id: UUID, version: IfMatch, call: CurrentCall) -> Response:
        """Make the draft the version to work by."""

        async def command(uow: UnitOfWork) -> Outcome:
            program = await handlers.publish(uow, program_id, call.person_id, version)
            return Outcome(body=program_view(program, with_draft=True), version=program.revision)

        return await call.run(command, Audit("program_published", "program", program_id))

    _add_reads(router, units)
    return router


def _add_reads(router: APIRouter, units: Units) -> None:
    @router.get("/programs", dependencies=[SIGNED_IN])
    async def list_programs(
        pages: Pages, identity: CurrentIdentity, *, mine: bool = False
    ) -> Page[ProgramView]:
        """List what is published, or, for a coordinator, what is theirs."""
        own = mine and GlobalRole.COORDINATOR in identity.roles
        coordinator = PersonId(identity.require_person()) if own else None
        async with units.read() as connection:
            found = await ProgramRepository(connection).page(
                pages.after(UUID), pages.fetch, coordinator_id=coordinator
            )
        views = [program_view(program, with_draft=own) for program in found]
        return pages.page(views, key=lambda view: view.id)

    @router.get("/programs/{program_id}", dependencies=[SIGNED_IN])
    async def read_program(program_id: UUID, identity: CurrentIdentity, response: Response) -> ProgramView:
        """Show a program; a draft that was never published exists for its coordinators alone."""
        async with units.read() as connection:
            program = await ProgramRepository(connection).get(program_id)
        coordinates = _coordinates(identity, program.coordinators())
        if program.published is None and not coordinates:
            raise ProgramNotFound(program_id=str(program_id))
        response.headers["ETag"] = etag(program.revision)
        return program_view(program, with_draft=coordinates)


def _coordinates(identity: Identity, coordinators: frozenset[PersonId]) -> bool:
    return GlobalRole.COORDINATOR in identity.roles and identity.person_id in coordinators
