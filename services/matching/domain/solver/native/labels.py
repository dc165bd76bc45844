"""Prices for a solution that came without: longest-path labels of its residual graph (Bellman, Ford).

Works for any capacities of both sides. A seat must cost whatever somebody who lacks a better deal would pay.
"""

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.native.compiled import kernel


@kernel
def label(
    first: NDArray[np.int64],
    mentor_of: NDArray[np.int32],
    worth: NDArray[np.int64],
    taken: NDArray[np.bool_],
    slots: NDArray[np.int64],
    seat_begin: NDArray[np.int64],
    seat_edge: NDArray[np.int32],
    seat_mentee: NDArray[np.int32],
    open_seats: NDArray[np.bool_],
    price: NDArray[np.int64],
    ceiling: int,
) -> bool:
    """Raise `price` from 0 until it settles; false if it does not, which disproves the solution."""
    mentors = len(price)
    queue = np.empty(mentors + 1, dtype=np.int32)
    queued = np.zeros(mentors, dtype=np.bool_)
    head = tail = count = 0
    for mentee in range(len(slots)):
        held = 0
        for edge in range(first[mentee], first[mentee + 1]):
            held += taken[edge]
        if held >= slots[mentee]:
            continue
        for edge in range(first[mentee], first[mentee + 1]):
            mentor = mentor_of[edge]
            if not taken[edge] and worth[edge] > price[mentor]:
                if open_seats[mentor]:
                    return False
                price[mentor] = worth[edge]
    for mentor in range(mentors):
        queue[tail] = mentor
        tail += 1
        queued[mentor] = True
        count += 1
    while count > 0:
        mentor = queue[head]
        head = head + 1 if head < mentors else 0
        count -= 1
        queued[mentor] = False
        if price[mentor] > ceiling:
            return False
        for at in range(seat_begin[mentor], seat_begin[mentor + 1]):
            mentee = seat_mentee[at]
            surplus = price[mentor] - worth[seat_edge[at]]
            if surplus > 0:
                return False
            for edge in range(first[mentee], first[mentee + 1]):
                other = mentor_of[edge]
                if taken[edge] or surplus + worth[edge] <= price[other]:
                    continue
                if open_seats[other]:
                    return False
                price[other] = surplus + worth[edge]
                if not queued[other]:
                    queued[other] = True
                    queue[tail] = other
                    tail = tail + 1 if tail < mentors else 0
                    count += 1
    return True
