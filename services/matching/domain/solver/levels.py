"""Levels below the score: keep to the optimal face, then ask the same question with another worth.

Prices that prove a solution tell which edges any equally good solution may use (profit equal to the last deal
the mentee accepts), which all of them use (a better profit) and who must be full (a price, a profit). A
solution of the edges in between, in which serving those who must be served comes before the level's own sum,
is the best of the face (complementary slackness; Ahuja, Magnanti, Orlin: Network Flows, 1993, ch. 9).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.market import rows_of
from services.matching.domain.solver.native.engine import Market

Ints = NDArray[np.int64]
NOTHING = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Face:
    """What every optimal solution has in common, and the market that is left open.

    `fixed` are edges that all of them use, `open_edges` those that some of them use: a market of its own,
    with the slots and seats that are left. `musts` tells for each open edge how many of its two people
    have to be full.
    """

    fixed: Ints
    open_edges: Ints
    first: Ints
    mentor: NDArray[np.int32]
    musts: Ints
    slots: Ints
    seats: Ints


def optimal_face(market: Market, price: Ints) -> Face:
    """The face that the prices prove."""
    rows, mentor = rows_of(market), market.mentor
    profit = market.worth + market.base - price[mentor]
    last = last_accepted(rows, profit, market.slots)[rows]
    sure = (profit >= 0) & (profit > last)
    slots = market.slots - np.bincount(rows[sure], minlength=len(market.slots))
    seats = market.seats - np.bincount(mentor[sure], minlength=len(market.seats))
    between = (profit >= 0) & (profit == last) & (slots[rows] > 0) & (seats[mentor] > 0)
    first = np.zeros(len(slots) + 1, dtype=np.int64)
    np.cumsum(np.bincount(rows[between], minlength=len(slots)), out=first[1:])
    musts = (last[between] > 0).astype(np.int64) + (price[mentor[between]] > 0)
    return Face(np.flatnonzero(sure), np.flatnonzero(between), first, mentor[between], musts, slots, seats)


def last_accepted(rows: NDArray[np.int32], profit: Ints, slots: Ints) -> Ints:
    """The profit of each mentee's worst deal if the best are taken; 0 where a slot stays free."""
    last = np.zeros(len(slots), dtype=np.int64)
    last[slots == 0] = NOTHING
    degree = np.bincount(rows, minlength=len(slots))
    full = np.flatnonzero((slots > 0) & (degree >= slots))
    begin = np.cumsum(degree) - degree
    if slots.max(initial=0) <= 1:
        np.maximum.at(last, rows, profit)
        return last
    ranked = profit[np.lexsort((-profit, rows))]
    last[full] = np.maximum(0, ranked[begin[full] + slots[full] - 1])
    return last
