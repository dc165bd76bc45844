"""The best shared slot of two or more people.

A slot starts on a quarter of an hour in UTC, lies wholly in everybody's open time, outside everybody's busy
time, inside the window, and not before the notice is over. Among the slots there are:

1. the earliest working day wins: a slot's day is the latest of the local dates on which its members' working
   day began, so a pair in one zone gets its own calendar day and no order of the members matters;
2. on that day, the slot whose middle is nearest the middle of everybody's working day: the member it suits
   least decides (least largest distance), then the sum of the distances;
3. then the earlier one.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import reduce
from typing import Final
from zoneinfo import ZoneInfo

from services.scheduling.domain.ids import PersonId
from services.scheduling.domain.open_time import WorkingDay, working_days
from services.scheduling.domain.span import Span, intersection, merged, without
from services.scheduling.domain.working_hours import WorkingHours
from shared.errors import Invalid

GRID: Final = timedelta(minutes=15)
MAX_WINDOW: Final = timedelta(days=120)
MIN_LENGTH: Final = timedelta(minutes=5)
MAX_LENGTH: Final = timedelta(hours=8)
MAX_MEMBERS: Final = 50
_MIN_MEMBERS: Final = 2
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class MembersOutOfRange(Invalid):
    code = "members_out_of_range"


class MemberTwice(Invalid):
    code = "member_twice"


class WindowTooLong(Invalid):
    code = "window_too_long"


class LengthOutOfRange(Invalid):
    code = "length_out_of_range"


class NoSlotReason(StrEnum):
    """Why there is no slot; the first that holds, in this order."""

    NOTICE_FILLS_WINDOW = "notice_fills_window"
    MEMBER_HAS_NO_OPEN_TIME = "member_has_no_open_time"
    HOURS_DO_NOT_OVERLAP = "hours_do_not_overlap"
    EVERY_OVERLAP_IS_BUSY = "every_overlap_is_busy"


@dataclass(frozen=True, slots=True)
class NoSharedSlot:
    """Nobody can be booked. `members` are those without open time, else empty; in the order of their ids."""

    reason: NoSlotReason
    members: tuple[PersonId, ...] = ()


@dataclass(frozen=True, slots=True)
class MemberTime:
    """One member's working days in the window, and what takes their time (booked sessions included)."""

    person_id: PersonId
    days: tuple[WorkingDay, ...]
    busy: tuple[Span, ...] = ()


def member_time(
    person_id: PersonId,
    *,
    hours: WorkingHours,
    zone: ZoneInfo,
    holidays: frozenset[date],
    busy: Sequence[Span],
    window: Span,
) -> MemberTime:
    """A member's time over every local date that `window` touches."""
    first, last = (instant.astimezone(zone).date() for instant in (window.start, window.end))
    return MemberTime(person_id, working_days(hours, zone, first, last, holidays), tuple(busy))


def find_slot(
    members: Sequence[MemberTime], *, window: Span, length: timedelta, not_before: datetime
) -> Span | NoSharedSlot:
    """The best slot of `length` for all `members` (see above), or why there is none.

    `not_before` is now and the minimum notice together, in UTC.

    Raises:
        MembersOutOfRange: fewer than 2 or more than `MAX_MEMBERS`.
        MemberTwice: a person is listed twice.
        WindowTooLong: longer than `MAX_WINDOW`.
        LengthOutOfRange: outside `MIN_LENGTH` to `MAX_LENGTH`.
    """
    _check(members, window, length)
    start = max(window.start, not_before)
    if start + length > window.end:
        return NoSharedSlot(NoSlotReason.NOTICE_FILLS_WINDOW)
    usable = Span(start, window.end)
    open_times = [_open_time(member, usable) for member in members]
    closed = sorted(m.person_id for m, spans in zip(members, open_times, strict=True) if not spans)
    if closed:
        return NoSharedSlot(NoSlotReason.MEMBER_HAS_NO_OPEN_TIME, tuple(closed))
    shared = reduce(intersection, open_times)
    if next(_starts(shared, length), None) is None:
        return NoSharedSlot(NoSlotReason.HOURS_DO_NOT_OVERLAP)
    free = without(shared, [span for member in members for span in member.busy])
    best = _best_start(_starts(free, length), [_Calendar(member) for member in members], length)
    return NoSharedSlot(NoSlotReason.EVERY_OVERLAP_IS_BUSY) if best is None else Span(best, best + length)


def check_members(count: int) -> None:
    """MembersOutOfRange unless so many may meet."""
    if not _MIN_MEMBERS <= count <= MAX_MEMBERS:
        raise MembersOutOfRange(members=count, limit=MAX_MEMBERS)


def check_length(length: timedelta) -> None:
    """LengthOutOfRange unless a session may be so long."""
    if not MIN_LENGTH <= length <= MAX_LENGTH:
        raise LengthOutOfRange(minutes=length // timedelta(minutes=1))


class _Calendar:
    """Finds the working day an instant belongs to."""

    def __init__(self, member: MemberTime) -> None:
        entries = sorted((span.start, day) for day in member.days for span in day.spans)
        self._starts = [start for start, _ in entries]
        self._days = [(day.date, day.middle) for _, day in entries]

    def day_at(self, instant: datetime) -> tuple[date, datetime]:
        return self._days[bisect_right(self._starts, instant) - 1]


def _best_start(
    starts: Iterator[datetime], calendars: Sequence[_Calendar], length: timedelta
) -> datetime | None:
    best: tuple[date, timedelta, timedelta, datetime] | None = None
    for start in starts:
        days = [calendar.day_at(start) for calendar in calendars]
        day = max(date_ for date_, _ in days)
        if best is not None and day > best[0]:
            break
        distances = [abs(start + length / 2 - middle) for _, middle in days]
        candidate = (day, max(distances), sum(distances, timedelta()), start)
        best = candidate if best is None else min(best, candidate)
    return best[3] if best is not None else None


def _open_time(member: MemberTime, usable: Span) -> tuple[Span, ...]:
    return intersection(merged(span for day in member.days for span in day.spans), (usable,))


def _starts(spans: Sequence[Span], length: timedelta) -> Iterator[datetime]:
    for span in spans:
        start = _EPOCH + -((_EPOCH - span.start) // GRID) * GRID
        while start + length <= span.end:
            yield start
            start += GRID


def _check(members: Sequence[MemberTime], window: Span, length: timedelta) -> None:
    check_members(len(members))
    if len({member.person_id for member in members}) < len(members):
        raise MemberTwice
    if window.length > MAX_WINDOW:
        raise WindowTooLong(days=window.length.days, limit=MAX_WINDOW.days)
    check_length(length)
