"""When a person can meet: the latest state of each person, compacted."""

from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.events.base import Event, OpenCode, Part


class ZoneSource(OpenCode):
    """How the time zone came to be known."""

    OWN_CHOICE = "own_choice"
    LOCATION = "location"
    COUNTRY = "country"
    UNKNOWN = "unknown"
    OTHER = "other"


class WeeklyInterval(Part):
    """Working time that starts on a weekday (0 = Monday), in minutes after local midnight.

    An end after 1,440 runs into the next day.
    """

    weekday: int = Field(ge=0, le=6)
    start_minute: int = Field(ge=0, lt=1440)
    end_minute: int = Field(gt=0, le=2880)


class AvailabilityChanged(Event):
    """The time zone and the weekly working hours of one person; without a zone nothing can be booked."""

    type: ClassVar[str] = "mentoring.availability.changed.v1"

    person_id: UUID
    time_zone: str | None = None
    zone_source: ZoneSource = ZoneSource.UNKNOWN
    hours: tuple[WeeklyInterval, ...] = ()
