"""What the coordinators of a program see and do: activity, never content."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from services.engagement.api.context import Body, Context, View
from services.engagement.domain.care import FlagCode, Resolution
from services.engagement.domain.errors import NoSuchProgram
from services.engagement.domain.health import Health
from services.engagement.domain.ids import FlagId, MatchId, PersonId, ProgramId
from services.engagement.persistence.care import CareBook
from services.engagement.persistence.matches import Matches
from services.engagement.persistence.programs import coordinates
from services.engagement.persistence.questions import Questions
from shared.http.audit import Audit
from shared.http.auth import CurrentIdentity, GlobalRole, Identity, allow
from shared.http.commands import CurrentCall
from shared.http.pages import Page, Pages


class FlagView(View):
    flag_id: UUID
    match_id: UUID
    code: FlagCode
    raised_at: datetime
    resolved_at: datetime | None
    resolution: Resolution | None


class ResolveBody(Body):
    """How the coordinator dealt with it: members_contacted, rematch_arranged or no_action_needed."""

    resolution: Resolution


class MatchHealthView(View):
    """`health` is absent until it was assessed."""

    match_id: UUID
    state: str
    health: Health | None
    activated_at: datetime
    ends_at: datetime


class PulseFigureView(View):
    """One question of a round; `mean` in hundredths of a point."""

    round: int
    question: str
    answers: int
    mean: int


class PulseFigures(View):
    """Questions with fewer than five answers in a round are left out."""

    items: list[PulseFigureView]


def coordination_routes(context: Context) -> APIRouter:
    """Flags, health and pulses of own programs."""
    router = APIRouter(tags=["coordination"], dependencies=[allow(GlobalRole.COORDINATOR)])

    @router.get("/programs/{program_id}/flags")
    async def list_flags(
        program_id: UUID, pages: Pages, identity: CurrentIdentity, open_only: bool = True
    ) -> Page[FlagView]:
        """The program's flags, the newest first."""
        after = pages.after(UUID)
        async with context.units.read() as connection:
            program = await _own(connection, program_id, identity)
            flags = await CareBook(connection).page_of_flags(
                program, after=FlagId(after) if after else None, limit=pages.fetch, open_only=open_only
            )
        views = [
            FlagView(
                flag_id=flag.id,
                match_id=flag.match_id,
                code=flag.code,
                raised_at=flag.raised_at,
                resolved_at=flag.resolved_at,
                resolution=flag.resolution,
            )
            for flag in flags
        ]
        return pages.page(views, key=lambda view: view.flag_id)

    @router.post("/flags/{flag_id}/resolve", status_code=204, response_class=Response)
    async def resolve_flag(flag_id: UUID, body: ResolveBody, call: CurrentCall) -> Response:
        """A flag of an own program was dealt with."""
        person = PersonId(call.person_id)
        return await call.run(
            lambda uow: context.handlers.care.resolve_flag(uow, FlagId(flag_id), person, body.resolution),
            Audit("flag_resolved", "flag", flag_id, reason=body.resolution.value),
        )

    @router.get("/programs/{program_id}/health")
    async def list_health(program_id: UUID, pages: Pages, identity: CurrentIdentity) -> Page[MatchHealthView]:
        """The health of the program's open matches."""
        after = pages.after(UUID)
        async with context.units.read() as connection:
            program = await _own(connection, program_id, identity)
            matches = await Matches(connection).page_of_program(
                program, after=MatchId(after) if after else None, limit=pages.fetch
            )
        views = [
            MatchHealthView(
                match_id=match.id,
                state=match.state.value,
                health=match.health,
                activated_at=match.timeline.activated_at,
                ends_at=match.ends_at,
            )
            for match in matches
        ]
        return pages.page(views, key=lambda view: view.match_id)

    @router.get("/programs/{program_id}/pulses")
    async def pulse_figures(program_id: UUID, identity: CurrentIdentity) -> PulseFigures:
        """What the members answered, as far as it tells nothing of anybody."""
        async with context.units.read() as connection:
            program = await _own(connection, program_id, identity)
            figures = await Questions(connection).figures(program)
        return PulseFigures(
            items=[
                PulseFigureView(
                    round=figure.round,
                    question=figure.question,
                    answers=figure.answers,
                    mean=round(figure.total * 100 / figure.answers),
                )
                for figure in figures
            ]
        )

    return router


async def _own(connection: AsyncConnection, program_id: UUID, identity: Identity) -> ProgramId:
    if not await coordinates(connection, program_id, identity.require_person()):
        raise NoSuchProgram
    return ProgramId(program_id)
