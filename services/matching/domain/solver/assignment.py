"""Most pairs first, then the best total score, then the smallest sum of tie ranks, for the people of one run.

A market of a few thousand people fits all its levels into one number, which one solve of `flow` answers: a
pair gains `score * scale - tie` with `tie < width` and `scale = width * most pairs`, so that all ties of a
solution together weigh less than one millionth. `width` is the largest power of two that keeps 64 bits safe.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np

from services.matching.domain.solver.flow import HEADROOM, INT64_MAX, most_gain
from services.matching.domain.solver.problem import FULL, Engine, MarketTooLarge

ENGINE = Engine.FLOW.value
MIN_WIDTH_BITS = 10
MAX_WIDTH_BITS = 32


@dataclass(frozen=True, slots=True)
class AssignmentProblem:
    """Capacities and allowed pairs: (left, right) -> (score in millionths, tie rank of 64 bits)."""

    seats: Sequence[int]
    slots: Sequence[int]
    pairs: Mapping[tuple[int, int], tuple[int, int]]


def engine_version() -> str:
    """Which solver answered, as recorded with each run."""
    return version("ortools")


def solve(problem: AssignmentProblem) -> frozenset[tuple[int, int]]:
    """The chosen pairs; the same for the same problem in whatever order its pairs are listed.

    Raises MarketTooLarge before, SolverFailed after a run that cannot be trusted.
    """
    keys = sorted(problem.pairs)
    lefts, rights = len(problem.seats), len(problem.slots)
    seats = [min(seat, rights) for seat in problem.seats]
    slots = [min(slot, lefts) for slot in problem.slots]
    most = min(sum(seats), sum(slots), len(keys))
    if not most:
        return frozenset()
    shift = tie_width_bits(most, lefts + rights + 1)
    scale = most << shift
    edges = np.array(keys, dtype=np.int32)
    gains = np.array(
        [score * scale - (tie >> (64 - shift)) for score, tie in map(problem.pairs.__getitem__, keys)],
        dtype=np.int64,
    )
    taken = most_gain(
        edges[:, 1],
        edges[:, 0],
        gains,
        np.array(slots, dtype=np.int64),
        np.array(seats, dtype=np.int64),
    )
    return frozenset(keys[index] for index in taken.tolist())


def tie_width_bits(most_pairs: int, nodes: int) -> int:
    """How many bits of a tie rank fit below one millionth; raises MarketTooLarge if fewer than 10 do."""
    largest = max(most_pairs, nodes) * HEADROOM * most_pairs * FULL
    bits = min(MAX_WIDTH_BITS, (INT64_MAX // largest).bit_length() - 1)
    if bits < MIN_WIDTH_BITS:
        raise MarketTooLarge(f"{most_pairs} pairs among {nodes} nodes leave {bits} bits for ties")
    return bits
