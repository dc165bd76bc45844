"""The optimum over all pairs without listing them: solve a short list, look with its prices, add, repeat.

Prices prove that nobody wants another pair of the list. Whoever would want a pair outside it (a profit above
the accepted one) is found by one pass over all scores; such pairs join the list. When there is none, the same
prices prove the solution among all pairs (column generation; Gilmore and Gomory 1961, Desrosiers and
Lübbecke 2005).
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.levels import last_accepted
from services.matching.domain.solver.market import find_prices
from services.matching.domain.solver.native.engine import Market
from services.matching.domain.solver.native.scan import best_of_rows
from services.matching.domain.solver.problem import (
    Cancel,
    Cancelled,
    EngineUnfit,
    Prices,
    Problem,
    Solution,
    SolverFailed,
)
from services.matching.domain.solver.solve import solve

Ints = NDArray[np.int64]
Indices = NDArray[np.int32]

BLOCK = 1024
"""Rows scored at a time: with 33,000 mentors 135 MB."""
FIRST = 16
"""Pairs of each mentee in the first list."""
MORE = 8
"""Pairs that one round adds for each mentee, at most."""
MOST_ROUNDS = 60


class Scores(Protocol):
    """Scores that are worked out when they are asked for."""

    def block(self, begin: int, end: int) -> Indices:
        """(end - begin, mentors) scores of these mentees, in millionths; below 0: not allowed."""


@dataclass(frozen=True, slots=True)
class AllPairs:
    """The optimum over all pairs: the last list, its solution, and how many pairs each round added."""

    problem: Problem
    solution: Solution
    added: tuple[int, ...]


def solve_all_pairs(
    scores: Scores, slots: Ints, seats: Ints, *, threads: int = 1, cancel: Cancel | None = None
) -> AllPairs:
    """Most pairs, then the best total among all allowed pairs; the same for any number of threads.

    Raises what `solve` raises; EngineUnfit for mentees of several slots; SolverFailed if rounds do not end.
    """
    if slots.max(initial=0) > 1:
        raise EngineUnfit("mentees of several slots")
    price, least = np.zeros(len(seats), dtype=np.int64), np.full(len(slots), -1, dtype=np.int64)
    rows, mentor, score = _look(scores, price, least, FIRST, threads=threads, cancel=cancel)
    added = [len(rows)]
    for _ in range(MOST_ROUNDS):
        problem = _listed(rows, mentor, score, slots, seats)
        solution = _priced(problem, solve(problem, cancel=cancel))
        if solution.prices is None:
            raise SolverFailed("no prices")
        worth = solution.prices.match_value
        profit = problem.score + worth - solution.prices.mentor[problem.mentor]
        least = last_accepted(problem.rows(), profit, slots)
        more = _look(scores, solution.prices.mentor, least - worth, MORE, threads=threads, cancel=cancel)
        added.append(len(more[0]))
        if not added[-1]:
            return AllPairs(problem, solution, tuple(added))
        rows = np.concatenate((rows, more[0]))
        mentor = np.concatenate((mentor, more[1]))
        score = np.concatenate((score, more[2]))
    raise SolverFailed(f"{MOST_ROUNDS} rounds and no end")


def _priced(problem: Problem, solution: Solution) -> Solution:
    if solution.prices is not None:
        return solution
    worth = problem.match_value()
    market = Market(
        problem.first, problem.mentor, problem.score, worth, problem.mentee_capacity, problem.mentor_capacity
    )
    return Solution(solution.chosen, Prices(find_prices(market, solution.chosen), worth), solution.engine)


def _listed(rows: Indices, mentor: Indices, score: Ints, slots: Ints, seats: Ints) -> Problem:
    order = np.lexsort((mentor, rows))
    first = np.zeros(len(slots) + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows, minlength=len(slots)), out=first[1:])
    return Problem(first, mentor[order], score[order], slots, seats)


def _look(
    scores: Scores, price: Ints, least: Ints, most: int, *, threads: int, cancel: Cancel | None
) -> tuple[Indices, Indices, Ints]:
    """Every mentee's best pairs with a profit above `least`: rows, mentors, scores."""
    found = []
    with ThreadPoolExecutor(threads) as pool:
        for begin in range(0, len(least), BLOCK):
            if cancel is not None and cancel():
                raise Cancelled
            block = scores.block(begin, min(begin + BLOCK, len(least)))
            best = np.empty((len(block), most), dtype=np.int32)
            count = np.zeros(len(block), dtype=np.int32)
            cuts = np.linspace(0, len(block), threads + 1).astype(int).tolist()
            jobs = [
                pool.submit(
                    best_of_rows,
                    block[low:high],
                    price,
                    least[begin + low : begin + high],
                    best[low:high],
                    count[low:high],
                )
                for low, high in pairwise(cuts)
            ]
            for job in jobs:
                job.result()
            row, at = np.nonzero(np.arange(most) < count[:, None])
            mentor = best[row, at]
            found.append(((row + begin).astype(np.int32), mentor, block[row, mentor].astype(np.int64)))
    empty = (np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0, np.int64))
    rows, mentors, values = zip(empty, *found, strict=True)
    return np.concatenate(rows), np.concatenate(mentors), np.concatenate(values)
