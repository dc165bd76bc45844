"""Markets that make engines stumble: too few seats, one mentor for all, no difference between any two."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from services.matching.domain.solver.problem import Problem
from tests.bench.matching.markets import FULL, Shape, make


def short(people: int) -> Problem:
    """Three seats for ten people more or less: 30 % are missing."""
    return make(Shape(people=people, spare=-0.3))


def locally_infeasible(people: int) -> Problem:
    """As many seats as people, but each only knows the nearest: some places have too few."""
    return make(Shape(people=people, kind="knn"))


def popular(people: int) -> Problem:
    """Everybody's best is the same mentor."""
    market = make(Shape(people=people, spare=0.1))
    score = market.score.copy()
    score[market.first[:-1]] = FULL
    mentor = market.mentor.copy()
    mentor[market.first[:-1]] = 0
    return replace(market, mentor=mentor, score=score)


def all_equal(people: int) -> Problem:
    """Every pair has the same score."""
    market = make(Shape(people=people))
    return replace(market, score=np.full_like(market.score, FULL // 2))


def empty_side(people: int) -> Problem:
    """Nobody has a seat."""
    market = make(Shape(people=people))
    return replace(market, mentor_capacity=np.zeros_like(market.mentor_capacity))


def locked(people: int) -> Problem:
    """A tenth of the people are locked to one of their candidates: what is left to decide."""
    market = make(Shape(people=people))
    seats = market.mentor_capacity.copy()
    slots = market.mentee_capacity.copy()
    for mentee in range(0, market.mentees, 10):
        for mentor in market.mentor[market.first[mentee] : market.first[mentee + 1]]:
            if seats[mentor]:
                seats[mentor] -= 1
                slots[mentee] = 0
                break
    return replace(market, mentee_capacity=slots, mentor_capacity=seats)


ODD: dict[str, Callable[[int], Problem]] = {
    "30 % of the seats missing": short,
    "too few seats in places": locally_infeasible,
    "one mentor everybody wants most": popular,
    "all scores equal": all_equal,
    "nobody has a seat": empty_side,
    "10 % locked": locked,
}
