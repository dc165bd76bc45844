"""Solves a cohort level by level: locked pairs, most pairs, floor, total, yesterday's pairs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.certificate.claim import Objective
from services.matching.domain.solver.problem import Problem
from services.matching.domain.solver.solve import solve
from services.matching.files.cohort import Cohort
from services.matching.files.floors import above, highest_floor, most_pairs
from services.matching.files.refusal import Code, Refused
from services.matching.files.stable import stable_edges
from services.matching.files.wishes import Wishes


@dataclass(frozen=True, slots=True)
class Solved:
    """The chosen edges of the cohort, ascending, locked ones included; prices of the rest where there are."""

    chosen: NDArray[np.int64]
    price: NDArray[np.int64] | None
    engine: str
    best: NDArray[np.int64] | None = None
    """Beside a stable result, the edges of the best total."""
    complete: bool = True
    """Whether the search looked at every choice there is."""


def solve_cohort(cohort: Cohort, wishes: Wishes, told: Callable[[str], None]) -> Solved:
    """Raises Refused for a floor out of reach; MarketTooLarge and SolverFailed as the engines do."""
    problem, places = _open_problem(cohort, wishes)
    floor = _floor(cohort, wishes, problem, told)
    if floor:
        problem, kept = above(problem, floor)
        places = places[kept]
    told("pairs and total")
    solution = solve(problem)
    price = None if solution.prices is None else solution.prices.mentor
    best = _with_locked(places[solution.chosen], wishes)
    if wishes.objective is not Objective.STABLE:
        return Solved(best, price, str(solution.engine))
    told("stable pairs")
    return Solved(_with_locked(places[stable_edges(problem)], wishes), price, "deferred-acceptance", best)


def _with_locked(edges: NDArray[np.int64], wishes: Wishes) -> NDArray[np.int64]:
    return np.sort(np.concatenate((edges, wishes.locked)))


def _open_problem(cohort: Cohort, wishes: Wishes) -> tuple[Problem, NDArray[np.int64]]:
    """What is left to decide once the locked pairs have their places, and where its edges are."""
    scores, locked = cohort.scores, wishes.locked
    levels: tuple[NDArray[np.int64], ...] = ()
    if len(wishes.previous):
        stays = np.zeros(len(scores.column), dtype=np.int64)
        stays[wishes.previous] = 1
        levels = (stays,)
    if not len(locked):
        whole = Problem(
            scores.first, scores.column, scores.score, cohort.rows.capacity, cohort.columns.capacity, levels
        )
        return whole, np.arange(len(scores.column))
    rows = np.searchsorted(scores.first, locked, side="right") - 1
    free = np.ones(len(scores.column), dtype=np.bool_)
    free[locked] = False
    places = np.flatnonzero(free)
    problem = Problem(
        np.searchsorted(places, scores.first).astype(np.int64),
        scores.column[places],
        scores.score[places],
        cohort.rows.capacity - np.bincount(rows, minlength=len(cohort.rows)),
        cohort.columns.capacity - np.bincount(scores.column[locked], minlength=len(cohort.columns)),
        tuple(level[places] for level in levels),
    )
    return problem, places


def _floor(cohort: Cohort, wishes: Wishes, problem: Problem, told: Callable[[str], None]) -> int:
    """The floor that every pair but the locked ones has to reach."""
    if wishes.objective is not Objective.FLOOR and not wishes.least:
        return 0
    told("most pairs")
    pairs = most_pairs(problem)
    if wishes.least:
        reached = most_pairs(above(problem, wishes.least)[0])
        if reached < pairs:
            _refuse(cohort, wishes, problem, pairs=pairs, reached=reached, told=told)
    if wishes.objective is not Objective.FLOOR:
        return wishes.least
    return max(wishes.least, highest_floor(problem, pairs, lambda: told("highest floor")))


def _refuse(
    cohort: Cohort, wishes: Wishes, problem: Problem, *, pairs: int, reached: int, told: Callable[[str], None]
) -> None:
    unit = cohort.scores.unit
    best = unit.show(highest_floor(problem, pairs, lambda: told("highest floor")))
    raise Refused(
        Code.FLOOR_OUT_OF_REACH,
        f"with nobody below {unit.show(wishes.least)} only {reached} pairs are possible, not {pairs};"
        f" the highest floor that costs no pair is {best}",
    )
