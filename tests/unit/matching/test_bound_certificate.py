"""The certificate proves an optimum and shows a gap on anything less, without the solver."""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain import bound
from services.matching.domain.bound import Claim, Fault, Pair, certify

SCORES = {(0, 0): 900, (0, 1): 800, (1, 0): 700, (1, 1): 300, (0, 2): 100}
"""Two mentors with a seat each, three mentees: 0-1 and 1-0 with 1,500 is best, one mentee stays alone."""


def claim(*pairs: Pair, objective: int | None = None, locked: frozenset[Pair] = frozenset()) -> Claim:
    total = sum(SCORES.get(pair, 0) for pair in pairs) if objective is None else objective
    return Claim(seats=[1, 1], slots=[1, 1, 1], scores=SCORES, pairs=pairs, objective=total, locked=locked)


def test_the_optimum_is_proven_with_both_bounds_reached() -> None:
    certificate = certify(claim((0, 1), (1, 0)))

    assert certificate.proven
    assert (certificate.matched, certificate.cardinality_bound) == (2, 2)
    assert (certificate.objective, certificate.bound, certificate.gap) == (1_500, 1_500, 0)


def test_the_prices_alone_bound_every_result() -> None:
    """By hand: what the seats cost and the best deal beyond that of each mentee add up to the bound."""
    certificate = certify(claim((0, 1), (1, 0)))
    best = [0, 0, 0]
    for (mentor, mentee), score in SCORES.items():
        best[mentee] = max(best[mentee], certificate.match_value + score - certificate.prices[mentor])

    assert sum(certificate.prices) + sum(best) == 2 * certificate.match_value + 1_500


def test_two_pairs_swapped_show_a_gap_in_the_total() -> None:
    certificate = certify(claim((0, 0), (1, 1)))

    assert not certificate.proven
    assert certificate.objective == 1_200
    assert certificate.gap > 0 or certificate.cardinality_bound > 2


def test_a_pair_dropped_shows_a_gap_in_the_number() -> None:
    certificate = certify(claim((0, 1)))

    assert not certificate.proven
    assert certificate.cardinality_bound > certificate.matched == 1


@pytest.mark.parametrize("forged", [1_499, 1_501, 0])
def test_a_forged_total_is_a_fault_and_a_gap(forged: int) -> None:
    certificate = certify(claim((0, 1), (1, 0), objective=forged))

    assert certificate.faults == (Fault.OBJECTIVE_MISMATCH,)
    assert certificate.gap == 1_500 - forged
    assert not certificate.proven


@pytest.mark.parametrize(
    ("pairs", "faults"),
    [
        ([(0, 1), (1, 2)], (Fault.PAIR_NOT_ALLOWED,)),
        ([(0, 1), (5, 0)], (Fault.PAIR_NOT_ALLOWED, Fault.MENTOR_OVER_CAPACITY)),
        ([(0, 0), (0, 1)], (Fault.MENTOR_OVER_CAPACITY,)),
        ([(0, 0), (1, 0)], (Fault.MENTEE_OVER_CAPACITY,)),
        ([(0, 1), (0, 1)], (Fault.PAIR_TWICE, Fault.MENTOR_OVER_CAPACITY, Fault.MENTEE_OVER_CAPACITY)),
    ],
)
def test_a_claim_that_breaks_a_rule_is_never_proven(pairs: list[Pair], faults: tuple[Fault, ...]) -> None:
    certificate = certify(claim(*pairs))

    assert certificate.faults == faults
    assert not certificate.proven


def test_the_best_around_a_locked_pair_is_proven_and_without_the_lock_it_is_not() -> None:
    locked = frozenset({(0, 2)})

    assert certify(claim((0, 2), (1, 0), locked=locked)).proven
    assert not certify(claim((0, 2), (1, 0))).proven
    assert certify(claim((0, 1), (1, 0), locked=locked)).faults == (Fault.LOCKED_PAIR_MISSING,)


def test_an_empty_market_is_proven_empty() -> None:
    certificate = certify(Claim(seats=[], slots=[1], scores={}, pairs=[], objective=0))

    assert certificate.proven
    assert (certificate.cardinality_bound, certificate.bound) == (0, 0)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    """Any allowed result of a small market, mostly not the best one."""
    lefts = draw(st.integers(1, 4))
    rights = draw(st.integers(1, 7 - lefts))
    seats = draw(st.lists(st.integers(0, 2), min_size=lefts, max_size=lefts))
    slots = draw(st.lists(st.integers(0, 2), min_size=rights, max_size=rights))
    keys = [(left, right) for left in range(lefts) for right in range(rights)]
    score = st.one_of(st.integers(0, 2), st.integers(0, 1_000_000))
    scores = {key: draw(score) for key in keys if draw(st.integers(0, 3))}
    pairs: list[Pair] = []
    for pair in draw(st.permutations(sorted(scores))):
        left_taken = sum(left == pair[0] for left, _ in pairs)
        right_taken = sum(right == pair[1] for _, right in pairs)
        if left_taken < seats[pair[0]] and right_taken < slots[pair[1]] and draw(st.integers(0, 9)):
            pairs.append(pair)
    objective = sum(scores[pair] for pair in pairs)
    return Claim(seats=seats, slots=slots, scores=scores, pairs=pairs, objective=objective)


def best_by_hand(claim_: Claim) -> tuple[int, int]:
    """Try everything: the most pairs and the best total at that number."""
    keys = sorted(claim_.scores)

    @cache
    def best(at: int, seats: tuple[int, ...], slots: tuple[int, ...]) -> tuple[int, int]:
        if at == len(keys):
            return 0, 0
        left, right = keys[at]
        found = best(at + 1, seats, slots)
        if seats[left] and slots[right]:
            count, total = best(
                at + 1,
                (*seats[:left], seats[left] - 1, *seats[left + 1 :]),
                (*slots[:right], slots[right] - 1, *slots[right + 1 :]),
            )
            found = max(found, (count + 1, total + claim_.scores[left, right]))
        return found

    return best(0, tuple(claim_.seats), tuple(claim_.slots))


@settings(max_examples=500, deadline=None)
@given(claims())
def test_a_result_is_proven_exactly_if_no_other_is_better(claim_: Claim) -> None:
    certificate = certify(claim_)
    count, total = best_by_hand(claim_)

    assert certificate.faults == ()
    assert certificate.proven == ((len(claim_.pairs), claim_.objective) == (count, total))
    assert certificate.cardinality_bound >= count
    if len(claim_.pairs) == count:
        assert certificate.bound >= total


def test_a_swap_in_a_large_full_market_is_seen_without_chasing_labels_round_a_circle() -> None:
    """All pairs score alike but two, and those are swapped: all prices would rise by turns for long."""
    people = range(400)
    scores = {(mentor, mentee): 500_000 for mentor in people for mentee in people}
    scores[0, 0] = scores[1, 1] = 500_001
    pairs = [(0, 1), (1, 0), *((at, at) for at in people[2:])]
    started = process_time()
    certificate = certify(
        Claim(seats=[1] * 400, slots=[1] * 400, scores=scores, pairs=pairs, objective=400 * 500_000)
    )

    assert process_time() - started < 2
    assert certificate.gap >= 2
    assert not certificate.proven


def test_the_module_imports_the_standard_library_alone() -> None:
    tree = ast.parse(Path(bound.__file__).read_text())
    names = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or "."]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }

    assert names
    assert names <= sys.stdlib_module_names


def test_it_works_where_solver_and_number_libraries_cannot_be_imported() -> None:
    script = (
        "import sys\n"
        "for name in ('ortools', 'numpy', 'services.matching.domain.solver'): sys.modules[name] = None\n"
        "from services.matching.domain.bound import Claim, certify\n"
        "claim = Claim(seats=[1], slots=[1], scores={(0, 0): 5}, pairs=[(0, 0)], objective=5)\n"
        "assert certify(claim).proven\n"
    )

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
