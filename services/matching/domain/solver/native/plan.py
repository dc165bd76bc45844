"""How an auction goes: how coarse its bids begin, how fine they end, when a mentee gives up.

All lengths are parts of the score range; measured by `python -m tests.bench.matching`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """`first` and `finest`: the bids' increments are the score range over these; `fall` keeps prices.

    Between phases a mentor who was not full lowers the price by `fall` increments, or to 0 where it is None.
    """

    first: int
    finest: int
    ratio: int
    fall: int | None
    most_unseated: float
    """Share of people without a seat after the bids, above which searches would be slow."""


ONCE = Plan(first=512, finest=512, ratio=1, fall=None, most_unseated=1.0)
"""Spare seats: prices rise from 0 once, so a seat that stays free has none and nothing is to be repaired."""
SCALED = Plan(first=4, finest=8192, ratio=6, fall=6, most_unseated=0.01)
"""No spare seat: rough prices first, else people bid for ages in the finest coin."""
