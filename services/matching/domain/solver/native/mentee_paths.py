"""Shortest augmenting paths from unmatched mentees, with prices (Dijkstra on reduced costs).

After Edmonds and Karp (1972) and Tomizawa (1971), on mentors only: a search settles mentors by distance and
looks through the eyes of the people who sit there. It ends at a free seat, at somebody who can as well do
without, or with its own mentee left unmatched; prices move by what the distances say, so that every
invariant of `state` holds again.
"""

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.native.compiled import kernel
from services.matching.domain.solver.native.heap import drop_first, lift
from services.matching.domain.solver.native.seats import rise, sit
from services.matching.domain.solver.native.state import UNMATCHED, Book, Desk, Graph


@kernel
def search_from_mentee(graph: Graph, book: Book, desk: Desk, mark: int, root: int) -> tuple[int, int, int]:
    """Move prices for the best way out for an unmatched mentee: (end mentee, end mentor, scanned).

    The end is a mentor with a free seat, or else a mentee who ends unmatched, who may be the root.
    """
    start, stop, mentor_of, worth = graph.start, graph.stop, graph.mentor, graph.worth
    u, v = book.u, book.v
    distance, stamp, heap, spot = desk.distance, desk.stamp, desk.heap, desk.spot
    size = settled = scanned = 0
    best = u[root]
    end_mentee, end_mentor = root, -1
    mentor, seat, seats = -1, 0, 1
    here = np.int64(0)
    mentee = root
    while True:
        for at in range(seat, seats):
            if mentor >= 0:
                mentee = book.occupant[at]
                if here + u[mentee] < best:
                    best = here + u[mentee]
                    end_mentee, end_mentor = mentee, -1
            away = here + u[mentee] - graph.base
            scanned += stop[mentee] - start[mentee]
            for edge in range(start[mentee], stop[mentee]):
                other = mentor_of[edge]
                there = away + v[other] - worth[edge]
                if there >= best:
                    continue
                if book.load[other] < book.capacity[other]:
                    best = there
                    end_mentee, end_mentor = -1, other
                    desk.via[other] = edge
                    desk.via_mentee[other] = mentee
                    continue
                known = stamp[other] - mark
                if known == 1 or (known == 0 and there >= distance[other]):
                    continue
                distance[other] = there
                desk.via[other] = edge
                desk.via_mentee[other] = mentee
                if known != 0:
                    stamp[other] = mark
                    spot[other] = size
                    size += 1
                lift(heap, spot, distance, spot[other], other)
        if size == 0 or distance[heap[0]] >= best:
            break
        mentor = heap[0]
        size = drop_first(heap, spot, distance, size)
        stamp[mentor] = mark + 1
        desk.settled[settled] = mentor
        settled += 1
        here = distance[mentor]
        seat = book.seat[mentor]
        seats = seat + book.load[mentor]
    u[root] -= best
    for index in range(settled):
        mentor = desk.settled[index]
        rise_by = best - distance[mentor]
        v[mentor] += rise_by
        for at in range(book.seat[mentor], book.seat[mentor] + book.load[mentor]):
            u[book.occupant[at]] -= rise_by
    return end_mentee, end_mentor, scanned


@kernel
def follow_from_mentee(
    graph: Graph, book: Book, desk: Desk, root: int, end_mentee: int, end_mentor: int
) -> int:
    """Move everybody on the path that the search found; returns how many changed."""
    if end_mentor < 0:
        if end_mentee == root:
            return 0
        mentor = graph.mentor[book.match[end_mentee]]
        desk.moved[0], desk.left[0] = end_mentee, book.match[end_mentee]
        rise(book, mentor, end_mentee)
        book.match[end_mentee] = UNMATCHED
        changed = 1
    else:
        mentor = end_mentor
        changed = 0
    while True:
        edge, mentee = desk.via[mentor], desk.via_mentee[mentor]
        left = book.match[mentee]
        desk.moved[changed], desk.left[changed] = mentee, left
        changed += 1
        if left >= 0:
            rise(book, graph.mentor[left], mentee)
        sit(book, mentor, mentee, edge)
        if mentee == root:
            return changed
        mentor = graph.mentor[left]


@kernel
def place_mentee(graph: Graph, book: Book, desk: Desk, mark: int, root: int) -> tuple[int, int]:
    """Find the best way out for an unmatched mentee and take it: (changed, scanned)."""
    end_mentee, end_mentor, scanned = search_from_mentee(graph, book, desk, mark, root)
    return follow_from_mentee(graph, book, desk, root, end_mentee, end_mentor), scanned


@kernel
def place_mentees(
    graph: Graph, book: Book, desk: Desk, mark: int, waiting: NDArray[np.int32], begin: int, budget: int
) -> tuple[int, int, int]:
    """Serve everybody waiting until `budget` edges were scanned: (next to serve, mark, scanned)."""
    total = 0
    while begin < len(waiting) and total < budget:
        root = waiting[begin]
        begin += 1
        if book.match[root] == UNMATCHED and book.u[root] > 0:
            mark += 2
            _, scanned = place_mentee(graph, book, desk, mark, root)
            total += scanned
    return begin, mark, total
