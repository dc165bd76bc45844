"""The common shape of every level: edges with a worth, how many each side takes; and who can solve it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.flow import largest_gain, most_gain
from services.matching.domain.solver.native.engine import Market, Run
from services.matching.domain.solver.native.labels import label
from services.matching.domain.solver.native.plan import ONCE, SCALED
from services.matching.domain.solver.problem import Cancel, Cancelled, Engine, EngineUnfit, SolverFailed

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Found:
    """The chosen edges, ascending, and the seat prices where the engine has them."""

    chosen: Ints
    price: Ints | None


Solver = Callable[[Market, int | None, Cancel | None], Found]
"""The port: a market, how many edges may be looked at, and whether to stop."""


def rows_of(market: Market) -> NDArray[np.int32]:
    """(edges,) the mentee of each edge."""
    return np.repeat(np.arange(len(market.slots), dtype=np.int32), np.diff(market.first))


def _flow(market: Market, budget: int | None, cancel: Cancel | None) -> Found:
    del budget
    if cancel is not None and cancel():
        raise Cancelled
    chosen = most_gain(rows_of(market), market.mentor, market.worth, market.slots, market.seats)
    return Found(chosen, None)


def _auction(market: Market, budget: int | None, cancel: Cancel | None) -> Found:
    run = _run(market, budget, cancel)
    run.solve_by_auction(ONCE)
    return Found(run.chosen(), run.book.v)


def _scaled_auction(market: Market, budget: int | None, cancel: Cancel | None) -> Found:
    run = _run(market, budget, cancel)
    run.solve_by_auction(SCALED)
    return Found(run.chosen(), run.book.v)


def _seat_paths(market: Market, budget: int | None, cancel: Cancel | None) -> Found:
    run = _run(market, budget, cancel)
    run.solve_from_seats()
    return Found(run.chosen(), run.book.v)


def _run(market: Market, budget: int | None, cancel: Cancel | None) -> Run:
    if market.slots.max(initial=0) > 1:
        raise EngineUnfit("mentees of several slots")
    return Run(market, budget=budget, cancel=cancel)


SOLVERS: dict[Engine, Solver] = {
    Engine.FLOW: _flow,
    Engine.AUCTION: _auction,
    Engine.SCALED_AUCTION: _scaled_auction,
    Engine.SEAT_PATHS: _seat_paths,
}


def widest_worth(engine: Engine, people: int) -> int:
    """The largest worth without a base that the engine can take."""
    return largest_gain(people) if engine is Engine.FLOW else 2**58


def find_prices(market: Market, chosen: Ints) -> Ints:
    """The smallest prices that prove the solution. Raises SolverFailed if none do: it is no optimum."""
    taken = np.zeros(len(market.mentor), dtype=np.bool_)
    taken[chosen] = True
    by_mentor = chosen[np.argsort(market.mentor[chosen], kind="stable")]
    load = np.bincount(market.mentor[chosen], minlength=len(market.seats))
    begin = np.zeros(len(market.seats) + 1, dtype=np.int64)
    np.cumsum(load, out=begin[1:])
    price = np.zeros(len(market.seats), dtype=np.int64)
    worth = market.worth + market.base
    settled = label(
        market.first,
        market.mentor,
        worth,
        taken,
        market.slots,
        begin,
        by_mentor.astype(np.int32),
        rows_of(market)[by_mentor],
        load < market.seats,
        price,
        int(worth.max(initial=0)),
    )
    if not settled:
        raise SolverFailed("no prices prove the solution")
    return price
