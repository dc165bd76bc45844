"""The proof accepts exactly the best results, improves any other, and believes no price."""

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain import certificate
from services.matching.domain.certificate.bound import bound_of, most_pairs
from services.matching.domain.certificate.claim import Fault, Objective, Proof
from services.matching.domain.certificate.examine import examine
from services.matching.domain.certificate.market import Market
from tests.unit.matching.certificate.small_markets import Pairs, Small, small_markets

_OBJECTIVES = st.sampled_from([Objective.TOTAL, Objective.FLOOR])


@settings(max_examples=300, deadline=None)
@given(small_markets(), _OBJECTIVES, st.data())
def test_exactly_the_best_results_are_proven(small: Small, objective: Objective, data: st.DataObject) -> None:
    """Against the list of all results; a proven one is proven again by what it was proven with."""
    best = small.best(objective)
    for pairs in (min(best), data.draw(st.sampled_from(small.results))):
        verdict = examine(small.claim(pairs, objective))

        assert verdict.proven == (pairs in best)
        if verdict.proven:
            assert (verdict.matched, verdict.gap) == (verdict.most, 0)
            again = examine(small.claim(pairs, objective), verdict.proof)
            assert again.proven
            assert not again.found_itself


@settings(max_examples=300, deadline=None)
@given(small_markets(), st.data())
def test_any_other_result_is_refused_with_a_change_that_improves_it(
    small: Small, data: st.DataObject
) -> None:
    """The number of missing pairs is exact, and what the change promises is what it brings."""
    pairs = data.draw(st.sampled_from(small.results))
    most = max(map(len, small.results))

    for finding in examine(small.claim(pairs)).findings:
        if finding.fault is Fault.FEWER_PAIRS:
            assert finding.by == most - len(pairs)
        if (change := finding.improvement) is not None:
            better: Pairs = tuple(sorted({*pairs, *change.edges_in} - set(change.edges_out)))
            assert better in small.results
            assert (len(better), small.total(better)) > (len(pairs), small.total(pairs))
            assert small.total(better) - small.total(pairs) == change.total


@settings(max_examples=300, deadline=None)
@given(small_markets(), st.data())
def test_no_prices_whatever_bound_below_the_best(small: Small, data: st.DataObject) -> None:
    """So a forged price can only fail to prove."""
    market = small.market
    value = market.match_value()
    columns = len(market.seats)
    some = st.lists(st.integers(0, 2 * value), min_size=columns, max_size=columns)
    bound = bound_of(market, np.array(data.draw(some), dtype=np.int64))

    assert bound.worth >= max(len(pairs) * value + small.total(pairs) for pairs in small.results)
    cover = np.array(data.draw(st.lists(st.booleans(), min_size=columns, max_size=columns)))
    assert most_pairs(market, cover) >= max(map(len, small.results))


_SQUARE = Market(
    np.array([0, 2, 4]),
    np.array([0, 1, 0, 1], dtype=np.int32),
    np.array([100, 50, 40, 1]),
    np.array([1, 1]),
    np.array([1, 1]),
)
"""The best total is edges 0 and 3 with 101; the other way round it is 90."""


def test_the_bound_is_what_the_prices_say_and_never_the_objective() -> None:
    """By hand: a seat of the first column is worth 49 more than one of the second."""
    small = Small(_SQUARE, [0, 0, 1, 1], (), [])

    verdict = examine(small.claim((1, 2)))

    assert (verdict.objective, verdict.bound >= 101, verdict.gap >= 11) == (90, True, True)
    assert [finding.fault for finding in verdict.findings] == [Fault.TOTAL_BELOW_BEST]


@pytest.mark.parametrize("price", [[0, 0], [10**12, 0], [-1, 0], [0], [0, 0, 0]])
def test_a_given_price_that_proves_nothing_is_a_fault_of_its_own(price: list[int]) -> None:
    small = Small(_SQUARE, [0, 0, 1, 1], (), [])

    verdict = examine(small.claim((0, 3)), Proof(price=np.array(price, dtype=np.int64)))

    assert [finding.fault for finding in verdict.findings] == [Fault.CERTIFICATE_FALSE]
    assert (verdict.bound, verdict.found_itself) == (101, True)


def test_sums_past_64_bits_are_exact() -> None:
    """A billion seats at a price of 2**60 each, on both columns."""
    market = replace(_SQUARE, seats=np.array([10**9, 10**9]))

    assert bound_of(market, np.array([2**60, 2**60])).worth == 2 * 10**9 * 2**60


def test_the_proof_imports_no_solver_and_no_solver_the_proof() -> None:
    folder = Path(certificate.__file__ or "").parent
    for path in folder.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not any("ortools" in name or "solver" in name for name in names)
    for path in (folder.parent / "solver").rglob("*.py"):
        assert "domain.certificate" not in path.read_text(encoding="utf-8")
    code = (
        "import sys, services.matching.domain.certificate.examine, services.matching.files.verify_command\n"
        "print([name for name in sys.modules if 'ortools' in name or '.solver' in name])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"
