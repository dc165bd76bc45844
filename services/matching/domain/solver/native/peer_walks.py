"""Odd circles of half pairs, opened and joined along walks of least loss (Dijkstra 1959, by slack)."""

import heapq

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.native.compiled import kernel

Ints = NDArray[np.int64]
Indices = NDArray[np.int32]


@kernel
def split(onward: Ints, price: Ints) -> tuple[Ints, Ints, int]:
    """Whole pairs from all but odd circles: each one's mate or -1, the number of their circle or 0, how many.

    `onward` is whom each has on the other side of the market with two sides, -1 for nobody.
    """
    size = len(onward)
    mate = np.full(size, -1, dtype=np.int64)
    ring = np.zeros(size, dtype=np.int64)
    before = np.full(size, -1, dtype=np.int64)
    seen = np.zeros(size, dtype=np.bool_)
    line = np.empty(size, dtype=np.int64)
    for person in range(size):
        if onward[person] >= 0:
            before[onward[person]] = person
    circles = 0
    for turn in range(2):
        for person in range(size):
            if seen[person] or (turn == 0 and before[person] >= 0):
                continue
            length, at = 0, person
            while at >= 0 and not seen[at]:
                seen[at] = True
                line[length] = at
                length += 1
                at = onward[at]
            if turn == 1 and length % 2 == 1 and length > 1:
                circles += 1
                for place in range(length):
                    ring[line[place]] = circles
                continue
            begin = 0
            if length % 2 == 1 and length > 1 and price[line[0]] < price[line[length - 1]]:
                begin = 1
            for place in range(begin, length - 1, 2):
                mate[line[place]] = line[place + 1]
                mate[line[place + 1]] = line[place]
    return mate, ring, circles


@kernel
def open_circle(left: int, mate: Ints, ring: Ints, onward: Ints) -> None:
    """Pair everybody of a circle but one."""
    ring[left] = 0
    at = onward[left]
    while at != left:
        after = onward[at]
        mate[at], mate[after] = after, at
        ring[at], ring[after] = 0, 0
        at = onward[after]


@kernel
def join(
    first: Ints,
    partner: Indices,
    slack: Ints,
    price: Ints,
    mate: Ints,
    ring: Ints,
    onward: Ints,
    scans: int,
) -> None:
    """Join circles and people alone two by two; whatever no walk reaches stays alone.

    Whoever has a price of 0 is left alone: no walk from them could gain.
    """
    size = len(mate)
    distance = np.zeros(size, dtype=np.int64)
    parent = np.full(size, -1, dtype=np.int64)
    stamp = np.zeros(size, dtype=np.int64)
    mark = 0
    for turn in range(2):
        for start in range(size):
            if mate[start] >= 0 or (ring[start] == 0 and price[start] == 0):
                continue
            mark += 1
            end, last = _walk(
                start, first, partner, slack, mate, ring, onward, distance, parent, stamp, mark,
                scans * (1 + 9 * turn),
            )  # fmt: skip
            if end >= 0:
                _flip(end, last, mate, ring, onward, parent)
        for start in range(size):
            if ring[start] > 0:
                cheapest, at = start, onward[start]
                while at != start:
                    if price[at] < price[cheapest]:
                        cheapest = at
                    at = onward[at]
                open_circle(cheapest, mate, ring, onward)


@kernel
def _walk(
    start: int,
    first: Ints,
    partner: Indices,
    slack: Ints,
    mate: Ints,
    ring: Ints,
    onward: Ints,
    distance: Ints,
    parent: Ints,
    stamp: Ints,
    mark: int,
    scans: int,
) -> tuple[int, int]:
    """The two between whom the cheapest walk from here ends, or -1."""
    mine = ring[start]
    queue = [(np.int64(0), np.int64(start))]
    at = start
    while True:
        stamp[at], distance[at], parent[at] = mark, 0, -1
        if at != start:
            heapq.heappush(queue, (np.int64(0), np.int64(at)))
        if mine == 0 or onward[at] == start:
            break
        at = onward[at]
    end, last, best = -1, -1, np.int64(2**62)
    while len(queue) > 0 and scans > 0:
        key, nearest = heapq.heappop(queue)
        at = int(nearest)
        if key >= best:
            break
        if key > distance[at]:
            continue
        scans -= 1
        for edge in range(first[at], first[at + 1]):
            if slack[edge] < 0:
                continue
            target, far = partner[edge], key + slack[edge]
            if far >= best or target == start or (mine > 0 and ring[target] == mine):
                continue
            through = mate[target]
            if through < 0:
                end, last, best = target, at, far
            elif through != at and (stamp[through] != mark or far < distance[through]):
                up = at
                while up >= 0 and up != through and up != target:  # noqa: PLR1714 - numba
                    up = parent[up]
                if up < 0:
                    stamp[through], distance[through], parent[through] = mark, far, at
                    heapq.heappush(queue, (np.int64(far), np.int64(through)))
    return end, last


@kernel
def _flip(end: int, last: int, mate: Ints, ring: Ints, onward: Ints, parent: Ints) -> None:
    """Pair along the walk, and open the circles at both its ends."""
    if ring[end] > 0:
        open_circle(end, mate, ring, onward)
    new, at = end, last
    while True:
        before, up = mate[at], parent[at]
        if up < 0 and ring[at] > 0:
            open_circle(at, mate, ring, onward)
        mate[new], mate[at] = at, new
        if up < 0:
            return
        new, at = before, up
