"""Who would rather have each other: pairs that are not together although both would gain."""

import numpy as np

from services.matching.domain.certificate.compiled import compiled
from services.matching.domain.certificate.market import FULL, Indices, Ints, Market, Mask


def blocking_edges(market: Market, chosen: Ints) -> Ints:
    """The edges whose row and column would both strictly gain by it, over a place they have or a free one."""
    held = np.zeros(market.edges, dtype=np.bool_)
    held[chosen] = True
    rows = market.row_of(chosen)
    columns = market.column[chosen]
    row_worst = _worst(rows, market.score[chosen], market.slots)
    column_worst = _worst(columns, market.score[chosen], market.seats)
    return np.flatnonzero(_blocking(market.first, market.column, market.score, held, row_worst, column_worst))


def _worst(nodes: Ints | Indices, scores: Ints, capacity: Ints) -> Ints:
    """The worst score each node has; -1 with a place left, past every score without any place."""
    worst = np.full(len(capacity), FULL + 1, dtype=np.int64)
    np.minimum.at(worst, nodes, scores)
    worst[np.bincount(nodes, minlength=len(capacity)) < capacity] = -1
    return worst


@compiled
def _blocking(  # noqa: PLR0917 - compiled: takes arrays by place
    first: Ints, column: Indices, score: Ints, held: Mask, row_worst: Ints, column_worst: Ints
) -> Mask:
    found = np.zeros(len(column), dtype=np.bool_)
    for row in range(len(first) - 1):
        for edge in range(first[row], first[row + 1]):
            gains = score[edge] > row_worst[row] and score[edge] > column_worst[column[edge]]
            found[edge] = gains and not held[edge]
    return found
