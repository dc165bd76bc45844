"""Peers at any size: the half-integral optimum, its odd circles joined two at a time.

Let everybody stand on both sides of an ordinary market. Its optimum, halved, is the best of all fractional
matchings (Balinski 1965): whole pairs, and circles of odd length in which each pair counts half. Its prices
bound every result. A circle can leave any one of its people over; two circles, or a circle and somebody
alone, are joined along the alternating walk that loses least under the prices. Close to the best, not exact.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.market import SOLVERS, find_prices
from services.matching.domain.solver.native.engine import Market
from services.matching.domain.solver.native.peer_walks import join, split
from services.matching.domain.solver.problem import Engine, Problem, SolverFailed
from services.matching.domain.solver.solve import solve

Ints = NDArray[np.int64]
Indices = NDArray[np.int32]

SCANS: Final = 20_000
"""People looked at for one walk, at most."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Everybody on both sides: person i's partners are `partner[first[i]:first[i + 1]]`, ascending."""

    first: Ints
    partner: Indices
    score: Ints
    slots: Ints


@dataclass(frozen=True, slots=True)
class Peers:
    """`mate` is everybody's partner or -1; `seat` a price for each, of the market with two sides."""

    mate: Ints
    seat: Ints
    match_value: int
    circles: int


def cover_of(one: Indices, other: Indices, score: Ints, slots: Ints) -> Cover:
    """From pairs that are each there once."""
    rows, columns = np.concatenate((one, other)), np.concatenate((other, one))
    order = np.argsort(rows.astype(np.int64) * max(len(slots), 1) + columns)
    first = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=len(slots))))).astype(np.int64)
    return Cover(first, columns[order], np.concatenate((score, score))[order], slots)


def solve_peers(cover: Cover) -> Peers:
    """Near the most pairs, then near the best total. Raises what the engines raise."""
    problem = Problem(cover.first, cover.partner, cover.score, cover.slots, cover.slots)
    solution = solve(problem)
    value = problem.match_value()
    rows = problem.rows()
    onward = np.full(len(cover.slots), -1, dtype=np.int64)
    onward[rows[solution.chosen]] = cover.partner[solution.chosen]
    given = solution.prices
    seat = find_prices(_market(cover, value), solution.chosen) if given is None else given.mentor
    worth = value + cover.score
    deal = np.zeros(len(cover.slots), dtype=np.int64)
    np.maximum.at(deal, rows, worth - seat[cover.partner])
    price = np.where(cover.slots > 0, deal + seat, 0)
    closed = (cover.slots[rows] == 0) | (cover.slots[cover.partner] == 0)
    slack = np.where(closed, -1, price[rows] + price[cover.partner] - 2 * worth)
    mate, ring, circles = split(onward, price)
    join(cover.first, cover.partner, slack, price, mate, ring, onward, SCANS)
    return Peers(mate, seat, value, int(circles))


def total_seats(cover: Cover) -> Ints:
    """Prices of seats for the best total alone, whatever the number of pairs."""
    price = SOLVERS[Engine.SCALED_AUCTION](_market(cover, 0), None, None).price
    if price is None:
        raise SolverFailed("no prices")
    return np.where(cover.slots > 0, price, 0)


def _market(cover: Cover, value: int) -> Market:
    return Market(cover.first, cover.partner, cover.score, value, cover.slots, cover.slots)
