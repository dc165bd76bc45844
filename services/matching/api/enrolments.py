"""Enrolment over HTTP: one's own, and by coordinators under /coordination."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.params import Depends
from pydantic import Field

from services.matching.api.context import COORDINATOR, SIGNED_IN, Body, Context, View, coordinated
from services.matching.domain.enrolment import (
    MAX_LANGUAGES,
    MAX_SKILLS,
    Offer,
    Participant,
    ParticipantNotFound,
    ParticipantStatus,
)
from services.matching.domain.ids import PersonId
from services.matching.domain.run.market import Role
from services.matching.handlers.enrolment import Caller
from services.matching.persistence.participant_repository import ParticipantRepository
from services.matching.persistence.program_repository import ProgramRepository
from shared.http.audit import Audit
from shared.http.auth import CurrentIdentity
from shared.http.commands import Call, CurrentCall, Outcome
from shared.http.pages import IfMatch, Page, Pages, etag
from shared.persistence.unit_of_work import UnitOfWork

Step = Callable[[UnitOfWork, UUID, Caller], Awaitable[Participant]]


class OfferBody(Body):
    """What a participant brings and looks for; languages as BCP 47 tags, skills as codes."""

    roles: frozenset[Role] = Field(min_length=1)
    languages: tuple[str, ...] = Field(min_length=1, max_length=MAX_LANGUAGES)
    skills_wanted: tuple[str, ...] = Field(default=(), max_length=MAX_SKILLS)
    skills_offered: tuple[str, ...] = Field(default=(), max_length=MAX_SKILLS)
    capacity: int | None = Field(default=None, ge=0, le=50)

    def offer(self) -> Offer:
        """The same as the domain's value."""
        return Offer(
            roles=self.roles,
            languages=self.languages,
            skills_wanted=self.skills_wanted,
            skills_offered=self.skills_offered,
            capacity=self.capacity,
        )


class EnrolBody(OfferBody):
    """The same, for somebody else."""

    person_id: UUID


class ParticipantView(View):
    """A person in a cohort."""

    id: UUID
    person_id: UUID
    program_id: UUID
    cohort_id: UUID
    status: ParticipantStatus
    roles: list[Role]
    capacity: int
    languages: list[str]
    skills_wanted: list[str]
    skills_offered: list[str]
    revision: int


def participant_view(participant: Participant) -> ParticipantView:
    """A participant, as shown."""
    return ParticipantView(
        id=participant.id,
        person_id=participant.person_id,
        program_id=participant.program_id,
        cohort_id=participant.cohort_id,
        status=participant.status,
        roles=sorted(participant.roles),
        capacity=participant.capacity,
        languages=list(participant.languages),
        skills_wanted=list(participant.skills_wanted),
        skills_offered=list(participant.skills_offered),
        revision=participant.revision,
    )


def enrolment_routes(context: Context) -> APIRouter:
    """Joining and what follows, for the person and for coordinators."""
    router = APIRouter(tags=["enrolment"])
    handlers, units = context.handlers.enrolment, context.units

    @router.post(
        "/cohorts/{cohort_id}/enrolments",
        dependencies=[SIGNED_IN],
        response_model=ParticipantView,
        status_code=201,
    )
    async def enrol_myself(cohort_id: UUID, body: OfferBody, call: CurrentCall) -> Response:
        """Join a cohort."""
        person = PersonId(call.person_id)

        async def command(uow: UnitOfWork) -> Outcome:
            return _made(await handlers.enrol(uow, cohort_id, person, body.offer(), Caller(person)))

        return await call.run(command, Audit("participant_enrolled", "participant"))

    @router.post(
        "/coordination/cohorts/{cohort_id}/enrolments",
        dependencies=[COORDINATOR],
        response_model=ParticipantView,
        status_code=201,
    )
    async def enrol_somebody(cohort_id: UUID, body: EnrolBody, call: CurrentCall) -> Response:
        """Take somebody into a cohort; the audience holds for them all the same."""
        caller = Caller(PersonId(call.person_id), as_coordinator=True)

        async def command(uow: UnitOfWork) -> Outcome:
            return _made(await handlers.enrol(uow, cohort_id, body.person_id, body.offer(), caller))

        return await call.run(command, Audit("participant_enrolled", "participant"))

    @router.get("/my/enrolments", dependencies=[SIGNED_IN])
    async def list_my_enrolments(identity: CurrentIdentity) -> list[ParticipantView]:
        """List where the caller takes part or rests."""
        async with units.read() as connection:
            found = await ParticipantRepository(connection).of_person(identity.require_person())
        return [participant_view(participant) for participant in found]

    @router.get("/my/enrolments/{participant_id}", dependencies=[SIGNED_IN])
    async def read_my_enrolment(
        participant_id: UUID, identity: CurrentIdentity, response: Response
    ) -> ParticipantView:
        """Show one of the caller's own."""
        async with units.read() as connection:
            found = await ParticipantRepository(connection).get(participant_id)
        if found.person_id != identity.require_person():
            raise ParticipantNotFound(participant_id=str(participant_id))
        response.headers["ETag"] = etag(found.revision)
        return participant_view(found)

    @router.get("/coordination/cohorts/{cohort_id}/enrolments", dependencies=[COORDINATOR])
    async def list_enrolments(
        cohort_id: UUID,
        pages: Pages,
        identity: CurrentIdentity,
        status: Annotated[ParticipantStatus | None, Query()] = None,
    ) -> Page[ParticipantView]:
        """List the participants of a cohort."""
        async with units.read() as connection:
            cohort = await ProgramRepository(connection).cohort(cohort_id)
            await coordinated(connection, cohort.program_id, identity)
            found = await ParticipantRepository(connection).page(
                cohort_id, pages.after(UUID), pages.fetch, status
            )
        return pages.page([participant_view(each) for each in found], key=lambda view: view.id)

    _add_changes(router, context, "/my/enrolments/{participant_id}", SIGNED_IN, as_coordinator=False)
    prefix = "/coordination/enrolments/{participant_id}"
    _add_changes(router, context, prefix, COORDINATOR, as_coordinator=True)
    return router


def _add_changes(
    router: APIRouter, context: Context, path: str, guard: Depends, *, as_coordinator: bool
) -> None:
    """The same commands for oneself and for others."""
    handlers = context.handlers.enrolment
    whose = "enrolment" if as_coordinator else "my_enrolment"

    def caller_of(call: Call) -> Caller:
        return Caller(PersonId(call.person_id), as_coordinator=as_coordinator)

    async def update(participant_id: UUID, body: OfferBody, version: IfMatch, call: CurrentCall) -> Response:
        """Change what is wanted, offered or possible."""
        caller = caller_of(call)

        async def command(uow: UnitOfWork) -> Outcome:
            after = await handlers.update(uow, participant_id, body.offer(), caller, version)
            return Outcome(body=participant_view(after), version=after.revision)

        return await call.run(command, Audit("participant_updated", "participant", participant_id))

    def add_step(name: str, action: str, step: Step) -> None:
        async def run(participant_id: UUID, call: CurrentCall) -> Response:
            caller = caller_of(call)

            async def command(uow: UnitOfWork) -> Outcome:
                after = await step(uow, participant_id, caller)
                return Outcome(body=participant_view(after), version=after.revision)

            return await call.run(command, Audit(action, "participant", participant_id))

        run.__doc__ = step.__doc__
        router.add_api_route(
            f"{path}/{name}",
            run,
            methods=["POST"],
            name=f"{name}_{whose}",
            dependencies=[guard],
            response_model=ParticipantView,
        )

    router.add_api_route(
        path,
        update,
        methods=["PUT"],
        name=f"update_{whose}",
        dependencies=[guard],
        response_model=ParticipantView,
    )
    add_step("pause", "participant_paused", handlers.pause)
    add_step("resume", "participant_resumed", handlers.resume)
    add_step("withdraw", "participant_withdrawn", handlers.withdraw)


def _made(participant: Participant) -> Outcome:
    return Outcome(
        body=participant_view(participant),
        status=201,
        version=participant.revision,
        subject_id=participant.id,
    )
