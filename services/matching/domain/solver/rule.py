"""Which engine a market gets; the figures behind it are in docs/adr/0019."""

import numpy as np

from services.matching.domain.solver.native.engine import Market
from services.matching.domain.solver.problem import Engine

SPARE = 0.0005
"""From this share of spare seats on, prices that only rise from zero need almost no repair."""
SHORT = 0.04
"""From this share of missing seats on, looking for people from the seats' side is quickest."""
SCANS_PER_EDGE = 80
"""Past it (a place with too few seats inside a market with enough), OR-tools takes over."""


def engine_for(market: Market) -> Engine:
    """By seats that can be used against people who can be served."""
    if market.slots.max(initial=0) > 1:
        return Engine.FLOW
    degree = np.bincount(market.mentor, minlength=len(market.seats))
    seats = int(np.minimum(market.seats, degree).sum())
    people = int(np.count_nonzero((market.slots > 0) & (np.diff(market.first) > 0)))
    if seats >= people * (1 + SPARE):
        return Engine.AUCTION
    if seats >= people:
        return Engine.SCALED_AUCTION
    return Engine.SEAT_PATHS if seats <= people * (1 - SHORT) else Engine.FLOW


def budget_for(market: Market) -> int:
    """How many edges the searches may scan before another engine is asked."""
    return SCANS_PER_EDGE * len(market.mentor) + 1_000_000
