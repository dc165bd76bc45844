"""Bids: a forward auction with falling increments, which leaves few people for the exact searches.

Bertsekas' auction (1988) with epsilon scaling, for mentors with several alike seats (Bertsekas and Castañon,
1989): each mentor's seats are a heap by price and a newcomer takes the cheapest. A mentee gives up once the
best profit falls below a floor a few score ranges under the worst score; without that floor, people of a
place with too few seats outbid each other for ever. What it leaves undone or wrong, the searches put right.
"""

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.native.compiled import kernel
from services.matching.domain.solver.native.state import GONE, UNMATCHED, Book, Graph


@kernel
def open_phase(book: Book, seat_price: NDArray[np.int64], stack: NDArray[np.int32], fall: int) -> int:
    """Everybody stands up to bid again; returns how many. Mentors who were not full lower their price."""
    for mentor in range(len(book.v)):
        if book.load[mentor] < book.capacity[mentor]:
            book.v[mentor] = max(np.int64(0), book.v[mentor] - fall)
        book.load[mentor] = 0
    seat_price[:] = 0
    waiting = 0
    for mentee in range(len(book.match) - 1, -1, -1):
        if book.match[mentee] != GONE:
            book.match[mentee] = UNMATCHED
            stack[waiting] = mentee
            waiting += 1
    return waiting


@kernel
def bid(
    graph: Graph,
    book: Book,
    seat_price: NDArray[np.int64],
    stack: NDArray[np.int32],
    waiting: int,
    floor: int,
    step: int,
    budget: int,
) -> tuple[int, int]:
    """Serve the stack until it is empty or `budget` edges were scanned: (still waiting, scanned).

    An edge counts as `worth - floor`, and staying unmatched as 0.
    """
    start, stop, mentor_of, worth = graph.start, graph.stop, graph.mentor, graph.worth
    v, load, capacity, occupant = book.v, book.load, book.capacity, book.occupant
    scanned = 0
    while waiting > 0 and scanned < budget:
        waiting -= 1
        mentee = stack[waiting]
        best = second = np.int64(0)
        edge = -1
        scanned += stop[mentee] - start[mentee]
        for at in range(start[mentee], stop[mentee]):
            profit = worth[at] - v[mentor_of[at]] - floor
            if profit > best:
                second = best
                best = profit
                edge = at
            elif profit > second:
                second = profit
        if edge < 0:
            continue
        mentor = mentor_of[edge]
        price = v[mentor] + best - second + step
        begin = book.seat[mentor]
        held = load[mentor]
        if held < capacity[mentor]:
            at = held
            held += 1
            load[mentor] = held
            while at > 0 and seat_price[begin + ((at - 1) >> 1)] > price:
                above = (at - 1) >> 1
                seat_price[begin + at] = seat_price[begin + above]
                occupant[begin + at] = occupant[begin + above]
                at = above
        else:
            outbid = occupant[begin]
            book.match[outbid] = UNMATCHED
            stack[waiting] = outbid
            waiting += 1
            at = 0
            below = 1
            while below < held:
                if below + 1 < held and seat_price[begin + below + 1] < seat_price[begin + below]:
                    below += 1
                if seat_price[begin + below] >= price:
                    break
                seat_price[begin + at] = seat_price[begin + below]
                occupant[begin + at] = occupant[begin + below]
                at = below
                below = 2 * at + 1
        seat_price[begin + at] = price
        occupant[begin + at] = mentee
        book.match[mentee] = edge
        if held == capacity[mentor]:
            v[mentor] = seat_price[begin]
    return waiting, scanned


@kernel
def close_auction(book: Book) -> None:
    """Write down where everybody sits."""
    for mentor in range(len(book.v)):
        for at in range(book.load[mentor]):
            book.place[book.occupant[book.seat[mentor] + at]] = at
