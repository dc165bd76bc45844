"""What every route works with."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.scheduling.domain.ids import SessionId
from services.scheduling.handlers import Handlers
from services.scheduling.persistence.calendars import Holidays
from services.scheduling.settings import SchedulingSettings
from shared.clock import Clock
from shared.instants import read_instant
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


def time_cursor(starts_at: datetime, key: UUID) -> str:
    """A place in a list by time."""
    return f"{starts_at.isoformat()} {key}"


def read_time_cursor(cursor: str) -> tuple[datetime, SessionId]:
    """The place that `time_cursor` wrote; ValueError for anything else."""
    instant, _, key = cursor.partition(" ")
    return read_instant(instant), SessionId(UUID(key))
