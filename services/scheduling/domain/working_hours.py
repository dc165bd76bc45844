"""When a person works in a week, in local wall-clock minutes, and the rules such hours must keep."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from services.scheduling.domain.zones import country_code
from shared.errors import Invalid

MINUTES_A_DAY: Final = 24 * 60
MAX_INTERVALS: Final = 14
_WEEK: Final = 7 * MINUTES_A_DAY
_FIELD: Final = "hours"
_NINE: Final = 9 * 60
_FIVE: Final = 17 * 60

# Monday is 0. Working weeks that are not Monday to Friday: Unicode CLDR `weekData` (weekendStart,
# weekendEnd), completed from the `holidays` library for the countries CLDR leaves at the default.
# The United Arab Emirates have worked Monday to Friday since 2022.
_SUNDAY_TO_THURSDAY: Final = (6, 0, 1, 2, 3)
_SATURDAY_TO_WEDNESDAY: Final = (5, 6, 0, 1, 2)
_MONDAY_TO_FRIDAY: Final = (0, 1, 2, 3, 4)
_WORKING_WEEK: Final[dict[str, tuple[int, ...]]] = {
    **dict.fromkeys(("BD", "BH", "DJ", "DZ", "EG", "IL", "IQ", "JO", "KW"), _SUNDAY_TO_THURSDAY),
    **dict.fromkeys(("LY", "MV", "OM", "PS", "QA", "SA", "SD", "SY", "YE"), _SUNDAY_TO_THURSDAY),
    **dict.fromkeys(("AF", "IR"), _SATURDAY_TO_WEDNESDAY),
    "BN": (0, 1, 2, 3, 5),
}


class HoursRefused(Invalid):
    """The weekly hours break a rule; the parameters name the interval."""

    code = "hours_refused"


class NoInterval(HoursRefused):
    code = "no_interval"


class TooManyIntervals(HoursRefused):
    code = "too_many_intervals"


class WeekdayOutOfRange(HoursRefused):
    code = "weekday_out_of_range"


class MinuteOutOfRange(HoursRefused):
    code = "minute_out_of_range"


class EmptyInterval(HoursRefused):
    code = "empty_interval"


class IntervalsOverlap(HoursRefused):
    code = "intervals_overlap"


@dataclass(frozen=True, slots=True, order=True)
class WeeklyInterval:
    """Local minutes after midnight of `weekday` (0 = Monday); an end past 1440 lies on the next day.

    At most 24 hours long; it starts on its own day: 0 <= start < 1440, start < end <= start + 1440.
    """

    weekday: int
    start_minute: int
    end_minute: int


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """A valid week, its intervals in order. Touching intervals are allowed, overlapping ones are not.

    Raises:
        HoursRefused: one of its kinds; Sunday's interval may run into Monday's, which is an overlap too.
    """

    intervals: tuple[WeeklyInterval, ...]

    def __post_init__(self) -> None:
        if not self.intervals:
            raise NoInterval(field=_FIELD)
        if len(self.intervals) > MAX_INTERVALS:
            raise TooManyIntervals(field=_FIELD, intervals=len(self.intervals), limit=MAX_INTERVALS)
        for interval in self.intervals:
            _check(interval)
        object.__setattr__(self, "intervals", tuple(sorted(self.intervals)))
        _check_overlap(self.intervals)


def working_hours(intervals: Iterable[tuple[int, int, int]]) -> WorkingHours:
    """The week made of (weekday, start minute, end minute); for its errors see `WorkingHours`."""
    return WorkingHours(tuple(WeeklyInterval(*interval) for interval in intervals))


def default_hours(country: str | None = None) -> WorkingHours:
    """Nine to five on the working days usual in `country`; Monday to Friday where it is not known."""
    days = _WORKING_WEEK.get(country_code(country) or "", _MONDAY_TO_FRIDAY)
    return working_hours((day, _NINE, _FIVE) for day in days)


def _check(interval: WeeklyInterval) -> None:
    named = {
        "weekday": interval.weekday,
        "start_minute": interval.start_minute,
        "end_minute": interval.end_minute,
    }
    if not 0 <= interval.weekday <= 6:  # noqa: PLR2004 - Sunday
        raise WeekdayOutOfRange(field=_FIELD, **named)
    if interval.end_minute == interval.start_minute:
        raise EmptyInterval(field=_FIELD, **named)
    latest_end = interval.start_minute + MINUTES_A_DAY
    if (
        not 0 <= interval.start_minute < MINUTES_A_DAY
        or not interval.start_minute < interval.end_minute <= latest_end
    ):
        raise MinuteOutOfRange(field=_FIELD, **named)


def _check_overlap(ordered: tuple[WeeklyInterval, ...]) -> None:
    week = [
        (i.weekday * MINUTES_A_DAY + i.start_minute, i.weekday * MINUTES_A_DAY + i.end_minute)
        for i in ordered
    ]
    week.append((week[0][0] + _WEEK, week[0][1] + _WEEK))
    for (_, end), (start, _) in pairwise(week):
        if start < end:
            weekday, minute = divmod(start % _WEEK, MINUTES_A_DAY)
            raise IntervalsOverlap(field=_FIELD, weekday=weekday, start_minute=minute)
