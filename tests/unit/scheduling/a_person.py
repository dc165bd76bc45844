"""Somebody with a zone, hours, holidays and a calendar."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from services.scheduling.domain.ids import PersonId
from services.scheduling.domain.slots import MemberTime, member_time
from services.scheduling.domain.span import Span
from services.scheduling.domain.tz_database import load_zone
from services.scheduling.domain.working_hours import WorkingHours, default_hours

MONDAY = datetime(2027, 6, 7, tzinfo=UTC)
WEEK = Span(MONDAY, MONDAY + timedelta(days=7))


@dataclass(frozen=True)
class Person:
    """Somebody with a zone and hours, from whom the member's time is made."""

    number: int
    zone: str = "UTC"
    hours: WorkingHours = field(default_factory=default_hours)
    holidays: frozenset[date] = frozenset()
    busy: tuple[Span, ...] = ()

    def time(self, window: Span = WEEK) -> MemberTime:
        return member_time(
            PersonId(UUID(int=self.number)),
            hours=self.hours,
            zone=load_zone(self.zone),
            holidays=self.holidays,
            busy=self.busy,
            window=window,
        )
