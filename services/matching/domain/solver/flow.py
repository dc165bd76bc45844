"""Most pairs first, then the best total gain, by OR-tools: the engine that is always there.

The flow runs mentee -> mentor -> sink through the cost-scaling `SimpleMinCostFlow`, whose
`solve_max_flow_with_min_cost` puts the number of pairs before the cost without a penalty constant. It knows
any capacities of both sides. It returns no prices.
"""

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from services.matching.domain.solver.problem import MarketTooLarge, SolverFailed

INT64_MAX = 2**63 - 1
HEADROOM = 16
"""Cost scaling multiplies costs by the number of nodes and adds prices; this keeps it far from overflow."""


def largest_gain(nodes: int) -> int:
    """The widest range of gains that keeps 64 bits safe in a market of so many people."""
    return INT64_MAX // (HEADROOM * (nodes + 1))


def most_gain(
    rows: NDArray[np.int32],
    mentor: NDArray[np.int32],
    gain: NDArray[np.int64],
    mentee_capacity: NDArray[np.int64],
    mentor_capacity: NDArray[np.int64],
) -> NDArray[np.int64]:
    """The edges of a solution, ascending. Gains are any numbers whose range passes `largest_gain`.

    Raises MarketTooLarge before, SolverFailed after a solve that cannot be trusted.
    """
    mentees, mentors = len(mentee_capacity), len(mentor_capacity)
    slots = np.minimum(mentee_capacity, mentors)
    seats = np.minimum(mentor_capacity, mentees)
    if not len(rows) or not slots.any() or not seats.any():
        return np.empty(0, dtype=np.int64)
    best = int(gain.max())
    if best - int(gain.min()) > largest_gain(mentees + mentors):
        raise MarketTooLarge(f"gains of {best - int(gain.min())} among {mentees + mentors} people")
    sink = mentees + mentors
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        rows, mentor + np.int32(mentees), np.ones(len(rows), dtype=np.int64), best - gain
    )
    flow.add_arcs_with_capacity_and_unit_cost(
        np.arange(mentees, sink, dtype=np.int32),
        np.full(mentors, sink, dtype=np.int32),
        seats,
        np.zeros(mentors, dtype=np.int64),
    )
    supplies = np.concatenate((slots, np.zeros(mentors, dtype=np.int64), [-slots.sum()]))
    flow.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), supplies)
    status = flow.solve_max_flow_with_min_cost()
    if status != flow.OPTIMAL:
        raise SolverFailed(f"OR-tools ended with status {status.name}")
    return np.flatnonzero(flow.flows(arcs))
