"""Examines a claim: is it allowed, is it the best there is, and by which proof."""

import numpy as np

from services.matching.domain.certificate.bound import Bound, bound_of, most_pairs
from services.matching.domain.certificate.claim import Claim, Fault, Finding, Objective, Proof, Verdict
from services.matching.domain.certificate.cover import find_cover
from services.matching.domain.certificate.labels import Improvement, find_prices
from services.matching.domain.certificate.market import Indices, Ints, Market, Mask
from services.matching.domain.certificate.stability import blocking_edges


def examine(claim: Claim, proof: Proof | None = None) -> Verdict:
    """Check the claim against the given proof; find one where none is given, or where it proves nothing.

    A result that breaks a rule is not examined further: its bound is a loose one.
    """
    market, chosen = claim.market, claim.chosen
    found = breaches(claim)
    if found:
        bound = bound_of(market, np.zeros(len(market.seats), dtype=np.int64))
        return _verdict(claim, found, bound, None, most=bound.pairs, level=claim.least)
    free = np.setdiff1d(chosen, claim.locked, assume_unique=True)
    level = claim.least
    if claim.objective is Objective.FLOOR and len(free):
        level = int(market.score[free].min())
    rest, places = market.without(claim.locked)
    mine = np.searchsorted(places, free)
    return _Examination(claim, rest, places, mine, level=level, proof=proof).verdict()


class _Examination:
    """The levels of one claim whose locked pairs are set aside, one after the other."""

    def __init__(
        self, claim: Claim, rest: Market, places: Ints, mine: Ints, *, level: int, proof: Proof | None
    ) -> None:
        self._claim, self._rest, self._places, self._mine = claim, rest, places, mine
        self._level, self._given = level, proof
        self._findings: list[Finding] = []
        self._found_itself = proof is None

    def verdict(self) -> Verdict:
        open_market, kept = self._rest.only(self._rest.score >= self._level)
        mine = np.searchsorted(kept, self._mine)
        blocking = blocking_edges(open_market, mine)
        if self._claim.objective is Objective.STABLE:
            return self._stable(open_market, kept, blocking)
        count_cover, floor_cover = self._floor_covers()
        price, bound = self._prices(open_market, kept, mine)
        most = len(self._claim.locked) + (
            bound.pairs if count_cover is None else most_pairs(self._rest, count_cover)
        )
        return _verdict(
            self._claim,
            tuple(self._findings),
            bound,
            Proof(price=price, count_cover=count_cover, floor_cover=floor_cover),
            most=most,
            level=self._level,
            blocking=len(blocking),
            found_itself=self._found_itself,
        )

    def _stable(self, open_market: Market, kept: Ints, blocking: Ints) -> Verdict:
        """No pair may block; the prices, where given, tell what the best total would be."""
        free = np.zeros(len(open_market.seats), dtype=np.int64)
        try:
            bound = bound_of(open_market, free if self._given is None else self._given.price)
        except ValueError:
            self._false_certificate()
            bound = bound_of(open_market, free)
        if len(blocking):
            edge = int(self._places[kept[blocking[0]]])
            self._findings.append(Finding(fault=Fault.BLOCKING_PAIR, edge=edge, by=len(blocking)))
        return _verdict(
            self._claim,
            tuple(self._findings),
            bound,
            self._given,
            most=bound.pairs + len(self._claim.locked),
            level=self._level,
            blocking=len(blocking),
            found_itself=False,
        )

    def _floor_covers(self) -> tuple[Mask | None, Mask | None]:
        """A floor may cost no pair, and `floor` means the highest that costs none."""
        if not self._level and self._claim.objective is not Objective.FLOOR:
            return None, None
        given = self._given
        pairs = len(self._mine)
        count_cover = self._cover(self._rest, given.count_cover if given else None, self._mine, pairs)
        most = most_pairs(self._rest, count_cover)
        if most > pairs:
            self._findings.append(Finding(fault=Fault.FEWER_PAIRS, by=most - pairs))
        if self._claim.objective is not Objective.FLOOR or not pairs:
            return count_cover, None
        above, kept = self._rest.only(self._rest.score > self._level)
        mine = np.searchsorted(kept, self._mine[self._rest.score[self._mine] > self._level])
        floor_cover = self._cover(above, given.floor_cover if given else None, mine, pairs - 1)
        if most_pairs(above, floor_cover) >= pairs:
            self._findings.append(Finding(fault=Fault.FLOOR_NOT_HIGHEST, by=self._level + 1))
        return count_cover, floor_cover

    def _cover(self, market: Market, given: Mask | None, chosen: Ints, enough: int) -> Mask:
        """The given cover if it proves that no more than `enough` pairs are possible, else one found here."""
        if given is not None and given.shape == market.seats.shape and most_pairs(market, given) <= enough:
            return given
        cover = find_cover(market, chosen)
        if given is None:
            self._found_itself = True
        elif cover.pairs <= enough:
            self._false_certificate()
        return cover.columns

    def _false_certificate(self) -> None:
        self._found_itself = True
        if all(finding.fault is not Fault.CERTIFICATE_FALSE for finding in self._findings):
            self._findings.append(Finding(fault=Fault.CERTIFICATE_FALSE))

    def _prices(self, market: Market, kept: Ints, mine: Ints) -> tuple[Ints, Bound]:
        """The given prices if they close both gaps, else the ones found here."""
        total = int(market.score[mine].sum())
        if self._given is not None:
            try:
                bound = bound_of(market, self._given.price)
            except ValueError:
                bound = Bound(2**200, 1)
            if bound.pairs == len(mine) and bound.total(len(mine)) == total:
                return self._given.price, bound
            self._false_certificate()
        labels = find_prices(market, mine)
        bound = bound_of(market, labels.price)
        if labels.improvement is None:
            self._check_closed(bound, len(mine), total)
            return labels.price, bound
        zero = np.zeros_like(labels.price)
        bound, price = min(
            ((bound_of(market, price), price) for price in (labels.price, zero)), key=lambda one: one[0].worth
        )
        improvement = self._as_edges(labels.improvement, kept)
        told = any(finding.fault is Fault.FEWER_PAIRS for finding in self._findings)
        fewer = find_cover(market, mine).pairs - len(mine)
        if fewer and not told:
            chain = improvement if improvement.pairs > 0 else None
            self._findings.append(Finding(fault=Fault.FEWER_PAIRS, by=fewer, improvement=chain))
        if improvement.pairs == 0:
            worse = Finding(fault=Fault.TOTAL_BELOW_BEST, by=improvement.total, improvement=improvement)
            self._findings.append(worse)
        return price, bound

    def _check_closed(self, bound: Bound, pairs: int, total: int) -> None:
        """Labels that settle close the gap; should they ever not, the result is not proven."""
        if bound.pairs != pairs:
            self._findings.append(Finding(fault=Fault.FEWER_PAIRS, by=bound.pairs - pairs))
        elif bound.total(pairs) != total:
            self._findings.append(Finding(fault=Fault.TOTAL_BELOW_BEST, by=bound.total(pairs) - total))

    def _as_edges(self, change: Improvement, kept: Ints) -> Improvement:
        """The change in edges of the claim's market."""
        outer = self._places[kept]
        return Improvement(
            tuple(outer[list(change.edges_in)].tolist()),
            tuple(outer[list(change.edges_out)].tolist()),
            change.pairs,
            change.total,
            change.circle,
        )


def breaches(claim: Claim) -> tuple[Finding, ...]:
    """The rules that a claim breaks."""
    market, chosen = claim.market, claim.chosen
    findings = [
        *_over(market.row_of(chosen), market.slots, Fault.ROW_OVER_CAPACITY),
        *_over(market.column[chosen], market.seats, Fault.COLUMN_OVER_CAPACITY),
    ]
    missing = np.setdiff1d(claim.locked, chosen)
    findings.extend(Finding(fault=Fault.LOCKED_PAIR_MISSING, edge=int(edge)) for edge in missing[:10])
    free = np.setdiff1d(chosen, claim.locked)
    low = free[market.score[free] < claim.least]
    findings.extend(
        Finding(fault=Fault.BELOW_FLOOR, edge=int(edge), by=claim.least - int(market.score[edge]))
        for edge in low[:10]
    )
    return tuple(findings)


def _over(nodes: Ints | Indices, capacity: Ints, fault: Fault) -> list[Finding]:
    load = np.bincount(nodes, minlength=len(capacity))
    return [
        Finding(fault=fault, node=int(node), by=int(load[node] - capacity[node]))
        for node in np.flatnonzero(load > capacity)[:10]
    ]


def _verdict(
    claim: Claim,
    findings: tuple[Finding, ...],
    bound: Bound,
    proof: Proof | None,
    *,
    most: int,
    level: int,
    blocking: int = 0,
    found_itself: bool = True,
) -> Verdict:
    score = claim.market.score
    objective = int(score[claim.chosen].sum())
    locked = np.intersect1d(claim.locked, claim.chosen)
    reached = bound.total(len(claim.chosen) - len(locked)) + int(score[locked].sum())
    return Verdict(
        matched=len(claim.chosen),
        most=most,
        objective=objective,
        bound=reached,
        floor=int(score[claim.chosen].min()) if len(claim.chosen) else None,
        level=level,
        blocking_pairs=blocking,
        findings=findings,
        proof=proof,
        found_itself=found_itself,
    )
