"""The most pairs there can be, and the columns whose seats prove it.

Grows a result by alternating paths, each phase visiting a column once (Pothen and Fan 1990), until none is
left. The columns that the last phase saw are then all full and cover what is missing (König 1931).
"""

from dataclasses import dataclass

import numpy as np

from services.matching.domain.certificate.compiled import compiled
from services.matching.domain.certificate.market import Indices, Ints, Market, Mask


@dataclass(frozen=True, slots=True)
class Cover:
    """So many pairs are possible, and `most_pairs` of these columns says that no more are."""

    pairs: int
    columns: Mask


def find_cover(market: Market, chosen: Ints) -> Cover:
    """Start from a feasible result; `chosen` are its edges."""
    rows = market.row_of(chosen)
    order = np.argsort(market.column[chosen], kind="stable")
    load = np.bincount(market.column[chosen], minlength=len(market.seats))
    degree = np.bincount(market.column, minlength=len(market.seats))
    seats = np.minimum(market.seats, degree)
    start = np.concatenate(([0], np.cumsum(seats)))
    occupant = np.full(start[-1], -1, dtype=np.int64)
    columns = market.column[chosen][order]
    rank = np.arange(len(chosen)) - np.concatenate(([0], np.cumsum(load)))[columns]
    occupant[start[columns] + rank] = chosen[order]
    row_of = np.repeat(np.arange(len(market.slots), dtype=np.int32), np.diff(market.first))
    held = np.zeros(market.edges, dtype=np.bool_)
    held[chosen] = True
    missing = market.slots - np.bincount(rows, minlength=len(market.slots))
    grown, seen = _grow(
        market.first, market.column, row_of, held, missing, seats, load.astype(np.int64), start, occupant
    )
    return Cover(len(chosen) + int(grown), seen)


@compiled
def _grow(  # noqa: PLR0917 - compiled: takes arrays by place
    first: Ints,
    column: Indices,
    row_of: Indices,
    held: Mask,
    missing: Ints,
    seats: Ints,
    load: Ints,
    start: Ints,
    occupant: Ints,
) -> tuple[int, Mask]:
    """How many pairs could be added, and the columns seen in the last phase, which added none."""
    grown = 0
    seen = np.zeros(len(seats), dtype=np.bool_)
    path_row = np.empty(len(seats) + 1, dtype=np.int64)
    path_edge = np.empty(len(seats) + 1, dtype=np.int64)
    path_place = np.empty(len(seats) + 1, dtype=np.int64)
    while True:
        before = grown
        seen[:] = False
        pointer = first[:-1].copy()
        for root in range(len(missing)):
            while missing[root] > 0:
                depth = _search(
                    root, first, column, row_of, held, seats, load, start, occupant, seen, pointer,
                    path_row, path_edge, path_place,
                )  # fmt: skip
                if depth < 0:
                    break
                new = column[path_edge[depth]]
                occupant[start[new] + load[new]] = path_edge[depth]
                load[new] += 1
                held[path_edge[depth]] = True
                for at in range(depth, 0, -1):
                    held[occupant[path_place[at]]] = False
                    occupant[path_place[at]] = path_edge[at - 1]
                    held[path_edge[at - 1]] = True
                missing[root] -= 1
                grown += 1
        if grown == before:
            return grown, seen


@compiled
def _search(  # noqa: PLR0917 - compiled: takes arrays by place
    root: int,
    first: Ints,
    column: Indices,
    row_of: Indices,
    held: Mask,
    seats: Ints,
    load: Ints,
    start: Ints,
    occupant: Ints,
    seen: Mask,
    pointer: Ints,
    path_row: Ints,
    path_edge: Ints,
    path_place: Ints,
) -> int:
    """The depth of a path from a row to a free seat, or -1."""
    depth = 0
    path_row[0] = root
    while True:
        row = path_row[depth]
        deeper = False
        while pointer[row] < first[row + 1] and not deeper:
            edge = pointer[row]
            pointer[row] += 1
            target = column[edge]
            if held[edge] or seen[target]:
                continue
            seen[target] = True
            path_edge[depth] = edge
            if load[target] < seats[target]:
                return depth
            if load[target] > 0:
                deeper = True
        if deeper:
            depth += 1
            path_place[depth] = start[column[path_edge[depth - 1]]]
        elif depth == 0:
            return -1
        else:
            target = column[path_edge[depth - 1]]
            path_place[depth] += 1
            if path_place[depth] == start[target] + load[target]:
                depth -= 1
                continue
        path_row[depth] = row_of[occupant[path_place[depth]]]
