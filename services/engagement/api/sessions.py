"""Logging sessions."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.engagement.api.context import Body, Code, Context, Made, View
from services.engagement.domain.ids import MatchId, PersonId, SessionId, SessionLogId
from services.engagement.domain.session_log import Outcome, SessionLog
from services.engagement.handlers.sessions import LogCommand
from services.engagement.persistence.matches import Matches
from services.engagement.persistence.sessions import Sessions
from shared.http import commands
from shared.http.audit import Audit
from shared.http.auth import CurrentIdentity, allow_signed_in
from shared.http.commands import CurrentCall
from shared.http.pages import Page, Pages
from shared.instants import Instant, read_instant
from shared.persistence.unit_of_work import UnitOfWork


class LogBody(Body):
    """What became of a session; without `session_id` it was in no calendar of ours."""

    outcome: Outcome
    minutes: Annotated[int, Field(ge=0, le=1440)]
    themes: Annotated[tuple[Code, ...], Field(max_length=20)] = ()
    occurred_at: Instant
    session_id: UUID | None = None


class LogView(View):
    session_log_id: UUID
    session_id: UUID | None
    logged_by: UUID
    outcome: Outcome
    minutes: int
    themes: list[str]
    occurred_at: datetime
    logged_at: datetime


def session_routes(context: Context) -> APIRouter:
    """Reading and writing the log."""
    router = APIRouter(
        prefix="/matches/{match_id}/session-logs", tags=["sessions"], dependencies=[allow_signed_in()]
    )

    @router.get("")
    async def list_logs(match_id: UUID, pages: Pages, identity: CurrentIdentity) -> Page[LogView]:
        """The log of a match, the latest session first."""
        person = PersonId(identity.require_person())
        after = pages.after(_key)
        async with context.units.read() as connection:
            match = await Matches(connection).of_member(MatchId(match_id), person)
            logs = await Sessions(connection).page_of_logs(match.id, after=after, limit=pages.fetch)
        return pages.page([_view(log) for log in logs], key=_cursor)

    @router.post("", status_code=201, response_model=Made)
    async def log_session(match_id: UUID, body: LogBody, call: CurrentCall) -> Response:
        """Log a session that was held, or to which somebody did not come."""
        command = LogCommand(
            match_id=MatchId(match_id),
            person_id=PersonId(call.person_id),
            outcome=body.outcome,
            minutes=body.minutes,
            themes=body.themes,
            occurred_at=body.occurred_at,
            session_id=SessionId(body.session_id) if body.session_id else None,
        )

        async def run(uow: UnitOfWork) -> commands.Outcome:
            log = await context.handlers.sessions.log(uow, command)
            return commands.Outcome(body=Made(id=log.id), status=201, subject_id=log.id)

        return await call.run(run, Audit("session_logged", "session_log"))

    return router


def _cursor(view: LogView) -> str:
    return f"{view.occurred_at.isoformat()} {view.session_log_id}"


def _key(cursor: str) -> tuple[datetime, SessionLogId]:
    occurred_at, _, log_id = cursor.partition(" ")
    return read_instant(occurred_at), SessionLogId(UUID(log_id))


def _view(log: SessionLog) -> LogView:
    return LogView(
        session_log_id=log.id,
        session_id=log.session_id,
        logged_by=log.logged_by,
        outcome=log.outcome,
        minutes=log.minutes,
        themes=list(log.themes),
        occurred_at=log.occurred_at,
        logged_at=log.logged_at,
    )
