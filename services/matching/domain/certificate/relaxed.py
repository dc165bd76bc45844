"""A bound for results whose best cannot be proven: the optimum without their hardest rule.

Any prices bound every result. The tightest are those of the optimum of the easier market; where none are
given, it is reached from the result itself by the improvements that stop its labels (cycle canceling,
Klein 1967), and its labels are the prices.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from services.matching.domain.certificate.bound import bound_of, worth_of
from services.matching.domain.certificate.labels import find_prices
from services.matching.domain.certificate.market import FULL, Ints, Market

MOST_STEPS: Final = 5_000
EDGES_SEEN: Final = 100_000_000
"""Improvements times edges before the search for prices is given up: the bound is then a loose one."""


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What the easier market allows: no result has more pairs, nor with as many as this one a better total.

    `total_price` are prices of the total alone; they only matter to a result with fewer pairs than `most`.
    """

    most: int
    bound: int
    price: Ints
    total_price: Ints | None
    found_itself: bool


def relax(market: Market, chosen: Ints, price: Ints | None, total_price: Ints | None) -> Relaxed:
    """Bounds for a feasible result by these prices, or by ones found here. ValueError for no prices."""
    at, found_itself = chosen, price is None
    if price is None:
        at, price = reach(market, chosen, market.match_value())
    bound = bound_of(market, price)
    pairs = len(chosen)
    most = min(bound.pairs, sum(market.slots.tolist()), market.edges)
    if pairs >= most:
        return Relaxed(most, bound.total(pairs), price, None, found_itself)
    if total_price is None:
        _, total_price = reach(market, at, 0)
        found_itself = True
    total = min(worth_of(market, total_price, 0), bound.total(pairs), pairs * FULL)
    return Relaxed(most, total, price, total_price, found_itself)


def reach(market: Market, chosen: Ints, value: int) -> tuple[Ints, Ints]:
    """The optimum where a pair is worth `value` more than its score, and its prices."""
    held = np.zeros(market.edges, dtype=np.bool_)
    held[chosen] = True
    labels = None
    for _ in range(min(MOST_STEPS, 10 + EDGES_SEEN // max(market.edges, 1))):
        now = np.flatnonzero(held)
        labels = find_prices(market, now, value)
        change = labels.improvement
        if change is None:
            return now, labels.price
        if change.pairs * value + change.total <= 0:
            break
        held[list(change.edges_out)] = False
        held[list(change.edges_in)] = True
    loose = [np.zeros_like(market.seats), *([] if labels is None else [labels.price])]
    return chosen, min(loose, key=lambda price: worth_of(market, price, value))
