"""What the coordinators of a program see: times and states, never who said what."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.api.context import Context, View, read_time_cursor, time_cursor
from services.scheduling.api.own_calendar import UnscheduledView
from services.scheduling.domain.ids import MatchId, PersonId, ProgramId
from services.scheduling.domain.planning_errors import NoSuchMatch, NoSuchProgram
from services.scheduling.domain.session import SessionState
from services.scheduling.domain.zones import ZoneDoubt
from services.scheduling.persistence.matches import Matches
from services.scheduling.persistence.programs import Programs
from services.scheduling.persistence.sessions import Sessions
from shared.http.auth import CurrentIdentity, GlobalRole, Identity, allow
from shared.http.pages import Page, Pages


class SessionTimeView(View):
    session_id: UUID
    state: SessionState
    starts_at: datetime
    ends_at: datetime


class ZoneQuestionOfView(View):
    """Somebody who has to name the own time zone, and why; the place is not told."""

    person_id: UUID
    doubt: ZoneDoubt


def coordination_routes(context: Context) -> APIRouter:
    """Reading for coordinators."""
    router = APIRouter(tags=["coordination"], dependencies=[allow(GlobalRole.COORDINATOR)])

    @router.get("/matches/{match_id}/sessions")
    async def sessions_of_match(
        match_id: UUID, pages: Pages, identity: CurrentIdentity
    ) -> Page[SessionTimeView]:
        """The sessions of a match, by time."""
        after = pages.after(read_time_cursor)
        async with context.units.read() as connection:
            match = await Matches(connection).get(MatchId(match_id))
            if match is None or not await _coordinates(connection, match.program_id, identity):
                raise NoSuchMatch
            rows = await Sessions(connection).page_of_match(match.id, after=after, limit=pages.fetch)
        views = [
            SessionTimeView(
                session_id=row.session_id,
                state=row.state,
                starts_at=row.time.start,
                ends_at=row.time.end,
            )
            for row in rows
        ]
        return pages.page(views, key=lambda view: time_cursor(view.starts_at, view.session_id))

    @router.get("/programs/{program_id}/unscheduled")
    async def unscheduled_of_program(
        program_id: UUID, pages: Pages, identity: CurrentIdentity
    ) -> Page[UnscheduledView]:
        """Active matches of a program without a session to come, and why."""
        after = pages.after(UUID)
        async with context.units.read() as connection:
            program = await _own_program(connection, program_id, identity)
            rows = await Matches(connection).unscheduled_of_program(
                program, after=MatchId(after) if after else None, limit=pages.fetch
            )
        return pages.page([UnscheduledView.of(row) for row in rows], key=lambda view: view.match_id)

    @router.get("/programs/{program_id}/zone-questions")
    async def zone_questions_of_program(
        program_id: UUID, pages: Pages, identity: CurrentIdentity
    ) -> Page[ZoneQuestionOfView]:
        """Members of the program's open matches who have to name their time zone."""
        after = pages.after(UUID)
        async with context.units.read() as connection:
            program = await _own_program(connection, program_id, identity)
            rows = await Matches(connection).zone_questions(
                program, after=PersonId(after) if after else None, limit=pages.fetch
            )
        views = [ZoneQuestionOfView(person_id=person, doubt=ZoneDoubt(doubt)) for person, doubt in rows]
        return pages.page(views, key=lambda view: view.person_id)

    return router


async def _own_program(connection: AsyncConnection, program_id: UUID, identity: Identity) -> ProgramId:
    program = ProgramId(program_id)
    if not await _coordinates(connection, program, identity):
        raise NoSuchProgram
    return program


async def _coordinates(connection: AsyncConnection, program_id: ProgramId, identity: Identity) -> bool:
    person = PersonId(identity.require_person())
    return await Programs(connection).coordinates(program_id, person)
