"""Other times for a session, so that whoever cannot come has something to choose from."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from services.scheduling.domain.slots import MemberTime, NoSharedSlot, find_slot
from services.scheduling.domain.span import Span

# A choice of three times in a row is none: each lies on another day, or at the other end of it.
_APART: Final = timedelta(hours=12)
_AROUND: Final = timedelta(days=14)


def window_around(current: Span, *, match_ends_at: datetime, now: datetime) -> Span | None:
    """Two weeks before and after the present time, not before now nor after the match's end."""
    start, end = max(now, current.start - _AROUND), min(match_ends_at, current.end + _AROUND)
    return Span(start, end) if start < end else None


def alternatives(
    members: Sequence[MemberTime], *, current: Span, window: Span, not_before: datetime, count: int
) -> tuple[Span, ...]:
    """Up to `count` shared slots as long as `current`, at least 12 hours apart, the best first.

    None of them overlaps `current`. For errors see `slots.find_slot`.
    """
    found: list[Span] = []
    first, *others = members
    while len(found) < count:
        first = replace(first, busy=(*first.busy, _kept_free(found[-1]) if found else current))
        slot = find_slot([first, *others], window=window, length=current.length, not_before=not_before)
        if isinstance(slot, NoSharedSlot):
            break
        found.append(slot)
    return tuple(found)


def _kept_free(slot: Span) -> Span:
    return Span(slot.start - _APART, slot.end + _APART)
