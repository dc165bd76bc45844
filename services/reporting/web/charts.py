"""Charts as shapes in a box of 1,000 units: what a template draws, without words."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.reporting.domain.figures import Count, Interval, Tally

WIDTH = 1000
_GAP = 4
_SLOT = 40


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar and its share of the one before it, in millionths; width 0 for what is withheld."""

    code: str
    count: Count
    width: int
    share: int | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a stacked bar."""

    code: str
    count: Count
    x: int
    width: int


@dataclass(frozen=True, slots=True)
class Column:
    """One interval: a column from `top` down, of a chart 100 units high; None: withheld."""

    interval: Interval
    x: int
    top: int | None


def bars(tallies: Sequence[Tally], *, steps: bool = False) -> tuple[Bar, ...]:
    """Bars over the largest of them; `steps` adds the share of the one before."""
    largest = max((tally.count or 0 for tally in tallies), default=0)
    drawn = []
    before: Count = None
    for tally in tallies:
        width = 0 if not tally.count or not largest else max(_GAP, tally.count * WIDTH // largest)
        share = tally.count * 1_000_000 // before if steps and tally.count is not None and before else None
        drawn.append(Bar(tally.code, tally.count, width, share))
        before = tally.count
    return tuple(drawn)


def segments(tallies: Sequence[Tally]) -> tuple[Segment, ...]:
    """A stacked bar of what is known; empty when nothing is."""
    known = sum(tally.count or 0 for tally in tallies)
    drawn, x = [], 0
    for tally in tallies:
        width = (tally.count or 0) * WIDTH // known if known else 0
        drawn.append(Segment(tally.code, tally.count, x, max(0, width - _GAP)))
        x += width
    return tuple(drawn)


def columns(intervals: Sequence[Interval]) -> tuple[Column, ...]:
    """A column an interval, its height the share that was kept."""
    return tuple(
        Column(
            interval,
            place * _SLOT,
            None if interval.share is None else 100 - round(interval.share / 10_000),
        )
        for place, interval in enumerate(intervals)
    )
