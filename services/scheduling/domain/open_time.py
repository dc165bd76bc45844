"""From weekly hours to the instants at which a person works: zone, changes of the clocks, holidays.

The rule: a person is open at an instant if the clock on the wall there and then reads a time within the
hours. So a skipped hour is no time at all (hours from 02:30 begin when the clocks jump to 03:00), and a
repeated hour counts both times it happens. No holiday is ever open, nor a shift that begins on one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from services.scheduling.domain.span import Span, merged
from services.scheduling.domain.wall_clock import offsets
from services.scheduling.domain.working_hours import MINUTES_A_DAY, WorkingHours
from shared.errors import Invalid

MAX_DAYS: Final = 400
_DAY: Final = timedelta(days=1)


class DatesOutOfRange(Invalid):
    """The dates are in the wrong order, or more than `MAX_DAYS` of them."""

    code = "dates_out_of_range"


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """The working time that begins on the local `date`, although its last hours may lie on the next one.

    `spans` are sorted, disjoint, and not empty.
    """

    date: date
    spans: tuple[Span, ...]

    @property
    def middle(self) -> datetime:
        """Half-way between the day's first and last working instant."""
        return Span(self.spans[0].start, self.spans[-1].end).middle


def working_days(
    hours: WorkingHours, zone: ZoneInfo, first: date, last: date, holidays: frozenset[date]
) -> tuple[WorkingDay, ...]:
    """The open time on the local dates `first` to `last`, both included, by the day on which the work begins.

    Raises:
        DatesOutOfRange: see there.
    """
    if not 0 <= (last - first).days < MAX_DAYS:
        raise DatesOutOfRange(first=first.isoformat(), last=last.isoformat())
    # No offset reaches a whole day, so one day more on each side covers the dates in every zone.
    around = Span(_midnight(first) - _DAY, _midnight(last) + 2 * _DAY)
    pieces = tuple(offsets(zone, around))
    days = []
    for day in _dates(first - _DAY, last):
        spans = merged(
            span
            for start, end in _wall_pieces(hours, day, holidays)
            if first <= start.date() <= last
            for span in _instants(start, end, pieces)
        )
        if spans:
            days.append(WorkingDay(day, spans))
    return tuple(days)


def open_intervals(
    hours: WorkingHours, zone: ZoneInfo, first: date, last: date, holidays: frozenset[date]
) -> tuple[Span, ...]:
    """The same as `working_days` in one sequence, sorted and merged."""
    days = working_days(hours, zone, first, last, holidays)
    return merged(span for day in days for span in day.spans)


def _wall_pieces(
    hours: WorkingHours, day: date, holidays: frozenset[date]
) -> Iterator[tuple[datetime, datetime]]:
    """The shifts that begin on `day` as wall times that are labelled UTC, none across a midnight."""
    if day in holidays:
        return
    for interval in hours.intervals:
        if interval.weekday != day.weekday():
            continue
        yield _wall(day, interval.start_minute), _wall(day, min(interval.end_minute, MINUTES_A_DAY))
        if interval.end_minute > MINUTES_A_DAY and day + _DAY not in holidays:
            yield _wall(day, MINUTES_A_DAY), _wall(day, interval.end_minute)


def _instants(start: datetime, end: datetime, pieces: tuple[tuple[Span, timedelta], ...]) -> Iterator[Span]:
    for piece, offset in pieces:
        span = Span(start - offset, end - offset).clipped(piece)
        if span is not None:
            yield span


def _wall(day: date, minute: int) -> datetime:
    return _midnight(day) + timedelta(minutes=minute)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _dates(first: date, last: date) -> Iterator[date]:
    for days in range((last - first).days + 1):
        yield first + timedelta(days=days)
