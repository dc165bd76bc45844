"""What another pair would cost the others is exact: a shortest path says what brute force says."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.bound import Claim, certify
from services.matching.domain.run.deals import deals_from_bytes, deals_to_bytes, pack_scores
from services.matching.domain.run.exchange import NOWHERE, Exchanges, Move, Solution
from services.matching.domain.run.pairs import Pair


@dataclass(frozen=True)
class Small:
    """A market small enough to try every result."""

    seats: tuple[int, ...]
    slots: tuple[int, ...]
    scores: Mapping[Pair, int]

    def results(self) -> Iterable[frozenset[Pair]]:
        """Every result that breaks no capacity."""
        for size in range(len(self.scores) + 1):
            for chosen in combinations(sorted(self.scores), size):
                mentors, mentees = Counter(a for a, _ in chosen), Counter(b for _, b in chosen)
                if all(mentors[at] <= self.seats[at] for at in mentors) and all(
                    mentees[at] <= self.slots[at] for at in mentees
                ):
                    yield frozenset(chosen)

    def best(self, wanted: frozenset[Pair] = frozenset()) -> frozenset[Pair] | None:
        """The best result that has the wanted pairs."""
        with_them = [each for each in self.results() if wanted <= each]
        return max(with_them, key=self.value) if with_them else None

    def value(self, chosen: Iterable[Pair]) -> tuple[int, int]:
        """Matches first, then the total."""
        pairs = list(chosen)
        return len(pairs), sum(self.scores[pair] for pair in pairs)


def exchanges(market: Small, chosen: frozenset[Pair], locked: frozenset[Pair] = frozenset()) -> Exchanges:
    """The questions about a result, with the prices of its certificate; kept and read again."""
    certificate = certify(
        Claim(
            seats=market.seats,
            slots=market.slots,
            scores=market.scores,
            pairs=sorted(chosen),
            objective=market.value(chosen)[1],
            locked=locked,
        )
    )
    assert certificate.proven
    return Exchanges(
        Solution(
            seats=market.seats,
            slots=market.slots,
            deals=deals_from_bytes(deals_to_bytes(pack_scores(market.scores, len(market.slots)))),
            chosen=chosen,
            match_value=certificate.match_value,
            prices=certificate.prices,
            locked=locked,
        )
    )


@st.composite
def markets(draw: st.DrawFn) -> Small:
    """Up to three mentors and three mentees, places for one or two, scores that often tie."""
    mentors, mentees = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    pairs = [(a, b) for a in range(mentors) for b in range(mentees)]
    allowed = draw(st.sets(st.sampled_from(pairs)))
    return Small(
        tuple(draw(st.lists(st.integers(1, 2), min_size=mentors, max_size=mentors))),
        tuple(draw(st.lists(st.integers(1, 2), min_size=mentees, max_size=mentees))),
        {pair: draw(st.integers(0, 4)) * 100 for pair in sorted(allowed)},
    )


@settings(deadline=None)
@given(markets(), st.data())
def test_forcing_a_pair_costs_exactly_what_the_best_result_with_it_is_worse(
    market: Small, data: st.DataObject
) -> None:
    """With and without a locked pair; the moves that are told lead to such a result."""
    locks = data.draw(st.sets(st.sampled_from(sorted(market.scores)), max_size=1)) if market.scores else set()
    locked = frozenset(locks)
    chosen = market.best(locked)
    assert chosen is not None
    asked = exchanges(market, chosen, locked)

    for pair in market.scores.keys() - chosen:
        expected, forced = market.best(locked | {pair}), asked.force(pair)
        if expected is None:
            assert forced is None
            continue
        assert forced is not None
        matched, total = market.value(chosen)
        assert (matched + forced.matched, total + forced.total) == market.value(expected)
        assert market.value(after(chosen, forced.moves)) == market.value(expected)
        assert forced.moves[0].after == pair[0]


def after(chosen: frozenset[Pair], moves: Iterable[Move]) -> frozenset[Pair]:
    """The result once everybody has moved."""
    moved = list(moves)
    left = {(move.before, move.mentee) for move in moved}
    return (chosen - left) | {(move.after, move.mentee) for move in moved if move.after != NOWHERE}


@settings(deadline=None)
@given(markets())
def test_a_mentor_is_open_exactly_if_one_more_mentee_of_theirs_would_be_matched(market: Small) -> None:
    chosen = market.best()
    assert chosen is not None
    found = exchanges(market, chosen).opens()

    for mentor in range(len(market.seats)):
        scores = {**market.scores, (mentor, len(market.slots)): 0}
        larger = Small(market.seats, (*market.slots, 1), scores).best()
        assert larger is not None
        assert (mentor in found) == (len(larger) > len(chosen))


@settings(deadline=None)
@given(markets())
def test_a_mentee_is_sought_exactly_if_one_more_mentor_of_theirs_would_be_matched(market: Small) -> None:
    chosen = market.best()
    assert chosen is not None
    found = exchanges(market, chosen).seekers()

    for mentee in range(len(market.slots)):
        scores = {**market.scores, (len(market.seats), mentee): 0}
        larger = Small((*market.seats, 1), market.slots, scores).best()
        assert larger is not None
        assert (mentee in found) == (len(larger) > len(chosen))


def test_the_moves_tell_who_makes_room_for_whom() -> None:
    """Tara takes Tom's place with Maria: 0.1 better for her, 0.3 worse for him, 0.2 in all."""
    scores = {(0, 0): 900_000, (0, 1): 800_000, (1, 0): 600_000, (1, 1): 700_000}
    market = Small((1, 1), (1, 1), scores)
    forced = exchanges(market, frozenset({(0, 0), (1, 1)})).force((0, 1))

    assert forced is not None
    assert (forced.matched, forced.total) == (0, -200_000)
    assert forced.moves == (Move(1, 1, 0), Move(0, 0, 1))
