"""The market of a claim as arrays: who may be paired with whom, at what score, and how often."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FULL = 1_000_000
"""The best score of a pair."""

Ints = NDArray[np.int64]
Indices = NDArray[np.int32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Market:
    """Allowed pairs by row: row i's edges are `first[i]:first[i + 1]`, each column at most once in a row.

    In an ordinary program a row is a mentee with slots, a column a mentor with seats. Scores are millionths.
    """

    first: Ints
    column: Indices
    score: Ints
    slots: Ints
    seats: Ints

    @property
    def edges(self) -> int:
        """How many pairs are allowed."""
        return len(self.column)

    def row_of(self, edges: Ints) -> Ints:
        """The rows of these edges."""
        return np.searchsorted(self.first, edges, side="right") - 1

    def match_value(self) -> int:
        """What one more pair is worth, in millionths: more than all scores together can be."""
        slots = sum(np.minimum(self.slots, len(self.seats)).tolist())
        seats = sum(np.minimum(self.seats, len(self.slots)).tolist())
        return FULL * int(min(slots, seats, self.edges)) + 1

    def only(self, keep: Mask) -> tuple["Market", Ints]:
        """The market of these edges alone, and the place each of its edges has here."""
        kept = np.flatnonzero(keep)
        first = np.searchsorted(kept, self.first).astype(np.int64)
        return Market(first, self.column[kept], self.score[kept], self.slots, self.seats), kept

    def without(self, fixed: Ints) -> tuple["Market", Ints]:
        """What is left to decide once these edges have their slots and seats."""
        if not len(fixed):
            return self, np.arange(self.edges)
        slots = self.slots - np.bincount(self.row_of(fixed), minlength=len(self.slots))
        seats = self.seats - np.bincount(self.column[fixed], minlength=len(self.seats))
        keep = np.ones(self.edges, dtype=np.bool_)
        keep[fixed] = False
        rest, kept = self.only(keep)
        return Market(rest.first, rest.column, rest.score, slots, seats), kept
