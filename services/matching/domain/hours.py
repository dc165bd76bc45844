"""How much working time two people share in the worst week of a program.

A week is a bit mask over UTC, one bit for each quarter of an hour from Monday 00:00; common time is the
population count of an AND. A quarter counts when one interval covers it whole, so hours that do not start
and end on a quarter are rounded inwards. Every offset in use today is a multiple of 15 minutes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY_MINUTES = 24 * 60
SLOT_MINUTES = 15
DAY_SLOTS = DAY_MINUTES // SLOT_MINUTES
WEEK_SLOTS = 7 * DAY_SLOTS
SLOT_SECONDS = SLOT_MINUTES * 60
LAST_WEEKDAY = 6

_WEEK = (1 << WEEK_SLOTS) - 1


class InvalidHours(ValueError):
    """Working hours that name no real zone or no real interval, or weeks that do not start on a Monday."""


@dataclass(frozen=True, slots=True, order=True)
class LocalInterval:
    """Working time from `start_minute` on `weekday` (0 = Monday), in minutes after local midnight.

    `end_minute` may pass 1,440: the interval then runs into the next day. It lasts at most 24 hours.
    """

    weekday: int
    start_minute: int
    end_minute: int

    def __post_init__(self) -> None:
        starts = 0 <= self.weekday <= LAST_WEEKDAY and 0 <= self.start_minute < DAY_MINUTES
        if not (starts and self.start_minute < self.end_minute <= self.start_minute + DAY_MINUTES):
            raise InvalidHours(f"no interval of a week: {self}")


@dataclass(frozen=True, slots=True)
class WeeklyHours:
    """When somebody works in every week, by the clock of an IANA zone; intervals may overlap."""

    zone: str
    intervals: tuple[LocalInterval, ...]

    def __post_init__(self) -> None:
        _zone(self.zone)
        object.__setattr__(self, "intervals", tuple(sorted(set(self.intervals))))


def shared_minutes_in_worst_week(a: WeeklyHours, b: WeeklyHours, weeks: Sequence[date]) -> int:
    """The smallest common working time, in minutes, over the weeks (UTC, each named by its Monday).

    Raises InvalidHours without weeks or for a week that does not start on a Monday.
    """
    if not weeks:
        raise InvalidHours("a program without weeks")
    return min((week_mask(a, week) & week_mask(b, week)).bit_count() for week in weeks) * SLOT_MINUTES


@lru_cache(maxsize=65_536)
def week_mask(hours: WeeklyHours, monday: date) -> int:
    """The quarters of the UTC week that fall into the hours; bit 0 is Monday 00:00 UTC.

    Every instant is read on the local clock, so that an hour that a time change repeats counts twice and one
    that it skips does not count.
    """
    ring = _local_ring(hours.intervals)
    doubled = ring | ring << WEEK_SLOTS
    mask = 0
    for first, length, offset in _offset_runs(hours.zone, monday):
        piece = doubled >> (first + offset) % WEEK_SLOTS
        mask |= (piece & ((1 << length) - 1)) << first
    return mask


def distinct_weeks(zones: Iterable[str], weeks: Sequence[date]) -> tuple[date, ...]:
    """The first of all weeks in which the given zones keep the same offsets; the rest would repeat it."""
    ordered = sorted(set(zones))
    seen: dict[tuple[tuple[tuple[int, int, int], ...], ...], date] = {}
    for week in weeks:
        seen.setdefault(tuple(_offset_runs(zone, week) for zone in ordered), week)
    return tuple(seen.values())


def offset_minutes(zone: str, monday: date) -> int:
    """How far the zone's clock is ahead of UTC at the start of that week, in minutes."""
    return _offset_slots(zone, _week_start(monday)) * SLOT_MINUTES


@lru_cache(maxsize=4_096)
def _local_ring(intervals: tuple[LocalInterval, ...]) -> int:
    """The local week as bits; what runs past Sunday midnight comes round to Monday."""
    ring = 0
    for interval in intervals:
        first = -(-interval.start_minute // SLOT_MINUTES)
        length = interval.end_minute // SLOT_MINUTES - first
        if length > 0:
            ring |= ((1 << length) - 1) << (interval.weekday * DAY_SLOTS + first)
    return (ring & _WEEK) | ring >> WEEK_SLOTS


@lru_cache(maxsize=65_536)
def _offset_runs(zone: str, monday: date) -> tuple[tuple[int, int, int], ...]:
    """The week as (first slot, slots, offset in slots); a zone changes its offset at most once a day."""
    start = _week_start(monday)
    offsets: list[int] = []
    for day in range(7):
        opening = start + timedelta(days=day)
        before, after = _offset_slots(zone, opening), _offset_slots(zone, opening + timedelta(days=1))
        if before == after:
            offsets += [before] * DAY_SLOTS
        else:
            quarters = (opening + timedelta(minutes=SLOT_MINUTES * slot) for slot in range(DAY_SLOTS))
            offsets += [_offset_slots(zone, quarter) for quarter in quarters]
    starts = [0] + [slot for slot in range(1, WEEK_SLOTS) if offsets[slot] != offsets[slot - 1]]
    ends = [*starts[1:], WEEK_SLOTS]
    return tuple((first, end - first, offsets[first]) for first, end in zip(starts, ends, strict=True))


def _offset_slots(zone: str, instant: datetime) -> int:
    offset = instant.astimezone(_zone(zone)).utcoffset() or timedelta()
    slots, rest = divmod(int(offset.total_seconds()), SLOT_SECONDS)
    if rest:
        raise InvalidHours(f"the offset of {zone} at {instant} is no multiple of {SLOT_MINUTES} minutes")
    return slots


def _week_start(monday: date) -> datetime:
    if monday.weekday() != 0:
        raise InvalidHours(f"{monday} is no Monday")
    return datetime.combine(monday, time(), UTC)


@lru_cache(maxsize=1_024)
def _zone(key: str) -> ZoneInfo:
    try:
        return ZoneInfo(key)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidHours(f"no such time zone: {key!r}") from error
