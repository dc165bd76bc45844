"""People: coordinators look them up and settle what HR left open, ops forget them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.matching.api.people_views import (
    DecidedView,
    HeldLeaverView,
    HeldPersonView,
    IdentityDecision,
    PersonDetail,
    PersonView,
    ReleaseBody,
    ReleasedView,
    held_leaver_view,
    held_view,
    person_detail,
    person_view,
)
from services.matching.handlers.people_wiring import PeopleHandlers
from services.matching.persistence.observation_repository import ObservationRepository
from services.matching.persistence.people_repository import Leaving, PeopleRepository
from shared.http.audit import Audit
from shared.http.auth import GlobalRole, allow
from shared.http.commands import CurrentCall, Outcome
from shared.http.pages import Page, Pages
from shared.persistence.unit_of_work import UnitOfWork, Units

Search = Annotated[str | None, Query(min_length=1, max_length=100)]


def people_routes(units: Units, handlers: PeopleHandlers) -> APIRouter:
    """All routes about people; what HR left open belongs to no program, so any coordinator may settle it."""
    router = APIRouter(prefix="/people", tags=["people"])
    coordinator = [allow(GlobalRole.COORDINATOR)]

    @router.get("", dependencies=coordinator)
    async def list_people(pages: Pages, search: Search = None) -> Page[PersonView]:
        """People by id; `search` is a part of a name or of an e-mail address."""
        async with units.read() as connection:
            found = await PeopleRepository(connection).page(pages.after(UUID), pages.fetch, search=search)
        return pages.page([person_view(known.person) for known in found], key=lambda view: view.id)

    @router.get("/held", dependencies=coordinator)
    async def list_held(pages: Pages) -> Page[HeldPersonView]:
        """People whose key came back as somebody else, with what is claimed."""
        async with units.read() as connection:
            found = await PeopleRepository(connection).page(pages.after(UUID), pages.fetch, held=True)
            hashes = [held.claim_hash for known in found for held in known.person.profile.held]
            claims = await ObservationRepository(connection).with_hashes(hashes)
        return pages.page(
            [held_view(known.person, claims) for known in found], key=lambda view: view.person_id
        )

    @router.post("/held/{person_id}/decision", dependencies=coordinator, response_model=DecidedView)
    async def decide(person_id: UUID, body: IdentityDecision, call: CurrentCall) -> Response:
        """Say whether a held identity is the same person or a different one."""

        async def command(uow: UnitOfWork) -> Outcome:
            meant = await handlers.decisions.decide_identity(uow, person_id, body.identity, body.verdict)
            return Outcome(body=DecidedView(person_id=meant))

        return await call.run(command, Audit("identity_decided", "person", person_id, body.verdict.value))

    @router.get("/held-leavers", dependencies=[allow(GlobalRole.COORDINATOR, GlobalRole.OPS)])
    async def list_held_leavers(pages: Pages) -> Page[HeldLeaverView]:
        """Leavers whom the mass-change brake holds."""
        async with units.read() as connection:
            found = await PeopleRepository(connection).page(
                pages.after(UUID), pages.fetch, leaving=Leaving.HELD
            )
        return pages.page([held_leaver_view(known) for known in found], key=lambda view: view.person_id)

    @router.post(
        "/held-leavers/release",
        dependencies=[allow(GlobalRole.COORDINATOR, GlobalRole.OPS)],
        response_model=ReleasedView,
    )
    async def release(body: ReleaseBody, call: CurrentCall) -> Response:
        """Let held leavers go."""

        async def command(uow: UnitOfWork) -> ReleasedView:
            done = await handlers.decisions.release_leavers(uow, body.person_ids)
            return ReleasedView(released=done.released, remaining=done.remaining)

        return await call.run(command, Audit("leavers_released", "person"))

    @router.get("/{person_id}", dependencies=coordinator)
    async def get_person(person_id: UUID) -> PersonDetail:
        """One person."""
        async with units.read() as connection:
            people = PeopleRepository(connection)
            person = await people.get(person_id)
            circle = await people.is_above_oneself(person_id)
        return person_detail(person, circle=circle)

    @router.post("/{person_id}/erase", dependencies=[allow(GlobalRole.OPS)], status_code=204)
    async def erase(person_id: UUID, call: CurrentCall) -> Response:
        """Forget a person everywhere, for good."""
        return await call.run(
            lambda uow: handlers.erasure.erase(uow, person_id), Audit("person_erased", "person", person_id)
        )

    return router
