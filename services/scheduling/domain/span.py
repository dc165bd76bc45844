"""Half-open pieces of time in UTC and the set arithmetic on them; results are sorted and disjoint."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.errors import Invalid


class SpanNotUtc(Invalid):
    code = "span_not_utc"


class SpanEmpty(Invalid):
    code = "span_empty"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` (inclusive) to `end` (exclusive), both aware and in UTC; never empty.

    Raises:
        SpanNotUtc: an instant is naive, or not in UTC.
        SpanEmpty: the end is not after the start.
    """

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.utcoffset() != timedelta(0) or self.end.utcoffset() != timedelta(0):
            raise SpanNotUtc
        if self.end <= self.start:
            raise SpanEmpty

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    @property
    def middle(self) -> datetime:
        return self.start + (self.end - self.start) / 2

    def overlaps(self, other: "Span") -> bool:
        """Whether an instant is in both; spans that only touch do not overlap."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: "Span") -> bool:
        return self.start <= other.start and other.end <= self.end

    def clipped(self, limits: "Span") -> "Span | None":
        start, end = max(self.start, limits.start), min(self.end, limits.end)
        return Span(start, end) if start < end else None


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same instants in as few spans as there can be: overlapping and touching ones become one."""
    result: list[Span] = []
    for span in sorted(spans):
        if result and span.start <= result[-1].end:
            result[-1] = Span(result[-1].start, max(result[-1].end, span.end))
        else:
            result.append(span)
    return tuple(result)


def intersection(left: Sequence[Span], right: Sequence[Span]) -> tuple[Span, ...]:
    """The instants in both; each argument is sorted and disjoint (as `merged` returns it)."""
    result: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        both = left[i].clipped(right[j])
        if both is not None:
            result.append(both)
        if left[i].end <= right[j].end:
            i += 1
        else:
            j += 1
    return tuple(result)


def without(spans: Sequence[Span], taken: Iterable[Span]) -> tuple[Span, ...]:
    """The instants of `spans` (sorted, disjoint) that no span of `taken` covers."""
    result: list[Span] = []
    holes = merged(taken)
    first = 0
    for span in spans:
        while first < len(holes) and holes[first].end <= span.start:
            first += 1
        start = span.start
        for hole in holes[first:]:
            if hole.start >= span.end:
                break
            if hole.start > start:
                result.append(Span(start, hole.start))
            start = max(start, hole.end)
        if start < span.end:
            result.append(Span(start, span.end))
    return tuple(result)
