"""Most pairs first, then the best total score, then the smallest sum of tie ranks: one min-cost flow.

The flow runs mentee -> mentor -> sink through OR-tools' cost-scaling `SimpleMinCostFlow`, whose
`solve_max_flow_with_min_cost` puts the number of pairs before the cost without a penalty constant. A pair
costs `(1,000,000 - score) * scale + tie` with `tie < width` and `scale = width * most pairs`, so that all
ties of a solution together weigh less than one millionth. `width` is the largest power of two that keeps
64 bits safe.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
from ortools.graph.python import min_cost_flow

ENGINE = "ortools-min-cost-flow"
FULL = 1_000_000
INT64_MAX = 2**63 - 1
HEADROOM = 16
"""Cost scaling multiplies costs by the number of nodes and adds prices; this keeps it far from overflow."""
MIN_WIDTH_BITS = 10
MAX_WIDTH_BITS = 32


class MarketTooLarge(ValueError):
    """Scores and tie ranks of so many people do not fit 64 bits."""


class SolverFailed(RuntimeError):
    """The solver ended without an optimum."""


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
    sink = lefts + rights
    edges = np.array(keys, dtype=np.int32)
    costs = np.array(
        [
            (FULL - score) * scale + (tie >> (64 - shift))
            for score, tie in map(problem.pairs.__getitem__, keys)
        ],
        dtype=np.int64,
    )
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        lefts + edges[:, 1], edges[:, 0], np.ones(len(keys), dtype=np.int64), costs
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        np.arange(lefts, dtype=np.int32),
        np.full(lefts, sink, dtype=np.int32),
        np.array(seats, dtype=np.int64),
        np.zeros(lefts, dtype=np.int64),
    )
    supplies = np.array([*[0] * lefts, *slots, -sum(slots)], dtype=np.int64)
    flow.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), supplies)
    status = flow.solve_max_flow_with_min_cost()
    if status != flow.OPTIMAL:
        raise SolverFailed(f"{ENGINE} ended with status {status.name}")
    taken = np.flatnonzero(flow.flows(arcs))
    return frozenset(keys[index] for index in taken)


def tie_width_bits(most_pairs: int, nodes: int) -> int:
    """How many bits of a tie rank fit below one millionth; raises MarketTooLarge if fewer than 10 do."""
    largest = max(most_pairs, nodes) * HEADROOM * most_pairs * FULL
    bits = min(MAX_WIDTH_BITS, (INT64_MAX // largest).bit_length() - 1)
    if bits < MIN_WIDTH_BITS:
        raise MarketTooLarge(f"{most_pairs} pairs among {nodes} nodes leave {bits} bits for ties")
    return bits
