"""When the next session should be, from the agreed interval and what happened last."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.scheduling.domain.span import Span
from shared.errors import Invalid

# The window opens half a day early, so that a session in the afternoon may be followed by one in the morning
# of the due day, whatever the zone, and hardly ever by one on the day before.
_EARLY: Final = timedelta(hours=12)
# It stays open for half an interval (then health counts the pair at risk), and over any long weekend.
_LEAST_SLACK: Final = timedelta(days=4)
# Nobody's calendar is filled further ahead, however rare the sessions are.
_MOST_SLACK: Final = timedelta(days=60)
_LONGEST_INTERVAL_DAYS: Final = 3650


class CadenceOutOfRange(Invalid):
    code = "cadence_out_of_range"


@dataclass(frozen=True, slots=True)
class Cadence:
    """Days from one session to the next, and from activation to the end of the first window.

    Raises:
        CadenceOutOfRange: a number is below 1 or above 3650.
    """

    interval_days: int
    first_within_days: int

    def __post_init__(self) -> None:
        for days in (self.interval_days, self.first_within_days):
            if not 1 <= days <= _LONGEST_INTERVAL_DAYS:
                raise CadenceOutOfRange(days=days, limit=_LONGEST_INTERVAL_DAYS)


def first_window(
    cadence: Cadence, *, activated_at: datetime, match_ends_at: datetime, now: datetime
) -> Span | None:
    """Where the first session is looked for: from activation for `first_within_days`, 60 at most.

    When less than half of that is still to come, a window as long begins now. None: the match ends before.
    """
    within = min(timedelta(days=cadence.first_within_days), _MOST_SLACK)
    return _usable(Span(activated_at, activated_at + within), match_ends_at, now)


def next_window(
    cadence: Cadence, *, last_start: datetime, match_ends_at: datetime, now: datetime
) -> Span | None:
    """Where the session after the last held or missed one (it began at `last_start`) is looked for.

    It is due one interval after it; the window closes half an interval later, after 4 days at least and 60 at
    most. When less than half of it is still to come because the log came late, a window as long begins now.
    None: the match ends before.
    """
    interval = timedelta(days=cadence.interval_days)
    due = last_start + interval
    slack = min(max(interval / 2, _LEAST_SLACK), _MOST_SLACK)
    return _usable(Span(due - _EARLY, due + slack), match_ends_at, now)


def _usable(window: Span, match_ends_at: datetime, now: datetime) -> Span | None:
    start, end = max(window.start, now), window.end
    if end - start < window.length / 2:
        end = start + window.length
    end = min(end, match_ends_at)
    return Span(start, end) if start < end else None
