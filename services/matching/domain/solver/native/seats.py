"""Taking and leaving seats, and what a mentee wants at the present prices."""

from services.matching.domain.solver.native.compiled import kernel
from services.matching.domain.solver.native.state import UNMATCHED, Book, Graph


@kernel
def best_profit(graph: Graph, book: Book, mentee: int) -> int:
    """The best `worth - price` among the mentee's edges; staying unmatched is worth 0."""
    best = 0
    for edge in range(graph.start[mentee], graph.stop[mentee]):
        profit = graph.worth[edge] + graph.base - book.v[graph.mentor[edge]]
        best = max(best, profit)
    return best


@kernel
def sit(book: Book, mentor: int, mentee: int, edge: int) -> None:
    """Take a free seat."""
    at = book.load[mentor]
    book.occupant[book.seat[mentor] + at] = mentee
    book.place[mentee] = at
    book.load[mentor] = at + 1
    book.match[mentee] = edge


@kernel
def rise(book: Book, mentor: int, mentee: int) -> None:
    """Leave the seat; the last of the mentor's people moves into it. `match` is the caller's to change."""
    last = book.load[mentor] - 1
    begin = book.seat[mentor]
    mover = book.occupant[begin + last]
    at = book.place[mentee]
    book.occupant[begin + at] = mover
    book.place[mover] = at
    book.load[mentor] = last


@kernel
def settle_profits(graph: Graph, book: Book) -> int:
    """Set everybody's profit to the best there is, unseat whom it no longer suits; returns how many."""
    unseated = 0
    for mentee in range(len(book.u)):
        book.u[mentee] = best_profit(graph, book, mentee)
        edge = book.match[mentee]
        if edge >= 0:
            mentor = graph.mentor[edge]
            if graph.worth[edge] + graph.base - book.v[mentor] != book.u[mentee]:
                rise(book, mentor, mentee)
                book.match[mentee] = UNMATCHED
                unseated += 1
    return unseated


@kernel
def take_best(graph: Graph, book: Book) -> int:
    """Seat everybody whose best edge has a free seat; returns how many. Profits must be settled."""
    seated = 0
    for mentee in range(len(book.u)):
        if book.match[mentee] != UNMATCHED or book.u[mentee] == 0:
            continue
        for edge in range(graph.start[mentee], graph.stop[mentee]):
            mentor = graph.mentor[edge]
            if book.load[mentor] < book.capacity[mentor] and (
                graph.worth[edge] + graph.base - book.v[mentor] == book.u[mentee]
            ):
                sit(book, mentor, mentee, edge)
                seated += 1
                break
    return seated
