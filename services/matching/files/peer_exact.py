"""The exact pairs of small groups of peers, where rustworkx is installed (Edmonds 1965, Galil 1986)."""

from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.certificate.peers import PeerMarket


def exact_pairs(market: PeerMarket) -> NDArray[np.int64] | None:
    """Most pairs, then the best total, as pairs of the market, ascending; None without the library."""
    if find_spec("rustworkx") is None:
        return None
    from rustworkx import PyGraph, max_weight_matching  # noqa: PLC0415 - may be missing

    graph: PyGraph[int, int] = PyGraph(multigraph=False)
    graph.add_nodes_from(range(len(market.slots)))
    both = (market.slots[market.one] > 0) & (market.slots[market.other] > 0)
    edges = zip(
        market.one[both].tolist(), market.other[both].tolist(), market.score[both].tolist(), strict=True
    )
    graph.add_edges_from(list(edges))
    found = max_weight_matching(graph, max_cardinality=True, weight_fn=int)
    mate = np.full(len(market.slots), -1, dtype=np.int64)
    for one, other in found:
        mate[one], mate[other] = other, one
    return np.flatnonzero(mate[market.one] == market.other)
