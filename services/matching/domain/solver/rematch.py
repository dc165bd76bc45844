"""A living market: whoever joins, leaves, changes capacity or is declined gets the exact new optimum at once.

The matching and its prices are kept. One event breaks an invariant of `native.state` at one person, and a
shortest path or two mend it, so that the result is again as good as a solve from nothing, with proof.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.matching.domain.solver.living import MATCH_VALUE, LivingMarket
from services.matching.domain.solver.native.state import GONE, UNMATCHED
from services.matching.domain.solver.pool import CLOSED_EDGE
from services.matching.domain.solver.problem import FULL, Prices, Problem, Solution

NAME = "rematch-by-paths"


@dataclass(frozen=True, slots=True)
class Move:
    """A mentee whose mentor changed; None is nobody."""

    mentee: int
    before: int | None
    after: int | None


class UnknownPerson(LookupError):
    """No such mentee or mentor, or one who has left."""


class Rematch:
    """The optimum of a market that changes; mentees take one seat each. Indices of people never change."""

    def __init__(self, problem: Problem) -> None:
        """Solve from nothing. Raises what `solve` raises, EngineUnfit for mentees of several slots."""
        self._market = LivingMarket(problem)

    def join(self, pairs: Sequence[tuple[int, int]]) -> tuple[int, tuple[Move, ...]]:
        """A new mentee with (mentor, score) pairs: the mentee's index, and who moved."""
        market = self._market
        _check_pairs(pairs, market.knows_mentor)
        mentee = market.add_mentee([mentor for mentor, _ in pairs], [score for _, score in pairs])
        moves: dict[int, int] = {}
        market.place(mentee, moves)
        return mentee, self._told(moves)

    def leave(self, mentee: int) -> tuple[Move, ...]:
        """A mentee goes for good; who moved, the mentee included."""
        market = self._market
        _check_known(market.knows_mentee, mentee)
        moves: dict[int, int] = {}
        mentor = market.unseat(mentee, moves)
        market.book.match[mentee] = GONE
        market.fill(mentor, moves)
        return self._told(moves)

    def exclude(self, mentee: int, mentor: int) -> tuple[Move, ...]:
        """The pair is not allowed any more: declined, ended, or ruled out; who moved."""
        market = self._market
        _check_known(market.knows_mentee, mentee)
        _check_known(market.knows_mentor, mentor)
        edge = market.pool.find(mentee, mentor)
        moves: dict[int, int] = {}
        if edge >= 0:
            market.pool.graph.worth[edge] = CLOSED_EDGE
            if market.book.match[mentee] == edge:
                market.unseat(mentee, moves)
                market.place(mentee, moves)
                market.fill(mentor, moves)
        return self._told(moves)

    def set_seats(self, mentor: int, seats: int) -> tuple[Move, ...]:
        """A mentor takes more or fewer; 0 is a mentor who leaves. Who moved."""
        market = self._market
        _check_known(market.knows_mentor, mentor)
        _check_seats(seats)
        moves: dict[int, int] = {}
        evicted = []
        while market.book.load[mentor] > seats:
            evicted.append(market.last_seated(mentor))
            market.unseat(evicted[-1], moves)
        market.set_seats(mentor, seats)
        for mentee in evicted:
            market.place(mentee, moves)
        market.fill(mentor, moves)
        return self._told(moves)

    def add_mentor(self, seats: int, pairs: Sequence[tuple[int, int]]) -> tuple[int, tuple[Move, ...]]:
        """A new mentor with (mentee, score) pairs: the mentor's index, and who moved."""
        market = self._market
        _check_pairs(pairs, market.knows_mentee)
        _check_seats(seats)
        mentor = market.add_mentor(seats, [mentee for mentee, _ in pairs], [score for _, score in pairs])
        moves: dict[int, int] = {}
        market.fill(mentor, moves)
        return mentor, self._told(moves)

    def mentor_of(self, mentee: int) -> int | None:
        """Who the mentee is matched with now."""
        edge = int(self._market.book.match[mentee])
        return int(self._market.pool.graph.mentor[edge]) if edge >= 0 else None

    def snapshot(self) -> tuple[Problem, Solution]:
        """The market as it is now, and its solution with the prices that prove it."""
        problem, chosen = self._market.snapshot()
        price = self._market.book.v[: problem.mentors].copy()
        return problem, Solution(chosen, Prices(price, MATCH_VALUE), NAME)

    def _told(self, moves: dict[int, int]) -> tuple[Move, ...]:
        moved = []
        for mentee, before in sorted(moves.items()):
            old, new = None if before == UNMATCHED else before, self.mentor_of(mentee)
            if old != new:
                moved.append(Move(mentee, old, new))
        return tuple(moved)


def _check_known(known: Callable[[int], bool], person: int) -> None:
    if not known(person):
        raise UnknownPerson(person)


def _check_pairs(pairs: Sequence[tuple[int, int]], known: Callable[[int], bool]) -> None:
    for person, score in pairs:
        _check_known(known, person)
        if not 0 <= score <= FULL:
            raise ValueError(f"score: {score} is outside 0..{FULL}")
    if len({person for person, _ in pairs}) < len(pairs):
        raise ValueError("pairs: the same one twice")


def _check_seats(seats: int) -> None:
    if seats < 0:
        raise ValueError("seats: below zero")
