"""A binary heap of mentors by distance with decrease-key: never more entries than mentors."""

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.native.compiled import kernel


@kernel
def lift(
    heap: NDArray[np.int32], spot: NDArray[np.int32], distance: NDArray[np.int64], at: int, node: int
) -> None:
    """Put the node where it belongs on the way up from position `at`, which is free or its own."""
    key = distance[node]
    while at > 0:
        above = (at - 1) >> 1
        other = heap[above]
        if distance[other] <= key:
            break
        heap[at] = other
        spot[other] = at
        at = above
    heap[at] = node
    spot[node] = at


@kernel
def drop_first(
    heap: NDArray[np.int32], spot: NDArray[np.int32], distance: NDArray[np.int64], size: int
) -> int:
    """Take the nearest node out; returns how many are left."""
    size -= 1
    node = heap[size]
    key = distance[node]
    at = 0
    below = 1
    while below < size:
        if below + 1 < size and distance[heap[below + 1]] < distance[heap[below]]:
            below += 1
        other = heap[below]
        if distance[other] >= key:
            break
        heap[at] = other
        spot[other] = at
        at = below
        below = 2 * at + 1
    heap[at] = node
    spot[node] = at
    return size
