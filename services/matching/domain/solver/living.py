"""The arrays under a living market, kept whole between events; what events mean is in `rematch`."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.market import SOLVERS, find_prices
from services.matching.domain.solver.native.engine import Market, OverBudget
from services.matching.domain.solver.native.mentee_paths import place_mentee
from services.matching.domain.solver.native.seat_paths import fill_seat
from services.matching.domain.solver.native.seats import best_profit, rise, settle_profits
from services.matching.domain.solver.native.state import GONE, UNMATCHED, new_desk
from services.matching.domain.solver.pool import CLOSED_EDGE, ROOM, Pool, with_room
from services.matching.domain.solver.problem import FULL, Engine, EngineUnfit, Problem, SolverFailed, check
from services.matching.domain.solver.rule import budget_for, engine_for
from services.matching.domain.solver.seating import Seating

Ints = NDArray[np.int64]
Indices = NDArray[np.int32]
Whole = TypeVar("Whole", np.int32, np.int64)

MATCH_VALUE = FULL * 2**32 + 1
"""What a pair is worth however the market grows: more than the scores of four billion pairs."""


class LivingMarket:
    """Pairs, seats and prices, with the two ways to mend an invariant."""

    def __init__(self, problem: Problem) -> None:
        """Solve from nothing."""
        check(problem)
        if problem.mentee_capacity.max(initial=0) > 1:
            raise EngineUnfit("mentees of several slots")
        self.people, self.mentors = problem.mentees, problem.mentors
        self.seats = problem.mentor_capacity.copy()
        chosen, price = _solve(
            Market(
                problem.first, problem.mentor, problem.score, MATCH_VALUE, problem.mentee_capacity, self.seats
            )
        )
        rows = problem.rows()
        mate = np.full(self.people, UNMATCHED, dtype=np.int32)
        mate[problem.mentee_capacity == 0] = GONE
        mate[rows[chosen]] = problem.mentor[chosen]
        self._build(rows, problem.mentor, problem.score, mate, price, need=0)

    def knows_mentee(self, mentee: int) -> bool:
        """Whether the mentee is there."""
        return 0 <= mentee < self.people and bool(self.book.match[mentee] != GONE)

    def knows_mentor(self, mentor: int) -> bool:
        """Whether the mentor ever was there."""
        return 0 <= mentor < self.mentors

    def place(self, mentee: int, moves: dict[int, int]) -> None:
        """Find an unmatched mentee the best way out. `moves` keeps who moved, with the mentor before."""
        self.book.u[mentee] = best_profit(self.pool.graph, self.book, mentee)
        if self.book.u[mentee] > 0:
            self._mark += 2
            changed, _ = place_mentee(self.pool.graph, self.book, self._desk, self._mark, mentee)
            self._note(changed, moves)

    def fill(self, mentor: int, moves: dict[int, int]) -> None:
        """Fill the mentor's free seats, or take their price away."""
        if mentor < 0:
            return
        while self.book.load[mentor] < self.book.capacity[mentor] and self.book.v[mentor] > 0:
            self._mark += 2
            changed, _ = fill_seat(self.pool.graph, self.pool.back, self.book, self._desk, self._mark, mentor)
            self._note(changed, moves)

    def unseat(self, mentee: int, moves: dict[int, int]) -> int:
        """Take a mentee out of the seat; returns its mentor, or -1."""
        edge = int(self.book.match[mentee])
        if edge < 0:
            return UNMATCHED
        mentor = int(self.pool.graph.mentor[edge])
        moves.setdefault(mentee, mentor)
        rise(self.book, mentor, mentee)
        self.book.match[mentee] = UNMATCHED
        return mentor

    def last_seated(self, mentor: int) -> int:
        """One of the mentor's people."""
        return int(self.book.occupant[self.book.seat[mentor] + self.book.load[mentor] - 1])

    def set_seats(self, mentor: int, seats: int) -> None:
        """Note the capacity; nobody may sit beyond it."""
        self.seats[mentor] = seats
        self._fit(mentor)

    def add_mentee(self, mentors: list[int], scores: list[int]) -> int:
        """A row for a new mentee, unmatched; returns the index."""
        need = self.pool.need_of([], mentors) + 2 * len(mentors)
        if self.people == len(self.book.match) or not self.pool.has_room(need):
            self._rebuild(need)
        mentee = self.people
        self.people += 1
        self.book.match[mentee] = UNMATCHED
        self.pool.begin_row(mentee, len(mentors))
        for mentor, score in zip(mentors, scores, strict=True):
            self.pool.add(mentee, mentor, score)
            self._fit(mentor)
        return mentee

    def add_mentor(self, seats: int, mentees: list[int], scores: list[int]) -> int:
        """A column for a new mentor, all seats free, at a price that tempts nobody; returns the index."""
        need = self.pool.need_of(mentees, []) + 2 * len(mentees)
        if self.mentors == len(self.book.v) or not self.pool.has_room(need):
            self._rebuild(need)
        mentor = self.mentors
        self.mentors += 1
        self.pool.begin_column(mentor, len(mentees))
        price = 0
        for mentee, score in zip(mentees, scores, strict=True):
            moved = self.pool.add(mentee, mentor, score)
            if self.book.match[mentee] >= 0:
                self.book.match[mentee] += moved
            price = max(price, MATCH_VALUE + score - int(self.book.u[mentee]))
        self.book.v[mentor] = price
        self.set_seats(mentor, seats)
        return mentor

    def snapshot(self) -> tuple[Problem, Ints]:
        """The market without those who left and what was closed, and the chosen edges in it."""
        rows, mentor, worth = self._edges()
        order = np.lexsort((mentor, rows))
        rows, mentor, worth = rows[order], mentor[order], worth[order]
        first = np.zeros(self.people + 1, dtype=np.int64)
        np.cumsum(np.bincount(rows, minlength=self.people), out=first[1:])
        present = (self.book.match[: self.people] != GONE).astype(np.int64)
        chosen = np.flatnonzero(self._mates()[rows] == mentor)
        return Problem(first, mentor, worth, present, self.seats[: self.mentors].copy()), chosen

    def _build(
        self, rows: Indices, mentor: Indices, worth: Ints, mate: Indices, price: Ints, *, need: int
    ) -> None:
        """Lay everything out anew: edges sorted by mentee, each mentee's mentor, each mentor's price."""
        people, mentors = with_room(self.people), with_room(self.mentors)
        self.pool = Pool(rows, mentor, worth, base=MATCH_VALUE, people=people, mentors=mentors, need=need)
        self.seats = _longer(self.seats[: self.mentors], mentors, 0)
        mentor_of = _longer(mate, people, GONE)
        match = mentor_of.copy()
        taken = np.flatnonzero(mate[rows] == mentor)
        first = np.searchsorted(rows, rows[taken])
        match[rows[taken]] = self.pool.graph.start[rows[taken]] + taken - first
        usable = np.minimum(self.seats, self.pool.back.stop - self.pool.back.start + 1)
        self._seating = Seating(match, mentor_of, usable, _longer(price[: self.mentors], mentors, 0))
        self.book = self._seating.book
        self._desk = new_desk(mentors)
        self._mark = 0
        if settle_profits(self.pool.graph, self.book):
            raise SolverFailed("the prices do not prove the solution")

    def _rebuild(self, need: int) -> None:
        rows, mentor, worth = self._edges()
        self._build(rows, mentor, worth, self._mates(), self.book.v, need=need)

    def _edges(self) -> tuple[Indices, Indices, Ints]:
        graph = self.pool.graph
        begin = graph.start[: self.people]
        length = graph.stop[: self.people] - begin
        length[self.book.match[: self.people] == GONE] = 0
        rows = np.repeat(np.arange(self.people, dtype=np.int32), length)
        at = np.arange(len(rows)) + np.repeat(begin - np.cumsum(length) + length, length)
        open_ = graph.worth[at] != CLOSED_EDGE
        return rows[open_], graph.mentor[at[open_]], graph.worth[at[open_]]

    def _mates(self) -> Indices:
        match = self.book.match[: self.people]
        return np.where(match >= 0, self.pool.graph.mentor[np.maximum(match, 0)], match).astype(np.int32)

    def _fit(self, mentor: int) -> None:
        """As many seats as can ever be used: one more than there are pairs stands for any number."""
        usable = min(int(self.seats[mentor]), self.pool.degree(mentor) + 1)
        if usable == self.book.capacity[mentor]:
            return
        if self._seating.has_room(usable + ROOM):
            self._seating.resize(mentor, usable)
        else:
            self._rebuild(0)

    def _note(self, changed: int, moves: dict[int, int]) -> None:
        for mentee, edge in zip(
            self._desk.moved[:changed].tolist(), self._desk.left[:changed].tolist(), strict=True
        ):
            moves.setdefault(mentee, int(self.pool.graph.mentor[edge]) if edge >= 0 else UNMATCHED)


def _longer(values: NDArray[Whole], length: int, fill: int) -> NDArray[Whole]:
    longer = np.full(length, fill, dtype=values.dtype)
    longer[: len(values)] = values
    return longer


def _solve(market: Market) -> tuple[Ints, Ints]:
    engine = engine_for(market)
    try:
        found = SOLVERS[engine](market, budget_for(market), None)
    except OverBudget:
        found = SOLVERS[Engine.FLOW](market, None, None)
    return found.chosen, find_prices(market, found.chosen) if found.price is None else found.price
