"""A stable result: nobody finds a partner who would rather have them too.

Both sides rank a pair by its score, equal ones by a hash of the pair, so that all pairs stand in one order.
Deferred acceptance by the mentees (Gale and Shapley 1962) then ends where taking the best pair that both
still have a place for ends; there is no other stable result.
"""

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.native.compiled import kernel
from services.matching.domain.solver.problem import Problem

_MIX = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
"""The constants of SplitMix64 (Steele, Lea, Flood 2014)."""


def stable_edges(problem: Problem) -> NDArray[np.int64]:
    """The chosen edges, ascending."""
    rows = problem.rows()
    ties = _mixed(rows.astype(np.uint64) * np.uint64(problem.mentors) + problem.mentor.astype(np.uint64))
    order = np.lexsort((ties, -problem.score))
    taken = _take(order, rows, problem.mentor, problem.mentee_capacity.copy(), problem.mentor_capacity.copy())
    return np.flatnonzero(taken)


def _mixed(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    first, second, third = (np.uint64(constant) for constant in _MIX)
    keys = keys * first + first
    keys = (keys ^ (keys >> np.uint64(30))) * second
    keys = (keys ^ (keys >> np.uint64(27))) * third
    return keys ^ (keys >> np.uint64(31))


@kernel
def _take(
    order: NDArray[np.int64],
    rows: NDArray[np.int32],
    mentor: NDArray[np.int32],
    slots: NDArray[np.int64],
    seats: NDArray[np.int64],
) -> NDArray[np.bool_]:
    taken = np.zeros(len(rows), dtype=np.bool_)
    for edge in order:
        if slots[rows[edge]] > 0 and seats[mentor[edge]] > 0:
            slots[rows[edge]] -= 1
            seats[mentor[edge]] -= 1
            taken[edge] = True
    return taken
