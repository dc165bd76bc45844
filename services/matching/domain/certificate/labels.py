"""Finds the prices that prove a result, or the change that improves it.

The smallest prices that support a result are longest-path labels of its residual graph, found by label
correcting (Bellman 1958, Ford 1956). They settle exactly if the result is optimal (Ahuja, Magnanti, Orlin:
Network Flows, 1993, ch. 9). If it is not, a label reaches a free seat, passes what an occupant is worth, or
labels raise each other in a circle: each is a chain of moves that improves the result.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from services.matching.domain.certificate.compiled import compiled
from services.matching.domain.certificate.market import Indices, Ints, Market, Mask

_ROOT: Final = -1


@dataclass(frozen=True, slots=True)
class Improvement:
    """A change that makes a result better: these edges come in, those go out."""

    edges_in: tuple[int, ...]
    edges_out: tuple[int, ...]
    pairs: int
    """How many pairs more."""
    total: int
    """How much more total score, in millionths; may be negative where `pairs` is not 0."""
    circle: bool


@dataclass(frozen=True, slots=True)
class Labels:
    """The prices as far as they came, and what stopped them if they did not settle."""

    price: Ints
    improvement: Improvement | None


def find_prices(market: Market, chosen: Ints, value: int | None = None) -> Labels:
    """The prices of a feasible result; `chosen` are its edges.

    A pair is worth `value` more than its score: where nothing is said, more than all scores together.
    """
    held = np.zeros(market.edges, dtype=np.bool_)
    held[chosen] = True
    rows = market.row_of(chosen)
    order = np.argsort(market.column[chosen], kind="stable")
    load = np.bincount(market.column[chosen], minlength=len(market.seats))
    occupied = np.concatenate(([0], np.cumsum(load)))
    wanting = np.flatnonzero(np.bincount(rows, minlength=len(market.slots)) < market.slots)
    price, parent, edge_in, edge_out, end, last_out = _settle(
        market.first,
        market.column,
        market.score,
        market.match_value() if value is None else value,
        held,
        load < market.seats,
        occupied,
        chosen[order],
        rows[order],
        wanting,
    )
    if end == _ROOT:
        return Labels(price, None)
    return Labels(price, _trace(market, parent, edge_in, edge_out, end=int(end), last_out=int(last_out)))


def _trace(
    market: Market, parent: Ints, edge_in: Ints, edge_out: Ints, *, end: int, last_out: int
) -> Improvement:
    """Follow the labels back from where they stopped."""
    path: list[int] = []
    place: dict[int, int] = {}
    at = end
    while at != _ROOT and at not in place and edge_in[at] >= 0:
        place[at] = len(path)
        path.append(at)
        at = int(parent[at])
    circle = at in place
    if circle:
        path = path[place[at] :]
    comes = tuple(int(edge_in[node]) for node in path)
    goes = [int(edge_out[node]) for node in path if edge_out[node] >= 0]
    if not circle and last_out >= 0:
        goes.append(last_out)
    total = int(market.score[list(comes)].sum()) - int(market.score[goes].sum())
    return Improvement(comes, tuple(goes), len(comes) - len(goes), total, circle)


@compiled
def _settle(  # noqa: C901, PLR0912, PLR0917 - compiled: one loop over arrays
    first: Ints,
    column: Indices,
    score: Ints,
    value: int,
    held: Mask,
    free: Mask,
    occupied: Ints,
    occupant_edge: Ints,
    occupant_row: Ints,
    wanting: Ints,
) -> tuple[Ints, Ints, Ints, Ints, int, int]:
    """Prices, for each column who raised it last by which edges, and where it stopped (-1: it settled)."""
    columns = len(free)
    price = np.zeros(columns, dtype=np.int64)
    parent = np.full(columns, -1, dtype=np.int64)
    edge_in = np.full(columns, -1, dtype=np.int64)
    edge_out = np.full(columns, -1, dtype=np.int64)
    for at in range(len(wanting)):
        for edge in range(first[wanting[at]], first[wanting[at] + 1]):
            target = column[edge]
            if not held[edge] and value + score[edge] > price[target]:
                price[target] = value + score[edge]
                edge_in[target] = edge
                if free[target]:
                    return price, parent, edge_in, edge_out, target, -1
    queue = np.arange(columns + 1)
    waiting = np.ones(columns, dtype=np.bool_)
    stamp = np.full(columns, -1, dtype=np.int64)
    head, tail, length, raised = 0, columns, columns, 0
    while length > 0:
        source = queue[head]
        head = head + 1 if head < columns else 0
        length -= 1
        waiting[source] = False
        for place in range(occupied[source], occupied[source + 1]):
            out = occupant_edge[place]
            surplus = price[source] - score[out]
            if surplus > value:
                return price, parent, edge_in, edge_out, source, out
            for edge in range(first[occupant_row[place]], first[occupant_row[place] + 1]):
                target = column[edge]
                if surplus + score[edge] <= price[target] or held[edge]:
                    continue
                price[target] = surplus + score[edge]
                parent[target], edge_in[target], edge_out[target] = source, edge, out
                if free[target]:
                    return price, parent, edge_in, edge_out, target, -1
                raised += 1
                if not waiting[target]:
                    waiting[target] = True
                    queue[tail] = target
                    tail = tail + 1 if tail < columns else 0
                    length += 1
        if raised > 2 * columns:
            raised = 0
            circle = _circle(parent, stamp)
            if circle >= 0:
                return price, parent, edge_in, edge_out, circle, -1
    return price, parent, edge_in, edge_out, -1, -1


@compiled
def _circle(parent: Ints, stamp: Ints) -> int:
    """A column on a circle of columns that raised each other, or -1."""
    stamp[:] = -1
    for start in range(len(parent)):
        at = start
        while at >= 0 and stamp[at] < 0:
            stamp[at] = start
            at = parent[at]
        if at >= 0 and stamp[at] == start:
            return at
    return -1
