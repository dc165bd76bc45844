"""Seats that come and go: the book of a living market, each mentor's seats with room to grow."""

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.native.state import Book
from services.matching.domain.solver.pool import ROOM, with_room

Ints = NDArray[np.int64]
Indices = NDArray[np.int32]


class Seating:
    """Who sits where: `book`, whose arrays have room for more people."""

    def __init__(self, match: Indices, mentor_of: Indices, capacity: Ints, price: Ints) -> None:
        """`match` is each mentee's edge, -1 or -2; `mentor_of` its mentor; all as long as they shall be."""
        end = np.cumsum(capacity + ROOM)
        seat = end - capacity - ROOM
        self._end = end
        self._used = int(end[-1]) if len(end) else 0
        load = np.bincount(mentor_of[match >= 0], minlength=len(capacity))
        self.book = Book(
            match=match,
            place=np.zeros(len(match), dtype=np.int32),
            u=np.zeros(len(match), dtype=np.int64),
            v=price,
            seat=seat,
            load=load.astype(np.int32),
            capacity=capacity.astype(np.int32),
            occupant=np.zeros(with_room(self._used), dtype=np.int32),
        )
        seated = np.flatnonzero(match >= 0)
        seated = seated[np.argsort(mentor_of[seated], kind="stable")]
        place = np.arange(len(seated)) - (np.cumsum(load) - load)[mentor_of[seated]]
        self.book.place[seated] = place
        self.book.occupant[seat[mentor_of[seated]] + place] = seated

    def has_room(self, need: int) -> bool:
        """Whether so many seats could still be added somewhere."""
        return len(self.book.occupant) - self._used >= need

    def resize(self, mentor: int, capacity: int) -> None:
        """Give the mentor so many seats; no fewer than are taken."""
        book = self.book
        begin, load = int(book.seat[mentor]), int(book.load[mentor])
        if begin + capacity > self._end[mentor]:
            to = self._used
            book.occupant[to : to + load] = book.occupant[begin : begin + load]
            book.seat[mentor] = to
            self._used = to + capacity + ROOM
            self._end[mentor] = self._used
        book.capacity[mentor] = capacity
