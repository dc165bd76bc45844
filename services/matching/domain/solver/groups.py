"""Groups of a smallest size: a mentor has nobody, or between `smallest` and all their seats.

Which groups to open is NP-hard in general; for open ones the rest is a flow. Three roads, the best result of
them counts: close the worst group again and again; fill all groups first and close those that cannot be
filled; and, where the market is small enough, branch and bound over open and closed (Land and Doig 1960).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from services.matching.domain.solver.flow import largest_gain
from services.matching.domain.solver.problem import FULL, MarketTooLarge, Problem, Solution, SolverFailed
from services.matching.domain.solver.rematch import Rematch
from services.matching.domain.solver.solve import solve

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

MOST_NODES: Final = 2_000
EDGES_SEARCHED: Final = 1_500_000
"""Nodes times edges of one branch and bound: about a second."""
CLOSED_AT_ONCE: Final = 8
"""Of the groups that cannot be filled one in so many, and at least one, is closed before the next solve."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The best result found; `relaxed` is the optimum without smallest sizes, which bounds every result.

    `complete` says that the search looked at every choice of groups: the result is the best there is.
    """

    chosen: Ints
    relaxed: Solution
    complete: bool


@dataclass(frozen=True, slots=True)
class _Market:
    problem: Problem
    smallest: Ints

    def load(self, chosen: Ints) -> Ints:
        return np.bincount(self.problem.mentor[chosen], minlength=self.problem.mentors)

    def too_small(self, chosen: Ints) -> Mask:
        load = self.load(chosen)
        return (load > 0) & (load < self.smallest)

    def value(self, chosen: Ints) -> tuple[int, int]:
        return len(chosen), int(self.problem.score[chosen].sum())


def usable_seats(problem: Problem, smallest: Ints) -> Ints:
    """The seats of each mentor; none where the group can never be large enough."""
    may_come = problem.mentee_capacity[problem.rows()] > 0
    most = np.bincount(problem.mentor[may_come], minlength=problem.mentors)
    return np.where(np.minimum(most, problem.mentor_capacity) >= smallest, problem.mentor_capacity, 0)


def solve_groups(problem: Problem, smallest: Ints, told: Callable[[], None] = lambda: None) -> Groups:
    """Many pairs first, then a good total; each group of a mentor empty or of `smallest` and more.

    Raises MarketTooLarge and SolverFailed as the engines do.
    """
    problem = _with_seats(problem, usable_seats(problem, smallest))
    market = _Market(problem, smallest)
    relaxed = solve(problem)
    if not market.too_small(relaxed.chosen).any():
        return Groups(relaxed.chosen, relaxed, complete=True)
    best = _close_worst(market, relaxed.chosen, told)
    try:
        filled = _fill_all(market, told)
        best = max(best, filled, key=market.value)
        found, complete = _search(market, best, told)
    except MarketTooLarge:
        return Groups(best, relaxed, complete=False)
    return Groups(found, relaxed, complete)


def _with_seats(problem: Problem, seats: Ints) -> Problem:
    return Problem(problem.first, problem.mentor, problem.score, problem.mentee_capacity, seats)


def _close_worst(market: _Market, chosen: Ints, told: Callable[[], None]) -> Ints:
    """Close the emptiest of the groups that are too small, mend, repeat; then solve with the rest."""
    seats = market.problem.mentor_capacity.copy()
    if market.problem.mentee_capacity.max(initial=0) <= 1:
        living = Rematch(market.problem)
        load = market.load(living.snapshot()[1].chosen)
        while (worst := _worst(load, market.smallest, 1)).size:
            seats[worst] = 0
            for move in living.set_seats(int(worst[0]), 0):
                for mentor, more in ((move.before, -1), (move.after, 1)):
                    if mentor is not None:
                        load[mentor] += more
            told()
        chosen = solve(_with_seats(market.problem, seats)).chosen
    while (worst := _worst(market.load(chosen), market.smallest, CLOSED_AT_ONCE)).size:
        seats[worst] = 0
        chosen = solve(_with_seats(market.problem, seats)).chosen
        told()
    return chosen


def _worst(load: Ints, smallest: Ints, share: int) -> Ints:
    """The groups that lack most of their smallest size; a `share`-th of those too small, at least one."""
    small = np.flatnonzero((load > 0) & (load < smallest))
    order = np.lexsort((small, load[small] / smallest[small]))
    return small[order[: 1 if share == 1 else -(-len(small) // share)]]


def _fill_all(market: _Market, told: Callable[[], None]) -> Ints:
    """Ask every group for its smallest size, and close the worst of those that cannot get it."""
    seats = market.problem.mentor_capacity.copy()
    while True:
        chosen = _filled(market, seats, seats > 0)
        worst = _worst(market.load(chosen), market.smallest, CLOSED_AT_ONCE)
        told()
        if not worst.size:
            return chosen
        seats[worst] = 0


def _search(market: _Market, best: Ints, told: Callable[[], None]) -> tuple[Ints, bool]:
    """Branch and bound from a result; whether everything was looked at within the budget."""
    problem = market.problem
    nodes = min(MOST_NODES, EDGES_SEARCHED // max(problem.edges, 1))
    stack = [(problem.mentor_capacity, np.zeros(problem.mentors, dtype=np.bool_))]
    while stack and nodes:
        nodes -= 1
        seats, must = stack.pop()
        chosen = _filled(market, seats, must)
        load = market.load(chosen)
        if (load[must] < market.smallest[must]).any() or market.value(chosen) <= market.value(best):
            continue
        small = np.flatnonzero(market.too_small(chosen))
        if not small.size:
            best = chosen
            told()
            continue
        group = int(small[np.lexsort((small, -load[small] / market.smallest[small]))[0]])
        closed, opened = seats.copy(), must.copy()
        closed[group], opened[group] = 0, True
        stack += [(closed, must), (seats, opened)]
    return best, not stack


def _filled(market: _Market, seats: Ints, must: Mask) -> Ints:
    """Most pairs, then most seats below the smallest size of the groups that must be, then the total."""
    problem = market.problem
    mentees, mentors = problem.mentees, problem.mentors
    sink = mentees + mentors
    seats = np.minimum(seats, mentees)
    slots = np.minimum(problem.mentee_capacity, mentors)
    if not problem.edges or not seats.any() or not slots.any():
        return np.empty(0, dtype=np.int64)
    past = FULL * int(min(seats.sum(), slots.sum(), problem.edges)) + 1
    if past + FULL > largest_gain(sink):
        raise MarketTooLarge(f"smallest groups among {sink} people")
    low = np.where(must, np.minimum(market.smallest, seats), 0)
    flow = min_cost_flow.SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(
        problem.rows(),
        problem.mentor + np.int32(mentees),
        np.ones(problem.edges, dtype=np.int64),
        FULL - problem.score,
    )
    for capacity, cost in ((low, 0), (seats - low, past)):
        flow.add_arcs_with_capacity_and_unit_cost(
            np.arange(mentees, sink, dtype=np.int32),
            np.full(mentors, sink, dtype=np.int32),
            capacity,
            np.full(mentors, cost, dtype=np.int64),
        )
    supplies = np.concatenate((slots, np.zeros(mentors, dtype=np.int64), [-slots.sum()]))
    flow.set_nodes_supplies(np.arange(sink + 1, dtype=np.int32), supplies)
    status = flow.solve_max_flow_with_min_cost()
    if status != flow.OPTIMAL:
        raise SolverFailed(f"OR-tools ended with status {status.name}")
    return np.flatnonzero(flow.flows(arcs))
