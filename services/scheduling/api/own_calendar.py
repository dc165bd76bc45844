"""A person's calendar: what is booked, and what could not be."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query

from services.scheduling.api.context import Context, View, read_time_cursor, time_cursor
from services.scheduling.api.session_view import SessionView
from services.scheduling.domain.ids import MatchId, PersonId
from services.scheduling.domain.match import Match, UnscheduledReason
from services.scheduling.persistence.matches import Matches
from services.scheduling.persistence.sessions import Sessions
from shared.errors import NotFound
from shared.http.auth import CurrentIdentity, allow_signed_in
from shared.http.pages import Page, Pages
from shared.instants import Instant


class UnscheduledView(View):
    """A match without a session to come."""

    match_id: UUID
    reason: UnscheduledReason
    since: datetime

    @classmethod
    def of(cls, match: Match) -> Self:
        if match.unscheduled is None:
            raise NotFound
        return cls(match_id=match.id, reason=match.unscheduled.reason, since=match.unscheduled.since)


def own_calendar_routes(context: Context) -> APIRouter:
    """Reading one's calendar."""
    router = APIRouter(prefix="/me", tags=["sessions"], dependencies=[allow_signed_in()])

    @router.get("/sessions")
    async def my_sessions(
        pages: Pages, identity: CurrentIdentity, since: Annotated[Instant | None, Query()] = None
    ) -> Page[SessionView]:
        """The caller's sessions that end after `since` (now, when it is not given), by time."""
        person, after = PersonId(identity.require_person()), pages.after(read_time_cursor)
        async with context.units.read() as connection:
            rows = await Sessions(connection).page_of_person(
                person, since=since or context.clock.now(), after=after, limit=pages.fetch
            )
        return pages.page(
            [SessionView.of(row, person) for row in rows],
            key=lambda view: time_cursor(view.starts_at, view.session_id),
        )

    @router.get("/unscheduled")
    async def my_unscheduled(pages: Pages, identity: CurrentIdentity) -> Page[UnscheduledView]:
        """The caller's matches for which no session could be booked yet, and why."""
        person, after = PersonId(identity.require_person()), pages.after(UUID)
        async with context.units.read() as connection:
            rows = await Matches(connection).unscheduled_of_person(
                person, after=MatchId(after) if after else None, limit=pages.fetch
            )
        return pages.page([UnscheduledView.of(row) for row in rows], key=lambda view: view.match_id)

    return router
