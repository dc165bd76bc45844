"""Peers: everybody may be with anybody they are allowed with, in pairs; a bound by a price for each person.

If every allowed pair is covered by the two's prices, y_a + y_b >= worth of the pair, no result is worth more
than the sum of all prices (the dual of fractional matching; Lovász and Plummer: Matching Theory, 1986). It is
not always reached: three who all like each other have prices for one pair and a half. Prices are kept twice
their size, so that halves are whole numbers.
"""

from dataclasses import dataclass

import numpy as np

from services.matching.domain.certificate.bound import Bound
from services.matching.domain.certificate.market import FULL, Indices, Ints, Market
from services.matching.domain.certificate.relaxed import reach


@dataclass(frozen=True, slots=True)
class PeerMarket:
    """Pairs of people, each once, `one` below `other`; `slots` is 1, or 0 for whoever takes part in none."""

    one: Indices
    other: Indices
    score: Ints
    slots: Ints

    def match_value(self) -> int:
        """What a pair is worth beside its score: more than all scores together."""
        return FULL * min(int(self.slots.sum()), 2 * len(self.one)) + 1


@dataclass(frozen=True, slots=True)
class PeerVerdict:
    """`most` and `bound` hold for every result (the total for those with as many pairs), by `price`."""

    most: int
    bound: int
    price: Ints
    total_price: Ints | None
    found_itself: bool


def crowded(market: PeerMarket, chosen: Ints) -> Ints:
    """Whoever is in more pairs than allowed."""
    size = len(market.slots)
    load = np.bincount(market.one[chosen], minlength=size) + np.bincount(market.other[chosen], minlength=size)
    return np.flatnonzero(load > market.slots)


def examine_peers(
    market: PeerMarket, chosen: Ints, price: Ints | None = None, total_price: Ints | None = None
) -> PeerVerdict:
    """The bound of a feasible result, by these prices or by ones found here. Raises ValueError for no prices.

    `total_price`, at which a pair is worth its score alone, bounds results with fewer pairs than `most`.
    """
    value, pairs = market.match_value(), len(chosen)
    found_itself = price is None
    if price is None:
        price = found_prices(market, chosen, value)
    bound = Bound(_sum_of(market, price, value), value)
    most = min(bound.pairs, int(market.slots.sum()) // 2, len(market.one))
    total = bound.total(pairs)
    if total_price is None and is_loose(market, price, pairs):
        total_price = found_prices(market, chosen, 0)
        found_itself = True
    if total_price is not None:
        total = min(total, _sum_of(market, total_price, 0))
    return PeerVerdict(most, total, price, total_price, found_itself)


def is_loose(market: PeerMarket, price: Ints, pairs: int) -> bool:
    """Whether the prices leave room for half a pair more, so that they say nothing of the total."""
    whole: list[int] = price[market.slots > 0].tolist()
    return sum(whole) >= (pairs * 2 + 1) * market.match_value()


def found_prices(market: PeerMarket, chosen: Ints, value: int) -> Ints:
    """Prices from a feasible result: those of the best in which everybody stands on two sides at once."""
    size = len(market.slots)
    rows = np.concatenate((market.one, market.other))
    columns = np.concatenate((market.other, market.one))
    order = np.lexsort((columns, rows))
    first = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=size)))).astype(np.int64)
    score = np.concatenate((market.score, market.score))[order]
    cover = Market(first, columns[order], score, market.slots, market.slots)
    at = np.empty(len(order), dtype=np.int64)
    at[order] = np.arange(len(order))
    both = np.sort(np.concatenate((at[chosen], at[chosen + len(market.one)])))
    _, seat = reach(cover, both, value)
    return doubled(market, seat, value)


def doubled(market: PeerMarket, seat: Ints, value: int) -> Ints:
    """The prices (twice their size) that follow from any prices of seats: one's seat, and the best deal."""
    seat = np.where(market.slots > 0, seat, 0)
    both = (market.slots[market.one] > 0) & (market.slots[market.other] > 0)
    deal = np.zeros(len(market.slots), dtype=np.int64)
    for person, partner in ((market.one, market.other), (market.other, market.one)):
        np.maximum.at(deal, person[both], value + market.score[both] - seat[partner[both]])
    return seat + deal


def _sum_of(market: PeerMarket, price: Ints, value: int) -> int:
    """What no result is worth more than, each pair `value` more than its score."""
    if price.shape != market.slots.shape or price.dtype != np.int64 or price.min(initial=0) < 0:
        raise ValueError("prices: one a person, whole, none below zero")
    if price.max(initial=0) >= 2**61:
        raise ValueError("prices: past 64 bits")
    both = (market.slots[market.one] > 0) & (market.slots[market.other] > 0)
    covered = price[market.one[both]] + price[market.other[both]]
    if (covered < 2 * (value + market.score[both])).any():
        raise ValueError("prices: an allowed pair is not covered")
    whole: list[int] = price[market.slots > 0].tolist()
    return sum(whole) // 2
