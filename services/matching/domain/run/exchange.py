"""What it would cost everybody else if a pair that was not chosen had to be: exact, from the run's prices.

Of a best result and its seat prices every single change has a cost of at least 0: `surplus + price - worth`,
where a pair is worth `match_value + score` and a mentee's surplus is the best that the prices leave open.
Forcing a pair costs that of the pair itself and of the cheapest chain of moves that makes it fit: whoever
loses the seat goes elsewhere, or nowhere, until the seat that was given up is found again. That is one
shortest path (Dijkstra over the residual graph with reduced costs: Ahuja, Magnanti, Orlin, Network Flows,
1993, ch. 9).
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

from services.matching.domain.run.deals import Deals
from services.matching.domain.run.pairs import Pair

NOWHERE = -1
"""In a move: not matched, before it or after it."""


@dataclass(frozen=True, slots=True)
class Move:
    """A mentee who changes places; positions of mentors, or NOWHERE."""

    mentee: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Forced:
    """The best result that has a certain pair, against the best: the change of matches and total score.

    `moves` tells one way to reach it, the forced pair first.
    """

    matched: int
    total: int
    moves: tuple[Move, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """A best result with the prices that prove it; `locked` pairs of `chosen` never move."""

    seats: Sequence[int]
    slots: Sequence[int]
    deals: Deals
    chosen: frozenset[Pair]
    match_value: int
    prices: Sequence[int]
    locked: frozenset[Pair] = frozenset()


@dataclass(frozen=True, slots=True)
class _Step:
    """An arc that was taken: somebody moves, or (no mentee) a seat stays empty."""

    source: int
    mentee: int | None
    target: int


class Exchanges:
    """Questions about one solution; nodes are mentors, and NOWHERE for empty seats and the unmatched."""

    def __init__(self, solution: Solution) -> None:
        self._solution = solution
        load: Counter[int] = Counter(mentor for mentor, _ in solution.chosen)
        held: Counter[int] = Counter(mentee for _, mentee in solution.chosen)
        self._free = [load[mentor] < seats for mentor, seats in enumerate(solution.seats)]
        self._wanting = [at for at, slots in enumerate(solution.slots) if held[at] < slots]
        self._occupants: list[list[int]] = [[] for _ in solution.seats]
        self.mentors_of: list[list[int]] = [[] for _ in solution.slots]
        for mentor, mentee in sorted(solution.chosen):
            self.mentors_of[mentee].append(mentor)
            if (mentor, mentee) not in solution.locked:
                self._occupants[mentor].append(mentee)
        self._unmatched = frozenset(self._wanting)
        self._surplus: dict[int, int] = {}

    def occupants(self, mentor: int) -> Sequence[int]:
        """Who has a seat of the mentor and could give it up."""
        return self._occupants[mentor]

    def force(self, pair: Pair) -> Forced | None:
        """What changes when the pair must be in the result; None if no result can have it.

        The pair is allowed, and not chosen.
        """
        mentor, mentee = pair
        found = self._cheapest(mentor, mentee)
        if found is None:
            return None
        cost, steps = found
        cost += self._cost(mentee, mentor)
        given_up = steps[-1].target if steps else mentor
        matched, total = self._difference(cost)
        return Forced(matched, total, (Move(mentee, given_up, mentor), *_moves(steps)))

    def opens(self) -> frozenset[int]:
        """The mentors with whom one more person could be matched without anybody losing theirs."""
        takers: list[list[int]] = [[] for _ in self._solution.seats]
        for mentor, occupants in enumerate(self._occupants):
            for mentee in occupants:
                for other, _ in self._others(mentee):
                    takers[other].append(mentor)
        return _closure({at for at, free in enumerate(self._free) if free}, takers)

    def seekers(self) -> frozenset[int]:
        """The mentees with whom one more mentor could be matched without anybody losing theirs."""
        followers: list[list[int]] = [[] for _ in self._solution.slots]
        for mentee in range(len(followers)):
            for mentor, _ in self._others(mentee):
                followers[mentee] += self._occupants[mentor]
        return _closure(set(self._wanting), followers)

    def _difference(self, cost: int) -> tuple[int, int]:
        """Worth lost as matches and total; the result without both is never worth less than nothing."""
        solution = self._solution
        total = sum(solution.deals.score(pair) or 0 for pair in solution.chosen)
        matched, after = divmod(
            len(solution.chosen) * solution.match_value + total - cost, solution.match_value
        )
        return matched - len(solution.chosen), after - total

    def _worth(self, mentee: int, mentor: int) -> int:
        score = self._solution.deals.score((mentor, mentee))
        return self._solution.match_value + (score or 0)

    def _cost(self, mentee: int, mentor: int) -> int:
        """What a new pair costs by itself."""
        return self._surplus_of(mentee) + self._solution.prices[mentor] - self._worth(mentee, mentor)

    def _surplus_of(self, mentee: int) -> int:
        """The best deal that is open to a mentee under the prices, and at least nothing."""
        if mentee in self._unmatched:
            return 0
        if mentee not in self._surplus:
            value, prices = self._solution.match_value, self._solution.prices
            best = (value + score - prices[mentor] for mentor, score in self._others(mentee))
            self._surplus[mentee] = max(0, max(best, default=0))
        return self._surplus[mentee]

    def _others(self, mentee: int) -> Iterator[tuple[int, int]]:
        """The deals of a mentee that are not theirs, with mentors who have a seat that is not locked."""
        mine = self.mentors_of[mentee]
        for mentor, score in self._solution.deals.of(mentee):
            if mentor not in mine and (self._free[mentor] or self._occupants[mentor]):
                yield mentor, score

    def _cheapest(self, start: int, mentee: int) -> tuple[int, list[_Step]] | None:
        """The cheapest chain from a mentor with one too many to where the mentee comes from."""
        goals = self._goals(mentee)
        best: dict[int, int] = {start: 0}
        came: dict[int, _Step] = {}
        queue = [(0, start)]
        settled: set[int] = set()
        goal_cost: tuple[int, int] | None = None
        while queue:
            cost, node = heappop(queue)
            if node in settled or (goal_cost is not None and cost >= goal_cost[0]):
                continue
            settled.add(node)
            if node in goals and (goal_cost is None or cost + goals[node] < goal_cost[0]):
                goal_cost = (cost + goals[node], node)
            for length, step in self._steps(node, mentee):
                reached = cost + length
                if reached < best.get(step.target, reached + 1):
                    best[step.target] = reached
                    came[step.target] = step
                    heappush(queue, (reached, step.target))
        if goal_cost is None:
            return None
        steps: list[_Step] = []
        node = goal_cost[1]
        while node != start:
            steps.append(came[node])
            node = came[node].source
        return goal_cost[0], steps[::-1]

    def _goals(self, mentee: int) -> dict[int, int]:
        """Where the mentee can come from, with the cost of giving it up."""
        surplus = self._surplus_of(mentee)
        costs = {
            mentor: self._worth(mentee, mentor) - self._solution.prices[mentor] - surplus
            for mentor in self.mentors_of[mentee]
            if (mentor, mentee) not in self._solution.locked
        }
        return costs | {NOWHERE: 0} if mentee in self._unmatched else costs

    def _steps(self, node: int, forced: int) -> Iterator[tuple[int, _Step]]:
        if node == NOWHERE:
            yield from self._from_nowhere(forced)
            return
        if self._free[node]:
            yield 0, _Step(node, None, NOWHERE)
        prices = self._solution.prices
        for mentee in self._occupants[node]:
            if mentee == forced:
                continue
            surplus = self._surplus_of(mentee)
            leaving = self._worth(mentee, node) - prices[node] - surplus
            yield leaving + surplus, _Step(node, mentee, NOWHERE)
            yield from self._arrivals(mentee, node, leaving)

    def _from_nowhere(self, forced: int) -> Iterator[tuple[int, _Step]]:
        for mentor, occupants in enumerate(self._occupants):
            if occupants:
                yield self._solution.prices[mentor], _Step(NOWHERE, None, mentor)
        for mentee in self._wanting:
            if mentee != forced:
                yield from self._arrivals(mentee, NOWHERE, 0)

    def _arrivals(self, mentee: int, source: int, leaving: int) -> Iterator[tuple[int, _Step]]:
        value, prices = self._solution.match_value, self._solution.prices
        surplus = self._surplus_of(mentee)
        for mentor, score in self._others(mentee):
            yield leaving + surplus + prices[mentor] - value - score, _Step(source, mentee, mentor)


def _moves(steps: Collection[_Step]) -> Iterator[Move]:
    for step in steps:
        if step.mentee is not None:
            yield Move(step.mentee, step.source, step.target)


def _closure(found: set[int], leads_to: Sequence[Sequence[int]]) -> frozenset[int]:
    pending = sorted(found)
    while pending:
        for node in leads_to[pending.pop()]:
            if node not in found:
                found.add(node)
                pending.append(node)
    return frozenset(found)
