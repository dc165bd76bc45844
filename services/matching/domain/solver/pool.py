"""Edges that come and go: a row for each mentee and each mentor, with room to grow.

Indices of people never change; indices of edges do when a row outgrows its place and moves to the end.
"""

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.native.state import Back, Graph

Ints = NDArray[np.int64]
Indices = NDArray[np.int32]

CLOSED_EDGE = -(2**60)
"""The worth of a pair that is not allowed any more: below any price, and far from overflow."""
ROOM = 4
"""Places a row is given beyond what it holds or twice held."""


def with_room(count: int) -> int:
    """How long an array for so many people, or edges, is made."""
    return count + count // 4 + 64


class Pool:
    """The allowed pairs of a living market, seen from both sides."""

    def __init__(
        self,
        rows: Indices,
        mentor: Indices,
        worth: Ints,
        *,
        base: int,
        people: int,
        mentors: int,
        need: int,
    ) -> None:
        """Edges sorted by mentee; arrays for so many people and mentors, with room for `need` edges."""
        at, start, end, size = _lay_out(rows, people, need)
        self.graph = Graph(
            start, end - ROOM, np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.int64), np.int64(base)
        )
        self._end = end
        self._used = int(end[-1]) if people else 0
        self.graph.mentor[at] = mentor
        self.graph.worth[at] = worth
        order = np.argsort(mentor, kind="stable")
        back_at, start, end, size = _lay_out(mentor[order], mentors, need)
        self.back = Back(start, end - ROOM, np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.int32))
        self._back_end = end
        self._back_used = int(end[-1]) if mentors else 0
        self.back.edge[back_at] = at[order]
        self.back.mentee[back_at] = rows[order]

    def need_of(self, mentees: list[int], mentors: list[int]) -> int:
        """An upper bound of the places that one more edge for each of these people takes."""
        graph, back = self.graph, self.back
        rows = int((graph.stop[mentees] - graph.start[mentees]).sum())
        columns = int((back.stop[mentors] - back.start[mentors]).sum())
        return 2 * (rows + columns) + (len(mentees) + len(mentors) + 1) * 2 * ROOM

    def has_room(self, need: int) -> bool:
        """Whether so many places are left on both sides."""
        return min(len(self.graph.mentor) - self._used, len(self.back.edge) - self._back_used) >= need

    def find(self, mentee: int, mentor: int) -> int:
        """The pair's edge, or -1."""
        begin, end = self.graph.start[mentee], self.graph.stop[mentee]
        found = np.flatnonzero(self.graph.mentor[begin:end] == mentor)
        return int(begin + found[0]) if len(found) else -1

    def degree(self, mentor: int) -> int:
        """How many pairs the mentor is in."""
        return int(self.back.stop[mentor] - self.back.start[mentor])

    def add(self, mentee: int, mentor: int, worth: int) -> int:
        """Allow a pair that is not there; returns by how much the row's other edges moved."""
        moved = self._move_row(mentee) if self.graph.stop[mentee] == self._end[mentee] else 0
        edge = int(self.graph.stop[mentee])
        self.graph.mentor[edge] = mentor
        self.graph.worth[edge] = worth
        self.graph.stop[mentee] += 1
        if self.back.stop[mentor] == self._back_end[mentor]:
            self._move_column(mentor)
        at = self.back.stop[mentor]
        self.back.edge[at] = edge
        self.back.mentee[at] = mentee
        self.back.stop[mentor] += 1
        return moved

    def begin_row(self, mentee: int, length: int) -> None:
        """Place a row that is still empty where it has room for so many."""
        self.graph.start[mentee] = self.graph.stop[mentee] = self._used
        self._used += length + ROOM
        self._end[mentee] = self._used

    def begin_column(self, mentor: int, length: int) -> None:
        """Place a column that is still empty where it has room for so many."""
        self.back.start[mentor] = self.back.stop[mentor] = self._back_used
        self._back_used += length + ROOM
        self._back_end[mentor] = self._back_used

    def _move_row(self, mentee: int) -> int:
        graph, back = self.graph, self.back
        begin, end = int(graph.start[mentee]), int(graph.stop[mentee])
        to, length = self._used, end - begin
        graph.mentor[to : to + length] = graph.mentor[begin:end]
        graph.worth[to : to + length] = graph.worth[begin:end]
        for mentor in graph.mentor[begin:end]:
            column = slice(back.start[mentor], back.stop[mentor])
            back.edge[column][back.mentee[column] == mentee] += to - begin
        graph.start[mentee], graph.stop[mentee] = to, to + length
        self._used = to + 2 * length + ROOM
        self._end[mentee] = self._used
        return to - begin

    def _move_column(self, mentor: int) -> None:
        back = self.back
        begin, end = int(back.start[mentor]), int(back.stop[mentor])
        to, length = self._back_used, end - begin
        back.edge[to : to + length] = back.edge[begin:end]
        back.mentee[to : to + length] = back.mentee[begin:end]
        back.start[mentor], back.stop[mentor] = to, to + length
        self._back_used = to + 2 * length + ROOM
        self._back_end[mentor] = self._back_used


def _lay_out(owner: Indices, owners: int, need: int) -> tuple[Ints, Ints, Ints, int]:
    """Where each item of the sorted owners goes, each owner's start and end with room, the pool's size."""
    degree = np.bincount(owner, minlength=owners)
    end = np.cumsum(degree + ROOM)
    start = end - degree - ROOM
    first = np.cumsum(degree) - degree
    at = np.arange(len(owner), dtype=np.int64) + (start - first)[owner]
    used = int(end[-1]) if owners else 0
    return at, start, end, with_room(used) + need
