"""Times at which somebody cannot meet, as that person says."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.scheduling.domain.ids import BusyTimeId, PersonId
from services.scheduling.domain.span import Span
from shared.errors import Conflict, Invalid, NotFound

MAX_BUSY_TIMES: Final = 500
MAX_LENGTH: Final = timedelta(days=92)
MAX_AHEAD: Final = timedelta(days=730)


class NoSuchBusyTime(NotFound):
    code = "no_such_busy_time"


class BusyTimePast(Invalid):
    code = "busy_time_past"


class BusyTimeTooLong(Invalid):
    code = "busy_time_too_long"


class BusyTimeTooFar(Invalid):
    code = "busy_time_too_far"


class TooManyBusyTimes(Conflict):
    code = "too_many_busy_times"


@dataclass(frozen=True, slots=True)
class BusyTime:
    id: BusyTimeId
    person_id: PersonId
    time: Span


def check_busy_time(new: BusyTime, *, others: int, now: datetime) -> None:
    """Refuse what is over, longer than 92 days, more than two years ahead, or the 501st.

    Raises:
        BusyTimePast, BusyTimeTooLong, BusyTimeTooFar, TooManyBusyTimes: accordingly.
    """
    if new.time.end <= now:
        raise BusyTimePast(field="ends_at")
    if new.time.length > MAX_LENGTH:
        raise BusyTimeTooLong(field="ends_at", limit=MAX_LENGTH.days)
    if new.time.start > now + MAX_AHEAD:
        raise BusyTimeTooFar(field="starts_at", limit=MAX_AHEAD.days)
    if others >= MAX_BUSY_TIMES:
        raise TooManyBusyTimes(limit=MAX_BUSY_TIMES)
