"""Short rounds: a pair comes again only once both have met everybody else they may, as often as each other.

Each round is an ordinary market of the pairs that may meet then, and its result is proven as such. That the
rounds together are the best there is nobody claims: an early round does not look ahead.
"""

from dataclasses import dataclass

import numpy as np

from services.matching.domain.certificate.claim import Claim, Objective, Proof, Verdict
from services.matching.domain.certificate.examine import examine
from services.matching.domain.certificate.market import Ints, Market, Mask


@dataclass(frozen=True, slots=True)
class Round:
    """One round: `market` holds the pairs that might meet, `places` where each is in the whole market.

    `too_soon` are edges of the whole market that met and should not have; without them the rest is examined.
    """

    market: Market
    places: Ints
    verdict: Verdict
    too_soon: Ints


def may_meet(market: Market, met: Ints) -> Mask:
    """The pairs that neither of the two has met more often than anybody else they can meet."""
    rows = np.repeat(np.arange(len(market.slots)), np.diff(market.first))
    can = (market.slots[rows] > 0) & (market.seats[market.column] > 0)
    never = np.iinfo(np.int64).max
    by_row = np.full(len(market.slots), never)
    by_column = np.full(len(market.seats), never)
    np.minimum.at(by_row, rows[can], met[can])
    np.minimum.at(by_column, market.column[can], met[can])
    allowed: Mask = can & (met == by_row[rows]) & (met == by_column[market.column])
    return allowed


def examine_rounds(market: Market, rounds: list[Ints], proofs: list[Proof] | None = None) -> list[Round]:
    """One after the other; `rounds` are edges of the market, ascending, each once in a round."""
    met = np.zeros(market.edges, dtype=np.int64)
    examined = []
    for at, chosen in enumerate(rounds):
        allowed = may_meet(market, met)
        left, places = market.only(allowed)
        mine = np.searchsorted(places, chosen[allowed[chosen]])
        claim = Claim(market=left, chosen=mine, locked=np.empty(0, dtype=np.int64), objective=Objective.TOTAL)
        verdict = examine(claim, proofs[at] if proofs is not None else None)
        examined.append(Round(left, places, verdict, chosen[~allowed[chosen]]))
        met[chosen] += 1
    return examined
