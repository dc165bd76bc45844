"""The kernels in order: a start that suits the market, then exact searches until every invariant holds."""

from dataclasses import dataclass

import numpy as np

from services.matching.domain.solver.native.auction import bid, close_auction, open_phase
from services.matching.domain.solver.native.mentee_paths import place_mentees
from services.matching.domain.solver.native.plan import Plan
from services.matching.domain.solver.native.seat_paths import fill_seats, price_out
from services.matching.domain.solver.native.seats import settle_profits, take_best
from services.matching.domain.solver.native.state import (
    GONE,
    UNMATCHED,
    Back,
    Desk,
    Graph,
    Indices,
    Ints,
    new_book,
    new_desk,
    turn,
)
from services.matching.domain.solver.problem import Cancel, Cancelled

CHUNK = 20_000_000
"""Edges scanned between two looks at the cancellation: some tenths of a second."""
CLOSED = 2**59
"""The price of a mentor without seats while others bid: above every worth."""
FLOOR_RANGES = 3
"""In the auction a mentee gives up once the best profit is so far below the worst score."""
WIDEST_BASE = 2**58


class OverBudget(RuntimeError):
    """The searches scan more than this market should need; another engine is quicker."""


@dataclass(frozen=True, slots=True)
class Market:
    """Edges by mentee, each worth `base + worth`, how many each side takes; our kernels know slots 0 and 1.

    `base + worth` is at most 2**58: worths, two prices and a distance add up below 2**62.
    """

    first: Ints
    mentor: Indices
    worth: Ints
    base: int
    slots: Ints
    seats: Ints


class Run:
    """One solve from empty; afterwards `book` holds everybody's seat and every price."""

    def __init__(self, market: Market, *, budget: int | None, cancel: Cancel | None) -> None:
        """`budget`: how many edges may be looked at before OverBudget; None is any number."""
        self._market = market
        # A seat more than there are candidates is as good as any number: it stays free, without a price.
        usable = np.bincount(market.mentor, minlength=len(market.seats)) + 1
        self.graph = Graph(
            market.first[:-1], market.first[1:], market.mentor, market.worth, np.int64(market.base)
        )
        self.book = new_book(len(market.slots), np.minimum(market.seats, usable))
        self.book.match[market.slots == 0] = GONE
        self._desk: Desk = new_desk(len(market.seats))
        self._back: Back | None = None
        self._mark = 0
        self._budget = budget
        self._cancel = cancel

    def solve_by_auction(self, plan: Plan) -> None:
        """Bid, then repair from both sides. Raises OverBudget or Cancelled."""
        self._spend(0)
        self.book.v[self._market.seats == 0] = CLOSED
        self._bid(plan)
        settle_profits(self.graph, self.book)
        take_best(self.graph, self.book)
        self._place_mentees()
        self._fill_seats()
        self._reopen()

    def solve_from_seats(self) -> None:
        """Start where nobody gains and let free seats look for people. Raises OverBudget or Cancelled."""
        self._spend(0)
        price_out(self.graph, self.back(), self.book)
        self._fill_seats()

    def chosen(self) -> Ints:
        """The edges of the solution, ascending."""
        return self.book.match[self.book.match >= 0].astype(np.int64)

    def back(self) -> Back:
        """The edges by mentor, turned when they are first needed."""
        if self._back is None:
            self._back = turn(self._market.first, self._market.mentor, len(self.book.v))
        return self._back

    def _bid(self, plan: Plan) -> None:
        worth = self.graph.worth
        low, high = int(worth.min(initial=0)), int(worth.max(initial=0))
        span = max(high - low, 1)
        seat_price = np.zeros(len(self.book.occupant), dtype=np.int64)
        stack = np.empty(len(self.book.match) + 1, dtype=np.int32)
        finest, step = max(1, span // plan.finest), max(1, span // plan.first)
        while True:
            fall = WIDEST_BASE if plan.fall is None else plan.fall * step
            waiting = open_phase(self.book, seat_price, stack, fall)
            while waiting:
                waiting, scanned = bid(
                    self.graph, self.book, seat_price, stack, waiting, low - FLOOR_RANGES * span, step, CHUNK
                )
                self._spend(scanned)
            if step <= finest:
                break
            step = max(finest, step // plan.ratio)
        close_auction(self.book)
        unseated = np.count_nonzero(self.book.match == UNMATCHED)
        if self._budget is not None and unseated > plan.most_unseated * len(self.book.match):
            raise OverBudget

    def _place_mentees(self) -> None:
        waiting = np.flatnonzero(self.book.match == UNMATCHED).astype(np.int32)
        at = 0
        while at < len(waiting):
            at, self._mark, scanned = place_mentees(
                self.graph, self.book, self._desk, self._mark, waiting, at, CHUNK
            )
            self._spend(scanned)

    def _fill_seats(self) -> None:
        if not ((self.book.load < self.book.capacity) & (self.book.v > 0)).any():
            return
        at = 0
        while at < len(self.book.v):
            at, self._mark, scanned = fill_seats(
                self.graph, self.back(), self.book, self._desk, self._mark, at, CHUNK
            )
            self._spend(scanned)

    def _reopen(self) -> None:
        """A mentor without seats costs what makes nobody want one, and no more."""
        closed = self._market.seats == 0
        if not closed.any():
            return
        self.book.v[closed] = 0
        rows = np.repeat(np.arange(len(self.book.u), dtype=np.int32), np.diff(self._market.first))
        at = np.flatnonzero(closed[self._market.mentor])
        need = self._market.base + self._market.worth[at] - self.book.u[rows[at]]
        np.maximum.at(self.book.v, self._market.mentor[at], need)

    def _spend(self, scanned: int) -> None:
        if self._budget is not None:
            self._budget -= scanned
            if self._budget < 0:
                raise OverBudget
        if self._cancel is not None and self._cancel():
            raise Cancelled
