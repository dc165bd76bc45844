"""The arrays the kernels work on. Indices are int32 (an edge's is below 2**31), money is int64.

A mentee's profit of an edge is `worth - v[mentor]`. Between phases this holds: u >= 0, v >= 0, and
u[mentee] + v[mentor] >= worth for every edge; a match's edge is tight. Optimal means, on top: whoever is
unmatched has u = 0, and a seat is free only at v = 0 (Kuhn 1955; Ahuja, Magnanti, Orlin: Network Flows, 1993,
ch. 12).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.native.compiled import kernel

UNMATCHED = -1
GONE = -2

Ints = NDArray[np.int64]
Indices = NDArray[np.int32]


class Graph(NamedTuple):
    """Each mentee's edges are `start[mentee]:stop[mentee]`; an edge is worth `base + worth[edge]`."""

    start: Ints
    stop: Ints
    mentor: Indices
    worth: Ints
    base: np.int64


class Back(NamedTuple):
    """Each mentor's edges, seen from the mentor: positions `start[mentor]:stop[mentor]`."""

    start: Ints
    stop: Ints
    edge: Indices
    mentee: Indices


class Book(NamedTuple):
    """Who sits where at what price. Mentor j's seats are `seat[j] : seat[j] + capacity[j]` in `occupant`."""

    match: Indices
    place: Indices
    u: Ints
    v: Ints
    seat: Ints
    load: Indices
    capacity: Indices
    occupant: Indices


class Desk(NamedTuple):
    """What one search writes on; `stamp` says which search wrote, so that nothing need be wiped.

    After a search was followed, `moved` are the mentees who changed and `left` the edges they had, or -1.
    """

    distance: Ints
    via: Indices
    via_mentee: Indices
    stamp: Ints
    heap: Indices
    spot: Indices
    settled: Indices
    moved: Indices
    left: Indices


def new_book(mentees: int, capacity: Ints) -> Book:
    """Nobody matched, every price zero."""
    seat = np.zeros(len(capacity) + 1, dtype=np.int64)
    np.cumsum(capacity, out=seat[1:])
    return Book(
        match=np.full(mentees, UNMATCHED, dtype=np.int32),
        place=np.zeros(mentees, dtype=np.int32),
        u=np.zeros(mentees, dtype=np.int64),
        v=np.zeros(len(capacity), dtype=np.int64),
        seat=seat,
        load=np.zeros(len(capacity), dtype=np.int32),
        capacity=capacity.astype(np.int32),
        occupant=np.zeros(int(seat[-1]), dtype=np.int32),
    )


def new_desk(mentors: int) -> Desk:
    """Paper for any number of searches, one after another."""
    return Desk(
        distance=np.zeros(mentors, dtype=np.int64),
        via=np.zeros(mentors, dtype=np.int32),
        via_mentee=np.zeros(mentors, dtype=np.int32),
        stamp=np.zeros(mentors, dtype=np.int64),
        heap=np.zeros(mentors + 1, dtype=np.int32),
        spot=np.zeros(mentors, dtype=np.int32),
        settled=np.zeros(mentors, dtype=np.int32),
        moved=np.zeros(mentors + 2, dtype=np.int32),
        left=np.zeros(mentors + 2, dtype=np.int32),
    )


def turn(first: Ints, mentor: Indices, mentors: int) -> Back:
    """The same edges by mentor, each mentor's in the order of mentees."""
    begin = np.zeros(mentors + 1, dtype=np.int64)
    np.cumsum(np.bincount(mentor, minlength=mentors), out=begin[1:])
    back = Back(
        begin[:-1], begin[1:], np.empty(len(mentor), dtype=np.int32), np.empty(len(mentor), dtype=np.int32)
    )
    _deal_out(first, mentor, begin[:-1].copy(), back.edge, back.mentee)
    return back


@kernel
def _deal_out(first: Ints, mentor: Indices, following: Ints, edge: Indices, mentee: Indices) -> None:
    """A counting sort: `following` is the next free place of each mentor."""
    for row in range(len(first) - 1):
        for at in range(first[row], first[row + 1]):
            to = following[mentor[at]]
            following[mentor[at]] = to + 1
            edge[to] = at
            mentee[to] = row
