"""Shortest paths from free seats that still have a price: the mirror image of `mentee_paths`.

A free seat of a mentor at v > 0 looks for a mentee to fill it. It ends with an unmatched mentee, or where
a price reaches zero and a seat may stay free.
"""

from services.matching.domain.solver.native.compiled import kernel
from services.matching.domain.solver.native.heap import drop_first, lift
from services.matching.domain.solver.native.seats import rise, sit
from services.matching.domain.solver.native.state import UNMATCHED, Back, Book, Desk, Graph


@kernel
def search_from_seat(
    graph: Graph, back: Back, book: Book, desk: Desk, mark: int, root: int
) -> tuple[int, int, int, int]:
    """Lower prices until a free seat of the root is filled or worth nothing: (edge, mentee, mentor, scanned).

    The mentee is unmatched and joins the mentor by the edge; both are -1 where the mentor keeps a free
    seat at price 0.
    """
    u, v = book.u, book.v
    distance, stamp, heap, spot = desk.distance, desk.stamp, desk.heap, desk.spot
    best = v[root]
    end, end_edge, joiner = root, -1, -1
    stamp[root] = mark
    distance[root] = 0
    heap[0] = root
    spot[root] = 0
    size = 1
    settled = scanned = 0
    while size > 0 and distance[heap[0]] < best:
        mentor = heap[0]
        size = drop_first(heap, spot, distance, size)
        stamp[mentor] = mark + 1
        desk.settled[settled] = mentor
        settled += 1
        here = distance[mentor]
        if here + v[mentor] < best:
            best = here + v[mentor]
            end, end_edge, joiner = mentor, -1, -1
        away = here + v[mentor] - graph.base
        scanned += back.stop[mentor] - back.start[mentor]
        for at in range(back.start[mentor], back.stop[mentor]):
            edge, mentee = back.edge[at], back.mentee[at]
            there = away + u[mentee] - graph.worth[edge]
            if there >= best:
                continue
            now = book.match[mentee]
            if now == UNMATCHED:
                best = there
                end, end_edge, joiner = mentor, edge, mentee
            if now < 0 or now == edge:
                continue
            other = graph.mentor[now]
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
    for index in range(settled):
        mentor = desk.settled[index]
        v[mentor] -= best - distance[mentor]
    for index in range(settled):
        mentor = desk.settled[index]
        for at in range(back.start[mentor], back.stop[mentor]):
            mentee = back.mentee[at]
            profit = graph.worth[back.edge[at]] + graph.base - v[mentor]
            u[mentee] = max(u[mentee], profit)
    return end_edge, joiner, end, scanned


@kernel
def follow_from_seat(
    graph: Graph, book: Book, desk: Desk, root: int, mentor: int, edge: int, joiner: int
) -> int:
    """Move everybody on the path that the search found; returns how many changed."""
    changed = 0
    while True:
        mover, on = -1, -1
        if mentor != root:
            mover, on = desk.via_mentee[mentor], desk.via[mentor]
            rise(book, mentor, mover)
        if edge >= 0:
            desk.moved[changed], desk.left[changed] = joiner, book.match[joiner]
            changed += 1
            sit(book, mentor, joiner, edge)
        if mentor == root:
            return changed
        joiner, edge = mover, on
        mentor = graph.mentor[on]


@kernel
def fill_seat(graph: Graph, back: Back, book: Book, desk: Desk, mark: int, root: int) -> tuple[int, int]:
    """Fill one of the mentor's free seats, or take its price away: (changed, scanned)."""
    edge, joiner, end, scanned = search_from_seat(graph, back, book, desk, mark, root)
    return follow_from_seat(graph, book, desk, root, end, edge, joiner), scanned


@kernel
def fill_seats(
    graph: Graph, back: Back, book: Book, desk: Desk, mark: int, begin: int, budget: int
) -> tuple[int, int, int]:
    """Go through the mentors until `budget` edges were scanned: (next to serve, mark, scanned)."""
    total = 0
    while begin < len(book.v) and total < budget:
        if book.load[begin] >= book.capacity[begin] or book.v[begin] == 0:
            begin += 1
            continue
        mark += 2
        _, scanned = fill_seat(graph, back, book, desk, mark, begin)
        total += scanned
    return begin, mark, total


@kernel
def price_out(graph: Graph, back: Back, book: Book) -> None:
    """Price every mentor so high that nobody gains, then seat those who lose nothing."""
    for mentor in range(len(book.v)):
        for at in range(back.start[mentor], back.stop[mentor]):
            book.v[mentor] = max(book.v[mentor], graph.worth[back.edge[at]] + graph.base)
        for at in range(back.start[mentor], back.stop[mentor]):
            edge, mentee = back.edge[at], back.mentee[at]
            if (
                book.match[mentee] == UNMATCHED
                and book.load[mentor] < book.capacity[mentor]
                and graph.worth[edge] + graph.base == book.v[mentor]
            ):
                sit(book, mentor, mentee, edge)
