"""What every route works with."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from services.scheduling.domain.ids import SessionId
from services.scheduling.handlers import Handlers
from services.scheduling.persistence.calendars import Holidays
from services.scheduling.settings import SchedulingSettings
from shared.clock import Clock
from shared.persistence.unit_of_work import Units


@dataclass(frozen=True, slots=True)
class Context:
    """The parts of the service that routes need."""

    units: Units
    clock: Clock
    handlers: Handlers
    settings: SchedulingSettings
    holidays: Holidays


class Body(BaseModel):
    """What a command is told; an unknown field is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class View(BaseModel):
    """What a route answers."""

    model_config = ConfigDict(frozen=True)


Instant = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC)),
    AfterValidator(lambda instant: instant.astimezone(UTC)),
]
"""A moment with its offset; kept in UTC."""


def time_cursor(starts_at: datetime, key: UUID) -> str:
    """A place in a list by time."""
    return f"{starts_at.isoformat()} {key}"


def read_time_cursor(cursor: str) -> tuple[datetime, SessionId]:
    """The place that `time_cursor` wrote; ValueError for anything else."""
    instant, _, key = cursor.partition(" ")
    moment = datetime.fromisoformat(instant)
    if moment.tzinfo is None:
        message = "no offset"
        raise ValueError(message)
    return moment, SessionId(UUID(key))
