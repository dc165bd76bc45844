"""Which records are read, and by whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """The records of one partition from one offset up to another, which is not read any more."""

    topic: str
    partition: int
    begin: int
    end: int

    @property
    def size(self) -> int:
        """Offsets, which are as many records or, on a compacted topic, more."""
        return self.end - self.begin


def total(spans: Iterable[Span]) -> int:
    """Offsets of all spans."""
    return sum(span.size for span in spans)


def shared_out(spans: Iterable[Span], among: int) -> list[tuple[Span, ...]]:
    """Spans in shares of about the same size, fewer when there are fewer spans.

    A key lies in one partition, and no row is written by two keys: so shares need not wait for each other.
    """
    shares: list[list[Span]] = [[] for _ in range(among)]
    for span in sorted(spans, key=lambda span: -span.size):
        min(shares, key=_size).append(span)
    return [tuple(share) for share in shares if share]


def _size(share: Sequence[Span]) -> int:
    return total(share)
