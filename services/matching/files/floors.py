"""The highest score that everybody's pair can reach without losing a pair, by bisection over max-flows."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import max_flow

from services.matching.domain.solver.problem import Problem, SolverFailed


def above(problem: Problem, floor: int) -> tuple[Problem, NDArray[np.int64]]:
    """The problem without its pairs below a score, and the place of each pair that is left."""
    kept = np.flatnonzero(problem.score >= floor)
    first = np.searchsorted(kept, problem.first).astype(np.int64)
    levels = tuple(level[kept] for level in problem.levels)
    left = Problem(
        first,
        problem.mentor[kept],
        problem.score[kept],
        problem.mentee_capacity,
        problem.mentor_capacity,
        levels,
    )
    return left, kept


def most_pairs(problem: Problem) -> int:
    """How many pairs are possible at all."""
    if not problem.edges:
        return 0
    rows, mentees, mentors = problem.rows(), problem.mentees, problem.mentors
    source, sink = mentees + mentors, mentees + mentors + 1
    flow = max_flow.SimpleMaxFlow()
    flow.add_arcs_with_capacity(rows, problem.mentor + np.int32(mentees), np.ones(len(rows), np.int64))
    flow.add_arcs_with_capacity(
        np.full(mentees, source, np.int32), np.arange(mentees, dtype=np.int32), problem.mentee_capacity
    )
    flow.add_arcs_with_capacity(
        np.arange(mentees, source, dtype=np.int32), np.full(mentors, sink, np.int32), problem.mentor_capacity
    )
    status = flow.solve(source, sink)
    if status != flow.OPTIMAL:
        raise SolverFailed(f"OR-tools ended with status {status.name}")
    return int(flow.optimal_flow())


def highest_floor(problem: Problem, pairs: int, told: Callable[[], None]) -> int:
    """The largest score t such that `pairs` pairs of t and more are possible."""
    steps = np.unique(problem.score)
    if not pairs or not len(steps):
        return 0
    low, high = 0, int(np.searchsorted(steps, _hopeless(problem, pairs), side="right"))
    while high - low > 1:
        middle = (low + high) // 2
        if most_pairs(above(problem, int(steps[middle]))[0]) == pairs:
            low = middle
        else:
            high = middle
        told()
    return int(steps[low])


def _hopeless(problem: Problem, pairs: int) -> int:
    """A score that is at least the floor: what the slots' own best pairs allow."""
    best = np.full(problem.mentees, -1, dtype=np.int64)
    np.maximum.at(best, problem.rows(), problem.score)
    slots = np.minimum(problem.mentee_capacity, np.diff(problem.first))
    order = np.argsort(best)[::-1]
    enough = int(np.searchsorted(np.cumsum(slots[order]), pairs))
    return int(best[order[min(enough, len(order) - 1)]])
