"""What no result can pass, from prices of seats: the whole proof, edge by edge.

One pair is worth `match_value + score`, so that more pairs always come first. If every seat of column j costs
v_j >= 0, no result is worth more than

    sum_j seats_j * v_j  +  sum_i (the slots_i best positive deals `worth - v_j` that row i can get)

(Lagrangian relaxation of the seats.) This holds for any prices: a wrong one can only loosen the bound.
"""

from dataclasses import dataclass

import numpy as np

from services.matching.domain.certificate.compiled import compiled
from services.matching.domain.certificate.market import FULL, Indices, Ints, Market, Mask

_LIMB = 30


@dataclass(frozen=True, slots=True)
class Bound:
    """No result has more than `pairs` pairs; none is worth more than `worth`."""

    worth: int
    match_value: int

    @property
    def pairs(self) -> int:
        """The most pairs."""
        return self.worth // self.match_value

    def total(self, pairs: int) -> int:
        """The best total score of so many pairs, in millionths."""
        return min(self.worth - pairs * self.match_value, pairs * FULL)


def bound_of(market: Market, price: Ints) -> Bound:
    """The bound that these prices prove. Raises ValueError for what are no prices of this market."""
    value = market.match_value()
    return Bound(worth_of(market, price, value), value)


def worth_of(market: Market, price: Ints, value: int) -> int:
    """No result is worth more, where a pair is worth `value` more than its score. Raises ValueError."""
    if price.shape != market.seats.shape or price.dtype != np.int64 or price.min(initial=0) < 0:
        raise ValueError("prices: one a column, in whole millionths, none below zero")
    if price.max(initial=0) >= 2**61 or value >= 2**59:
        raise ValueError("prices: past 64 bits")
    high, low = _deals(market.first, market.column, market.score, market.slots, price, value)
    seats: int = sum(cost * size for cost, size in zip(price.tolist(), market.seats.tolist(), strict=True))
    return (int(high) << _LIMB) + int(low) + seats


def most_pairs(market: Market, cover: Mask) -> int:
    """No result has more pairs: the seats of the covered columns, and what each row can get elsewhere."""
    open_edges = np.concatenate(([0], np.cumsum(~cover[market.column])))
    elsewhere = open_edges[market.first[1:]] - open_edges[market.first[:-1]]
    return int(market.seats[cover].sum()) + int(np.minimum(market.slots, elsewhere).sum())


@compiled
def _deals(  # noqa: PLR0917 - compiled: takes arrays by place
    first: Ints, column: Indices, score: Ints, slots: Ints, price: Ints, value: int
) -> tuple[int, int]:
    """The deals of all rows as two limbs of 30 bits, so that no sum can overflow."""
    high, low = 0, 0
    best = np.zeros(1, dtype=np.int64)
    for row in range(len(slots)):
        size = min(slots[row], first[row + 1] - first[row])
        if size <= 0:
            continue
        if size > len(best):
            best = np.zeros(size, dtype=np.int64)
        best[:size] = 0
        for edge in range(first[row], first[row + 1]):
            deal = value + score[edge] - price[column[edge]]
            if deal > best[size - 1]:
                at = size - 1
                while at > 0 and best[at - 1] < deal:
                    best[at] = best[at - 1]
                    at -= 1
                best[at] = deal
        for at in range(size):
            high += best[at] >> 30
            low += best[at] & ((1 << 30) - 1)
    return high, low
