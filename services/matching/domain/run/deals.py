"""The allowed pairs of a solved run with their scores, packed so that they can be kept with it."""

from __future__ import annotations

import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from services.matching.domain.run.pairs import Pair

_INT = "i"
_BIG = "q"


@dataclass(frozen=True, slots=True)
class Deals:
    """By mentee's position: the mentors whom the rules allow, rising, and the scores in millionths."""

    starts: array[int]
    mentors: array[int]
    scores: array[int]

    def of(self, mentee: int) -> Iterator[tuple[int, int]]:
        """The allowed mentors of a mentee, each with the score of the pair."""
        first, end = self.starts[mentee], self.starts[mentee + 1]
        return zip(self.mentors[first:end], self.scores[first:end], strict=True)

    def score(self, pair: Pair) -> int | None:
        """The score of a pair; None if it is not allowed."""
        first, end = self.starts[pair[1]], self.starts[pair[1] + 1]
        at = bisect_left(self.mentors, pair[0], first, end)
        return self.scores[at] if at < end and self.mentors[at] == pair[0] else None

    def __len__(self) -> int:
        return len(self.mentors)


def pack_scores(scores: Mapping[Pair, int], mentees: int) -> Deals:
    """The deals of a judged market."""
    counts = [0] * mentees
    for _, mentee in scores:
        counts[mentee] += 1
    starts = array(_BIG, [0])
    for count in counts:
        starts.append(starts[-1] + count)
    ordered = sorted(scores, key=lambda pair: (pair[1], pair[0]))
    return Deals(
        starts,
        array(_INT, [pair[0] for pair in ordered]),
        array(_INT, [scores[pair] for pair in ordered]),
    )


def deals_to_bytes(deals: Deals) -> bytes:
    """The deals, compressed."""
    sizes = array(_BIG, [len(deals.starts), len(deals.mentors)])
    return zlib.compress(
        b"".join(part.tobytes() for part in (sizes, deals.starts, deals.mentors, deals.scores))
    )


def deals_from_bytes(stored: bytes) -> Deals:
    """What `deals_to_bytes` made."""
    raw = memoryview(zlib.decompress(stored))
    people, pairs = _array(_BIG, raw[:16])
    middle = 16 + 8 * people
    end = middle + 4 * pairs
    return Deals(_array(_BIG, raw[16:middle]), _array(_INT, raw[middle:end]), _array(_INT, raw[end:]))


def prices_to_bytes(prices: Sequence[int]) -> bytes:
    """Seat prices, one a mentor, compressed."""
    return zlib.compress(array(_BIG, prices).tobytes())


def prices_from_bytes(stored: bytes) -> tuple[int, ...]:
    """What `prices_to_bytes` made."""
    return tuple(_array(_BIG, memoryview(zlib.decompress(stored))))


def _array(kind: str, raw: memoryview) -> array[int]:
    numbers = array(kind)
    numbers.frombytes(raw)
    return numbers
