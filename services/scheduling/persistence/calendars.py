"""When the members of a match could meet: hours, holidays, busy times and booked sessions together."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final, Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scheduling.domain.availability import Person
from services.scheduling.domain.ids import PersonId, SessionId
from services.scheduling.domain.open_time import open_intervals
from services.scheduling.domain.session import Surroundings
from services.scheduling.domain.slots import MemberTime, member_time
from services.scheduling.domain.span import Span
from services.scheduling.domain.tz_database import load_zone
from services.scheduling.persistence.sessions import Sessions
from services.scheduling.persistence.tables import busy_time

# No zone is a whole day away from UTC, and a shift that began the day before may reach into a span.
_AROUND: Final = timedelta(days=2)


class Holidays(Protocol):
    """Where the public holidays of a place come from."""

    def between(
        self, country: str | None, subdivision: str | None, first: date, last: date
    ) -> frozenset[date]: ...


class Calendars:
    """Reads what bookings are made by; whoever books holds the people's rows first."""

    def __init__(self, connection: AsyncConnection, holidays: Holidays) -> None:
        self._connection = connection
        self._holidays = holidays

    async def member_times(
        self, people: Mapping[PersonId, Person], window: Span, *, moving: SessionId | None = None
    ) -> list[MemberTime]:
        """Everybody's time in the window; the session that is `moving` takes none.

        People without a zone are left out.
        """
        taken: dict[PersonId, list[Span]] = defaultdict(list)
        for booked in await Sessions(self._connection).booked(people, window):
            if booked.session_id != moving:
                taken[booked.person_id].append(booked.time)
        rows = await self._connection.execute(
            select(busy_time).where(
                busy_time.c.person_id.in_(people),
                busy_time.c.ends_at > window.start,
                busy_time.c.starts_at < window.end,
            )
        )
        for row in rows:
            taken[PersonId(row.person_id)].append(Span(row.starts_at, row.ends_at))
        return [
            member_time(
                person.id,
                hours=person.availability.hours,
                zone=load_zone(person.availability.zone),
                holidays=self._days_off(person, window),
                busy=taken[person.id],
                window=window,
            )
            for person in people.values()
            if person.availability and person.availability.zone
        ]

    async def surroundings(self, people: Mapping[PersonId, Person], time: Span) -> Surroundings:
        """What a time is checked against."""
        return Surroundings(
            booked=await Sessions(self._connection).booked(people, time),
            open_time={
                person.id: open_intervals(
                    person.availability.hours,
                    load_zone(person.availability.zone),
                    (time.start - _AROUND).date(),
                    (time.end + _AROUND).date(),
                    self._days_off(person, time),
                )
                for person in people.values()
                if person.availability and person.availability.zone
            },
        )

    def _days_off(self, person: Person, window: Span) -> frozenset[date]:
        first, last = (window.start - _AROUND).date(), (window.end + _AROUND).date()
        return self._holidays.between(person.place.country, person.place.subdivision, first, last)
