"""Results whose groups have a smallest size: whether they keep to it, and how far from the best they can be.

Without the smallest sizes the market is an ordinary one, and its bound holds. A mentor whose group can never
be large enough is set aside first.
"""

import numpy as np

from services.matching.domain.certificate.claim import Claim, Fault, Finding, Proof, Verdict
from services.matching.domain.certificate.examine import breaches
from services.matching.domain.certificate.market import Ints, Market
from services.matching.domain.certificate.relaxed import relax
from services.matching.domain.certificate.stability import blocking_edges


def examine_groups(market: Market, chosen: Ints, smallest: Ints, proof: Proof | None = None) -> Verdict:
    """Is it allowed, and by which bound is it how good; a gap is told and no fault."""
    claim = Claim(market=market, chosen=chosen, locked=np.empty(0, dtype=np.int64))
    open_market = reachable(market, smallest)
    findings = [*breaches(claim), *_too_small(market, chosen, smallest)]
    if findings:
        price = np.zeros_like(market.seats)
        proof = Proof(price=price, total_price=price)
    try:
        relaxed = relax(
            open_market,
            chosen,
            None if proof is None else proof.price,
            None if proof is None else proof.total_price,
        )
    except ValueError:
        findings.append(Finding(fault=Fault.CERTIFICATE_FALSE))
        relaxed = relax(open_market, chosen, None, None)
    score = market.score[chosen]
    return Verdict(
        matched=len(chosen),
        most=relaxed.most,
        objective=int(score.sum()),
        bound=relaxed.bound,
        floor=int(score.min()) if len(chosen) else None,
        level=0,
        blocking_pairs=len(blocking_edges(market, chosen)),
        findings=tuple(findings),
        proof=Proof(price=relaxed.price, total_price=relaxed.total_price),
        found_itself=relaxed.found_itself,
    )


def reachable(market: Market, smallest: Ints) -> Market:
    """The market without the seats of those whose group can never be large enough."""
    comes = market.slots[np.repeat(np.arange(len(market.slots)), np.diff(market.first))] > 0
    most = np.minimum(np.bincount(market.column[comes], minlength=len(market.seats)), market.seats)
    seats = np.where(most >= smallest, market.seats, 0)
    return Market(market.first, market.column, market.score, market.slots, seats)


def _too_small(market: Market, chosen: Ints, smallest: Ints) -> list[Finding]:
    load = np.bincount(market.column[chosen], minlength=len(market.seats))
    small = np.flatnonzero((load > 0) & (load < smallest))[:10]
    return [
        Finding(fault=Fault.COLUMN_BELOW_MINIMUM, node=int(node), by=int(smallest[node] - load[node]))
        for node in small
    ]
