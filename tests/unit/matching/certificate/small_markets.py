"""Markets so small that every result can be listed, and what is best by that list."""

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from services.matching.domain.certificate.claim import Claim, Objective
from services.matching.domain.certificate.market import Market

Pairs = tuple[int, ...]
"""A result: edges of the market, ascending."""

MOST_EDGES = 12


@dataclass(frozen=True)
class Small:
    """A market, its locked edges, and every result that keeps them."""

    market: Market
    rows: list[int]
    locked: Pairs
    results: list[Pairs]

    def total(self, pairs: Pairs) -> int:
        """The score of a result."""
        return sum(int(self.market.score[edge]) for edge in pairs)

    def floor(self, pairs: Pairs) -> int:
        """The worst score of a result, locked pairs apart."""
        return min((int(self.market.score[edge]) for edge in pairs if edge not in self.locked), default=0)

    def best(self, objective: Objective) -> set[Pairs]:
        """By comparing all of them."""
        most = max(map(len, self.results))
        left = [pairs for pairs in self.results if len(pairs) == most]
        if objective is Objective.FLOOR:
            highest = max(map(self.floor, left))
            left = [pairs for pairs in left if self.floor(pairs) == highest]
        total = max(map(self.total, left))
        return {pairs for pairs in left if self.total(pairs) == total}

    def claim(self, pairs: Pairs, objective: Objective = Objective.TOTAL) -> Claim:
        """That this is the best result."""
        return Claim(
            market=self.market,
            chosen=np.array(pairs, dtype=np.int64),
            locked=np.array(self.locked, dtype=np.int64),
            objective=objective,
        )


@st.composite
def small_markets(draw: st.DrawFn) -> Small:
    """Up to 7 people a side, capacities of 0 to 3, many equal scores, sometimes locked pairs."""
    mentees, mentors = draw(st.integers(1, 7)), draw(st.integers(1, 7))
    allowed = st.tuples(st.integers(0, mentees - 1), st.integers(0, mentors - 1))
    pairs = sorted(draw(st.sets(allowed, max_size=MOST_EDGES)))
    highest = draw(st.sampled_from([1, 4, 1_000_000]))
    scores = draw(st.lists(st.integers(0, highest), min_size=len(pairs), max_size=len(pairs)))
    slots = draw(st.lists(st.sampled_from([1, 1, 1, 0, 2]), min_size=mentees, max_size=mentees))
    seats = draw(st.lists(st.sampled_from([1, 1, 2, 0, 3]), min_size=mentors, max_size=mentors))
    rows = [mentee for mentee, _ in pairs]
    market = Market(
        np.searchsorted(rows, np.arange(mentees + 1)).astype(np.int64),
        np.array([mentor for _, mentor in pairs], dtype=np.int32),
        np.array(scores, dtype=np.int64),
        np.array(slots, dtype=np.int64),
        np.array(seats, dtype=np.int64),
    )
    results = every_result(market, rows)
    locked = draw(st.sampled_from([(), *results]))[:2] if draw(st.booleans()) else ()
    return Small(market, rows, locked, [one for one in results if set(locked) <= set(one)])


def every_result(market: Market, rows: list[int]) -> list[Pairs]:
    """All sets of edges that fit the capacities."""
    found: list[Pairs] = []
    slots, seats = market.slots.tolist(), market.seats.tolist()

    def extend(edge: int, chosen: Pairs) -> None:
        if edge == market.edges:
            found.append(chosen)
            return
        extend(edge + 1, chosen)
        row, column = rows[edge], int(market.column[edge])
        if slots[row] and seats[column]:
            slots[row] -= 1
            seats[column] -= 1
            extend(edge + 1, (*chosen, edge))
            slots[row] += 1
            seats[column] += 1

    extend(0, ())
    return found
