"""What every engine is asked and what it answers, in arrays; nothing here knows what a mentor is like.

The question: the most pairs, then the best total score, then the best total of each further level in turn.
`solve` in `services.matching.domain.solver.solve` answers it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

FULL = 1_000_000
"""The best score of a pair, in millionths."""
MOST_EDGES = 2**31 - 1
MOST_PAIRS = 2**38
"""With `match_value` below 2**58 every sum of a worth, two prices and a distance stays below 2**62."""

Cancel = Callable[[], bool]
"""Asked between the phases of a solve; true ends it with Cancelled."""


class Engine(StrEnum):
    """Who solved it."""

    FLOW = "ortools-min-cost-flow"
    AUCTION = "auction-and-paths"
    SCALED_AUCTION = "scaled-auction-and-paths"
    SEAT_PATHS = "seat-paths"


class MarketTooLarge(ValueError):
    """The numbers of so many people do not fit 64 bits."""


class EngineUnfit(ValueError):
    """The engine asked for by name does not solve this kind of market."""


class SolverFailed(RuntimeError):
    """The solver ended without an optimum."""


class Cancelled(RuntimeError):
    """The caller asked to stop; there is no result."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A sparse market. Scores are millionths; a pair comes at most once; edges sorted by (mentee, mentor).

    `levels` are further objectives by edge, each maximised after all before it without changing their
    values: 0 .. 2**32 - 1.
    """

    first: NDArray[np.int64]
    """(mentees + 1,) where each mentee's edges begin."""
    mentor: NDArray[np.int32]
    """(edges,)"""
    score: NDArray[np.int64]
    """(edges,)"""
    mentee_capacity: NDArray[np.int64]
    """(mentees,) 1 is the usual."""
    mentor_capacity: NDArray[np.int64]
    """(mentors,)"""
    levels: tuple[NDArray[np.int64], ...] = ()

    @property
    def mentees(self) -> int:
        """How many rows there are."""
        return len(self.mentee_capacity)

    @property
    def mentors(self) -> int:
        """How many columns there are."""
        return len(self.mentor_capacity)

    @property
    def edges(self) -> int:
        """How many pairs are allowed."""
        return len(self.mentor)

    def rows(self) -> NDArray[np.int32]:
        """(edges,) the mentee of each edge."""
        rows: NDArray[np.int32] = np.repeat(np.arange(self.mentees, dtype=np.int32), np.diff(self.first))
        return rows

    def most_pairs(self) -> int:
        """An upper bound of the number of pairs."""
        seats = sum(np.minimum(self.mentor_capacity, self.mentees).tolist())
        slots = sum(np.minimum(self.mentee_capacity, self.mentors).tolist())
        return int(min(seats, slots, self.edges))

    def match_value(self) -> int:
        """What one more pair is worth, in millionths: more than all scores together."""
        return FULL * self.most_pairs() + 1


@dataclass(frozen=True, slots=True)
class Prices:
    """A price for each mentor's seat that proves a solution: weak duality holds for any prices >= 0.

    An edge is worth `match_value + score`; `mentor` is in the same unit. The solution is optimal because
    everybody has the best deals `worth - price` there are, and every seat with a price is taken.
    """

    mentor: NDArray[np.int64]
    """(mentors,)"""
    match_value: int

    def at(self, match_value: int) -> NDArray[np.int64]:
        """The same prices where a pair is worth another `match_value`: whole pairs and millionths apart."""
        pairs = (self.mentor + self.match_value // 2) // self.match_value
        prices: NDArray[np.int64] = np.maximum(0, self.mentor + pairs * (match_value - self.match_value))
        return prices


@dataclass(frozen=True, slots=True)
class Solution:
    """The chosen edges, ascending, and the prices of pairs and score where the engine has them."""

    chosen: NDArray[np.int64]
    prices: Prices | None
    engine: str


def check(problem: Problem) -> None:
    """Refuse arrays that no engine may see: ValueError, or MarketTooLarge for what does not fit 64 bits."""
    if problem.edges > MOST_EDGES or problem.most_pairs() > MOST_PAIRS:
        raise MarketTooLarge(f"{problem.edges} allowed pairs")
    _check_starts(problem)
    if min(problem.mentee_capacity.min(initial=0), problem.mentor_capacity.min(initial=0)) < 0:
        raise ValueError("capacity: below zero")
    if problem.score.shape != problem.mentor.shape:
        raise ValueError("score: one an edge")
    if not problem.edges:
        return
    if not 0 <= problem.score.min() <= problem.score.max() <= FULL:
        raise ValueError("score: outside 0..1000000")
    if not 0 <= problem.mentor.min() <= problem.mentor.max() < problem.mentors:
        raise ValueError("mentor: no such column")
    _check_rows(problem)
    for level in problem.levels:
        if level.shape != problem.score.shape or level.min() < 0 or level.max() >= 2**32:
            raise ValueError("levels: one number an edge, 0..2**32-1")


def _check_starts(problem: Problem) -> None:
    first = problem.first
    if first.shape != (problem.mentees + 1,) or first[0] or first[-1] != problem.edges:
        raise ValueError("first: one start a mentee, from 0 to the number of edges")
    if (np.diff(first) < 0).any():
        raise ValueError("first: starts must not fall")


def _check_rows(problem: Problem) -> None:
    ascending = np.diff(problem.mentor) > 0
    starts = problem.first[1:-1]
    ascending[starts[(starts > 0) & (starts < problem.edges)] - 1] = True  # another row begins there
    if not ascending.all():
        raise ValueError("mentor: a row's edges must ascend, each pair once")
