"""Times at which a person cannot meet."""

from datetime import datetime
from typing import Self
from uuid import UUID

from fastapi import APIRouter, Response

from services.scheduling.api.context import Body, Context, View, read_time_cursor, time_cursor
from services.scheduling.domain.busy_time import BusyTime
from services.scheduling.domain.ids import BusyTimeId, PersonId
from services.scheduling.domain.span import Span
from services.scheduling.persistence.busy_times import BusyTimes
from shared.http.audit import Audit
from shared.http.auth import CurrentIdentity, allow_signed_in
from shared.http.commands import CurrentCall, Outcome
from shared.http.pages import Page, Pages
from shared.instants import Instant
from shared.persistence.unit_of_work import UnitOfWork


class BusyTimeBody(Body):
    """From the start to just before the end."""

    starts_at: Instant
    ends_at: Instant


class BusyTimeView(View):
    busy_time_id: UUID
    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of(cls, busy: BusyTime) -> Self:
        return cls(busy_time_id=busy.id, starts_at=busy.time.start, ends_at=busy.time.end)


def busy_time_routes(context: Context) -> APIRouter:
    """Reading, adding and removing one's busy times."""
    router = APIRouter(prefix="/me/busy-times", tags=["availability"], dependencies=[allow_signed_in()])
    handlers = context.handlers.availability

    @router.get("")
    async def my_busy_times(pages: Pages, identity: CurrentIdentity) -> Page[BusyTimeView]:
        """The caller's busy times, the first to end first."""
        person = PersonId(identity.require_person())
        place = pages.after(read_time_cursor)
        async with context.units.read() as connection:
            rows = await BusyTimes(connection).page(
                person, after=(place[0], BusyTimeId(place[1])) if place else None, limit=pages.fetch
            )
        return pages.page(
            [BusyTimeView.of(row) for row in rows],
            key=lambda view: time_cursor(view.ends_at, view.busy_time_id),
        )

    @router.post("", status_code=201, response_model=BusyTimeView)
    async def add_busy_time(body: BusyTimeBody, call: CurrentCall) -> Response:
        """Keep a time free of new sessions; one that is booked already stays."""
        person = PersonId(call.person_id)

        async def run(uow: UnitOfWork) -> Outcome:
            busy = await handlers.add_busy_time(uow, person, Span(body.starts_at, body.ends_at))
            return Outcome(body=BusyTimeView.of(busy), status=201, subject_id=busy.id)

        return await call.run(run, Audit("busy_time_added", "busy_time"))

    @router.delete("/{busy_time_id}", status_code=204, response_class=Response)
    async def remove_busy_time(busy_time_id: UUID, call: CurrentCall) -> Response:
        """The caller can meet then after all."""
        person = PersonId(call.person_id)
        return await call.run(
            lambda uow: handlers.remove_busy_time(uow, person, BusyTimeId(busy_time_id)),
            Audit("busy_time_removed", "busy_time", busy_time_id),
        )

    return router
