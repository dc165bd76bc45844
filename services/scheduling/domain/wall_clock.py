"""Between what a wall clock shows and UTC, right on both sides of every change of the clocks.

Python's own arithmetic on aware local times is wall-clock arithmetic: it silently moves a time that does not
exist and calls the two passes through a repeated hour equal (PEP 495). So everything here is computed in UTC.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import ceil, floor
from typing import Final
from zoneinfo import ZoneInfo

from services.scheduling.domain.span import Span
from shared.errors import Invalid

# No zone changes its offset twice within half a day, so looking that often finds every change.
_STEP: Final = timedelta(hours=12)


class WallTimeNotNaive(Invalid):
    code = "wall_time_not_naive"


class WallTimeDoesNotExist(Invalid):
    """The clocks skip it."""

    code = "wall_time_does_not_exist"


class WallTimeHappensTwice(Invalid):
    """The clocks show it before and after they are put back."""

    code = "wall_time_happens_twice"


def instant_of(wall: datetime, zone: ZoneInfo, *, second_pass: bool | None = None) -> datetime:
    """The UTC instant at which clocks in `zone` show `wall` (naive).

    `second_pass` chooses within a repeated hour; without it such a time is refused, so that somebody asks.

    Raises:
        WallTimeNotNaive: `wall` has a zone of its own.
        WallTimeDoesNotExist: the clocks skip it.
        WallTimeHappensTwice: the clocks show it twice, and `second_pass` does not say which is meant.
    """
    if wall.tzinfo is not None:
        raise WallTimeNotNaive
    passes = [wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    if any(
        instant.astimezone(zone).replace(tzinfo=None, fold=0) != wall.replace(fold=0) for instant in passes
    ):
        raise WallTimeDoesNotExist(wall=wall.isoformat(), zone=str(zone.key))
    if passes[0] != passes[1] and second_pass is None:
        raise WallTimeHappensTwice(wall=wall.isoformat(), zone=str(zone.key))
    return passes[1] if second_pass else passes[0]


def offsets(zone: ZoneInfo, limits: Span) -> Iterator[tuple[Span, timedelta]]:
    """`limits` cut where the clocks of `zone` change, each piece with its offset from UTC; to the second."""
    start = at = limits.start
    offset = _offset(zone, at)
    while at < limits.end:
        ahead = min(at + _STEP, limits.end)
        if _offset(zone, ahead) != offset:
            change = _first_instant_with_another_offset(zone, at, ahead, offset)
            yield Span(start, change), offset
            start, ahead, offset = change, change, _offset(zone, change)
        at = ahead
    if start < limits.end:
        yield Span(start, limits.end), offset


def _offset(zone: ZoneInfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).utcoffset() or timedelta(0)


def _first_instant_with_another_offset(
    zone: ZoneInfo, before: datetime, after: datetime, offset: timedelta
) -> datetime:
    low, high = floor(before.timestamp()), ceil(after.timestamp())
    while high - low > 1:
        half = (low + high) // 2
        if _offset(zone, datetime.fromtimestamp(half, UTC)) == offset:
            low = half
        else:
            high = half
    return datetime.fromtimestamp(high, UTC)
