"""Rounds of short meetings, each the best among the pairs that may meet then."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.problem import Problem, Solution
from services.matching.domain.solver.solve import solve

Ints = NDArray[np.int64]


def solve_rounds(problem: Problem, rounds: int, told: Callable[[], None]) -> Iterator[tuple[Ints, Solution]]:
    """For each round the chosen edges of the problem, and the solution among those that might meet.

    A pair may meet if neither of the two has met the other more often than anybody else they can meet: so
    none comes again before both have met everybody.
    """
    row, mentor = problem.rows(), problem.mentor
    possible = np.flatnonzero((problem.mentee_capacity[row] > 0) & (problem.mentor_capacity[mentor] > 0))
    met = np.zeros(problem.edges, dtype=np.int64)
    for _ in range(rounds):
        told()
        seen = met[possible]
        least = [
            np.minimum.reduceat(seen[order], starts)[np.cumsum(marks) - 1][np.argsort(order, kind="stable")]
            for order, starts, marks in _groups(row[possible], mentor[possible])
        ]
        open_edges = possible[(seen == least[0]) & (seen == least[1])] if len(possible) else possible
        solution = solve(
            Problem(
                np.searchsorted(open_edges, problem.first).astype(np.int64),
                mentor[open_edges],
                problem.score[open_edges],
                problem.mentee_capacity,
                problem.mentor_capacity,
            )
        )
        chosen = open_edges[solution.chosen]
        met[chosen] += 1
        yield chosen, solution


def _groups(*keys: NDArray[np.int32]) -> Iterator[tuple[Ints, Ints, NDArray[np.bool_]]]:
    """For each key the order that sorts it, where its groups begin, and the marks of these beginnings."""
    for key in keys:
        if not len(key):
            continue
        order = np.argsort(key, kind="stable")
        marks = np.concatenate(([True], np.diff(key[order]) > 0))
        yield order, np.flatnonzero(marks), marks
