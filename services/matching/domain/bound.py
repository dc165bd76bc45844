"""An upper bound for any claimed result, from prices of mentors' seats that this module finds by itself.

It knows nothing of the solver and imports the standard library only. One pair is worth `match_value + score`,
where `match_value` is more than all scores together can be: more pairs always come first. If every seat of
mentor j costs v_j >= 0, no result is worth more than

    sum_j seats_j * v_j  +  sum_i (the slots_i best positive deals `worth - v_j` that mentee i can get)

(Lagrangian relaxation of the seats: weak duality holds for any prices, so a wrong price can only loosen it.)
The prices are the longest-path labels of the residual graph of the claimed result, found by label correcting
(Bellman 1958, Ford 1956). They settle and close the gap exactly if the claimed result is optimal (Ahuja,
Magnanti, Orlin: Network Flows, 1993, ch. 9); if it is not, they stop early and a gap stays.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from heapq import nlargest

FULL = 1_000_000
"""The best score of a pair."""

Pair = tuple[int, int]
"""A mentor's and a mentee's position in `seats` and `slots`."""


class Fault(StrEnum):
    """Why a claimed result is no result at all."""

    PAIR_NOT_ALLOWED = "pair_not_allowed"
    PAIR_TWICE = "pair_twice"
    MENTOR_OVER_CAPACITY = "mentor_over_capacity"
    MENTEE_OVER_CAPACITY = "mentee_over_capacity"
    LOCKED_PAIR_MISSING = "locked_pair_missing"
    OBJECTIVE_MISMATCH = "objective_mismatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A result to be checked: its market, its pairs and the total score it claims, in millionths."""

    seats: Sequence[int]
    slots: Sequence[int]
    scores: Mapping[Pair, int]
    pairs: Sequence[Pair]
    objective: int
    locked: frozenset[Pair] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """What was claimed against what is possible.

    No allowed result has more than `cardinality_bound` pairs, and none with `matched` pairs scores more than
    `bound`. `gap` is `bound - objective`. `prices` are the seat prices, one a mentor, in millionths of
    score with `match_value` for a whole pair.
    """

    matched: int
    cardinality_bound: int
    objective: int
    bound: int
    gap: int
    match_value: int
    prices: tuple[int, ...]
    faults: tuple[Fault, ...]

    @property
    def proven(self) -> bool:
        """Whether the claim is allowed, has the most pairs possible and the best total for that many."""
        return not self.faults and self.matched == self.cardinality_bound and self.gap == 0


def certify(claim: Claim) -> Certificate:
    """Check the claim pair by pair and bound what could have been reached."""
    faults = find_faults(claim)
    real = {pair for pair in claim.pairs if pair in claim.scores and pair not in claim.locked}
    fixed = [pair for pair in claim.locked if pair in claim.scores]
    seats = _left(claim.seats, Counter(mentor for mentor, _ in fixed))
    slots = _left(claim.slots, Counter(mentee for _, mentee in fixed))
    match_value = FULL * min(sum(claim.seats), sum(claim.slots), len(claim.scores)) + 1
    deals: list[list[tuple[int, int]]] = [[] for _ in slots]
    for pair in sorted(claim.scores.keys() - claim.locked):
        if seats[pair[0]] and slots[pair[1]]:
            deals[pair[1]].append((pair[0], match_value + claim.scores[pair]))
    labels = _Labels(seats, slots, deals, real)
    labels.settle()
    worth, prices = min(
        (_worth_at_most(prices, seats, slots, deals), prices)
        for prices in (tuple(labels.price), (0,) * len(seats))
    )
    worth += sum(match_value + claim.scores[pair] for pair in fixed)
    matched = len(claim.pairs)
    bound = min(worth - matched * match_value, matched * FULL)
    return Certificate(
        matched=matched,
        cardinality_bound=worth // match_value,
        objective=claim.objective,
        bound=bound,
        gap=bound - claim.objective,
        match_value=match_value,
        prices=prices,
        faults=faults,
    )


def find_faults(claim: Claim) -> tuple[Fault, ...]:
    """Every kind of breach in the claim, in the order of Fault."""
    mentor_load = Counter(mentor for mentor, _ in claim.pairs)
    mentee_load = Counter(mentee for _, mentee in claim.pairs)
    total = sum(claim.scores.get(pair, 0) for pair in claim.pairs)
    breaches = {
        Fault.PAIR_NOT_ALLOWED: any(pair not in claim.scores for pair in claim.pairs),
        Fault.PAIR_TWICE: len(set(claim.pairs)) < len(claim.pairs),
        Fault.MENTOR_OVER_CAPACITY: _over(mentor_load, claim.seats),
        Fault.MENTEE_OVER_CAPACITY: _over(mentee_load, claim.slots),
        Fault.LOCKED_PAIR_MISSING: not claim.locked <= set(claim.pairs),
        Fault.OBJECTIVE_MISMATCH: total != claim.objective,
    }
    return tuple(fault for fault, found in breaches.items() if found)


def _over(load: Counter[int], capacity: Sequence[int]) -> bool:
    return any(not 0 <= node < len(capacity) or count > capacity[node] for node, count in load.items())


def _left(capacity: Sequence[int], taken: Counter[int]) -> list[int]:
    return [max(0, size - taken[node]) for node, size in enumerate(capacity)]


def _worth_at_most(
    prices: Sequence[int], seats: Sequence[int], slots: Sequence[int], deals: list[list[tuple[int, int]]]
) -> int:
    """The bound of the module's docstring for the given prices."""
    worth = sum(price * size for price, size in zip(prices, seats, strict=True))
    for size, offers in zip(slots, deals, strict=True):
        worth += sum(nlargest(size, (max(0, value - prices[mentor]) for mentor, value in offers)))
    return worth


class _Labels:
    """Longest-path labels of the mentors: what a seat must cost for nobody to want another deal."""

    def __init__(
        self, seats: list[int], slots: list[int], deals: list[list[tuple[int, int]]], pairs: set[Pair]
    ) -> None:
        self.price = [0] * len(seats)
        self._raised_by = [-1] * len(seats)
        load = Counter(mentor for mentor, _ in pairs)
        self._free = [load[mentor] < size for mentor, size in enumerate(seats)]
        held = Counter(mentee for _, mentee in pairs)
        self._wanting = [mentee for mentee, size in enumerate(slots) if held[mentee] < size]
        self._others = [
            [deal for deal in offers if (deal[0], mentee) not in pairs] for mentee, offers in enumerate(deals)
        ]
        self._occupants: list[list[tuple[int, int]]] = [[] for _ in seats]
        for mentee, offers in enumerate(deals):
            for mentor, value in offers:
                if (mentor, mentee) in pairs:
                    self._occupants[mentor].append((mentee, value))

    def settle(self) -> None:
        """Raise prices until nothing changes, or until the claimed result is seen not to be optimal.

        Labels that still change after as many rounds as there are mentors, or that raise each other in a
        circle, run along a cycle that improves the result.
        """
        raised: set[int] = set(range(len(self.price)))
        for mentee in self._wanting:
            if not self._offer(mentee, 0, -1, raised):
                return
        for _ in range(len(self.price) + 1):
            if not raised or self._circle():
                return
            current, raised = sorted(raised), set()
            for mentor in current:
                for mentee, value in self._occupants[mentor]:
                    surplus = self.price[mentor] - value
                    if surplus > 0 or not self._offer(mentee, surplus, mentor, raised):
                        return

    def _offer(self, mentee: int, surplus: int, source: int, raised: set[int]) -> bool:
        """Raise each price that leaves the mentee a better deal; False if a free seat would need one."""
        for mentor, value in self._others[mentee]:
            price = surplus + value
            if price > self.price[mentor]:
                if self._free[mentor]:
                    return False
                self.price[mentor] = price
                self._raised_by[mentor] = source
                raised.add(mentor)
        return True

    def _circle(self) -> bool:
        done: set[int] = set()
        for start in range(len(self.price)):
            path: set[int] = set()
            mentor = start
            while mentor >= 0 and mentor not in done:
                if mentor in path:
                    return True
                path.add(mentor)
                mentor = self._raised_by[mentor]
            done |= path
        return False
