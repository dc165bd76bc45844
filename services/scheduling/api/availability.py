"""A person's own time zone and weekly hours."""

from collections.abc import Awaitable
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.scheduling.api.context import Body, Context, View
from services.scheduling.domain.availability import Person, zone_candidates
from services.scheduling.domain.ids import PersonId
from services.scheduling.domain.working_hours import MAX_INTERVALS, WorkingHours, working_hours
from services.scheduling.domain.zones import ZoneDoubt, ZoneSource
from services.scheduling.persistence.people import People
from shared.errors import NotFound
from shared.http.audit import Audit
from shared.http.auth import CurrentIdentity, allow_signed_in
from shared.http.commands import CurrentCall, Outcome
from shared.http.pages import IfMatch, etag


class IntervalBody(Body):
    """Local minutes after midnight of a weekday (0 = Monday); an end past 1440 lies on the next day."""

    weekday: int = Field(ge=0, le=6)
    start_minute: int = Field(ge=0, lt=1440)
    end_minute: int = Field(gt=0, le=2880)


class HoursBody(Body):
    """The whole week."""

    hours: Annotated[tuple[IntervalBody, ...], Field(min_length=1, max_length=MAX_INTERVALS)]

    def week(self) -> WorkingHours:
        return working_hours((each.weekday, each.start_minute, each.end_minute) for each in self.hours)


class ZoneBody(Body):
    """An IANA name: Europe/Berlin."""

    time_zone: Annotated[str, Field(min_length=1, max_length=64)]


class IntervalView(View):
    weekday: int
    start_minute: int
    end_minute: int


class ZoneQuestionView(View):
    """Why the person has to say; the candidates are the country's zones, empty when it is not known."""

    doubt: ZoneDoubt
    candidates: list[str]


class AvailabilityView(View):
    """Without a time zone there is a question, and nothing can be booked."""

    time_zone: str | None
    zone_source: ZoneSource | None
    zone_question: ZoneQuestionView | None
    hours: list[IntervalView]
    own_hours: bool

    @classmethod
    def of(cls, person: Person) -> Self:
        now = person.availability
        if now is None:
            raise NotFound
        return cls(
            time_zone=now.zone,
            zone_source=now.source,
            zone_question=ZoneQuestionView(doubt=now.doubt, candidates=list(zone_candidates(person.place)))
            if now.doubt
            else None,
            hours=[
                IntervalView(weekday=each.weekday, start_minute=each.start_minute, end_minute=each.end_minute)
                for each in now.hours.intervals
            ],
            own_hours=person.own.hours is not None,
        )


def availability_routes(context: Context) -> APIRouter:
    """Reading and setting one's availability."""
    router = APIRouter(prefix="/me/availability", tags=["availability"], dependencies=[allow_signed_in()])
    handlers = context.handlers.availability

    @router.get("")
    async def my_availability(identity: CurrentIdentity, response: Response) -> AvailabilityView:
        """The caller's time zone and weekly hours; the ETag is what an edit has to name."""
        person_id = PersonId(identity.require_person())
        async with context.units.read() as connection:
            person = (await People(connection).get_all([person_id]))[person_id]
        response.headers["ETag"] = etag(person.version)
        return AvailabilityView.of(person)

    @router.put("/time-zone", response_model=AvailabilityView)
    async def choose_zone(body: ZoneBody, version: IfMatch, call: CurrentCall) -> Response:
        """Set the time zone, whatever HR says, also after a move."""
        return await _set_zone(call, body.time_zone, version)

    @router.delete("/time-zone", response_model=AvailabilityView)
    async def follow_place(version: IfMatch, call: CurrentCall) -> Response:
        """Leave the time zone to the place of work again."""
        return await _set_zone(call, None, version)

    @router.put("/hours", response_model=AvailabilityView)
    async def choose_hours(body: HoursBody, version: IfMatch, call: CurrentCall) -> Response:
        """Set the weekly hours, in local time."""
        return await _set_hours(call, body.week(), version)

    @router.delete("/hours", response_model=AvailabilityView)
    async def follow_country(version: IfMatch, call: CurrentCall) -> Response:
        """Leave the weekly hours to what is usual in the country again."""
        return await _set_hours(call, None, version)

    async def _set_zone(call: CurrentCall, zone: str | None, version: int) -> Response:
        person = PersonId(call.person_id)
        return await call.run(
            lambda uow: _answer(handlers.choose_zone(uow, person, zone, version)),
            _audit("time_zone_set", person),
        )

    async def _set_hours(call: CurrentCall, hours: WorkingHours | None, version: int) -> Response:
        person = PersonId(call.person_id)
        return await call.run(
            lambda uow: _answer(handlers.choose_hours(uow, person, hours, version)),
            _audit("working_hours_set", person),
        )

    return router


async def _answer(change: Awaitable[Person]) -> Outcome:
    person = await change
    return Outcome(body=AvailabilityView.of(person), version=person.version)


def _audit(action: str, person: UUID) -> Audit:
    return Audit(action, "person", person)
