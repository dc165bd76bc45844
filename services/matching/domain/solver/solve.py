"""The one road to a solution: the engine that suits the market's shape, or the one asked for."""

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.solver.levels import Face, optimal_face
from services.matching.domain.solver.market import SOLVERS, Found, find_prices, widest_worth
from services.matching.domain.solver.native.engine import Market, OverBudget
from services.matching.domain.solver.problem import (
    Cancel,
    Engine,
    EngineUnfit,
    Prices,
    Problem,
    Solution,
    check,
)
from services.matching.domain.solver.rule import budget_for, engine_for


def solve(problem: Problem, *, engine: Engine | None = None, cancel: Cancel | None = None) -> Solution:
    """Most pairs, then the best total, then the best of each further level; the same for the same problem.

    Where the rule's engine runs past its budget, OR-tools takes over; an engine asked for by name runs to its
    end. Raises ValueError for arrays that make no market, MarketTooLarge, EngineUnfit, Cancelled or
    SolverFailed.
    """
    check(problem)
    market = Market(
        problem.first,
        problem.mentor,
        problem.score,
        problem.match_value(),
        problem.mentee_capacity,
        problem.mentor_capacity,
    )
    used, found = _find(market, engine, cancel)
    price = found.price
    if price is None and problem.levels:
        price = find_prices(market, found.chosen)
    prices = None if price is None else Prices(price, market.base)
    if price is None or not problem.levels:
        return Solution(found.chosen, prices, used)
    return Solution(_descend(market, price, problem.levels, engine, cancel), prices, used)


def _find(market: Market, engine: Engine | None, cancel: Cancel | None) -> tuple[Engine, Found]:
    if engine is not None:
        return engine, SOLVERS[engine](market, None, cancel)
    engine = engine_for(market)
    try:
        return engine, SOLVERS[engine](market, budget_for(market), cancel)
    except OverBudget:
        return Engine.FLOW, SOLVERS[Engine.FLOW](market, None, cancel)


def _descend(
    market: Market,
    price: NDArray[np.int64],
    levels: tuple[NDArray[np.int64], ...],
    engine: Engine | None,
    cancel: Cancel | None,
) -> NDArray[np.int64]:
    """Solve level by level on the face that the prices of the level above leave."""
    edges = np.arange(len(market.mentor), dtype=np.int64)
    fixed = []
    chosen = edges[:0]
    for depth, level in enumerate(levels, start=1):
        face = optimal_face(market, price)
        fixed.append(edges[face.fixed])
        edges = edges[face.open_edges]
        market = _level_market(face, level[edges], engine)
        try:
            _, found = _find(market, engine, cancel)
        except EngineUnfit:
            _, found = _find(market, Engine.FLOW, cancel)
        chosen = edges[found.chosen]
        if depth < len(levels):
            price = find_prices(market, found.chosen) if found.price is None else found.price
    return np.sort(np.concatenate([*fixed, chosen]))


def _level_market(face: Face, level: NDArray[np.int64], engine: Engine | None) -> Market:
    """The face as a market: whoever must be served comes before anything the level can add up to."""
    people = len(face.slots) + len(face.seats)
    most = min(int(face.slots.sum()), int(face.seats.sum()), len(level))
    widest = widest_worth(engine or Engine.FLOW, people)
    shift = 0
    while (
        2 * (most * (int(level.max(initial=0)) >> shift) + 1) + (int(level.max(initial=0)) >> shift) > widest
    ):
        shift += 1
    fine = level >> shift
    must = most * int(fine.max(initial=0)) + 1
    return Market(face.first, face.mentor, face.musts * must + fine, 0, face.slots, face.seats)
