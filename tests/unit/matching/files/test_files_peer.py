"""Peers: everybody may be with anybody they are allowed with, and nobody is in two pairs."""

from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.certificate.claim import Objective
from services.matching.domain.solver.peers import cover_of, solve_peers
from services.matching.files.cohort import Format
from services.matching.files.peer import solve_peer_files
from services.matching.files.peers import read_peers
from services.matching.files.progress import Progress
from services.matching.files.refusal import Code, Refused
from tests.unit.matching.files.file_markets import change_run, codes, pairs_of, solved, verified, write

HEAD = "person_id,other_id,score\n"
FIVE = {
    "people.csv": "id\nann\nbob\ncid\ndee\neve\n",
    "scores.csv": HEAD + "ann,bob,900\ncid,bob,800\ncid,ann,700\ndee,cid,600\n",
}
"""Best is ann with bob and cid with dee, 1,500; eve knows nobody."""
TRIANGLE = {
    "people.csv": "id\nann\nbob\ncid\n",
    "scores.csv": HEAD + "ann,bob,900\nbob,cid,800\nann,cid,700\n",
}
"""One pair of three: 900. Half of each pair would be 1,200."""


def pair_up(market: Path, out: Path, **options: Any) -> dict[str, Any]:
    """The figures of a run."""
    return solved(market, out, format=Format.PEER, **options)


def test_everybody_is_in_one_pair_at_most_and_pairs_are_told_once(tmp_path: Path) -> None:
    market = write(tmp_path / "m", FIVE)

    run = pair_up(market, tmp_path / "out")

    assert pairs_of(tmp_path / "out") == ["ann,bob,900", "cid,dee,600"]
    assert (run["matched"], run["most"], run["objective"], run["gap"]) == (2, 2, 1_500, 0)
    assert (run["people"], run["search_complete"]) == (5, True)
    assert (tmp_path / "out" / "unmatched.csv").read_text(encoding="utf-8").splitlines() == [
        "person_id,reason,allowed_pairs", "eve,no_allowed_pair,0",
    ]  # fmt: skip
    answer = verified(market, tmp_path / "out")
    assert (answer["verified"], answer["bound"], answer["proof_from"]) == (True, 1_500, "certificate")


def test_of_three_who_all_like_each_other_the_best_two_meet_and_the_gap_is_told(tmp_path: Path) -> None:
    market = write(tmp_path / "m", TRIANGLE)

    run = pair_up(market, tmp_path / "out")

    assert pairs_of(tmp_path / "out") == ["ann,bob,900"]
    assert (run["matched"], run["most"], run["objective"], run["bound"]) == (1, 1, 900, 1_200)
    assert verified(market, tmp_path / "out")["verified"]
    (tmp_path / "out" / "certificate.npz").unlink()
    answer = verified(market, tmp_path / "out")
    assert (answer["verified"], answer["bound"], answer["proof_from"]) == (True, 1_200, "found")


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("ann,bob,900\nbob,cid,800\n", "over_capacity"),
        ("ann,bob,900\nbob,ann,900\n", "pair_twice"),
        ("ann,eve,900\n", "pair_not_allowed"),
        ("ann,ann,900\n", "pair_not_allowed"),
        ("ann,zoe,900\n", "unknown_id"),
        ("ann,bob,901\n", "score_differs"),
    ],
)
def test_pairs_that_are_not_allowed_are_told(tmp_path: Path, rows: str, code: str) -> None:
    out = write(tmp_path / "out", {"matches.csv": HEAD + rows})

    assert code in codes(verified(write(tmp_path / "m", FIVE), out, format=Format.PEER))


def test_a_worse_result_is_allowed_and_its_distance_told(tmp_path: Path) -> None:
    """Two pairs are possible and 1,500; bob with cid alone is 800, and one pair can be 900."""
    out = write(tmp_path / "out", {"matches.csv": HEAD + "cid,bob,800\n"})

    answer = verified(write(tmp_path / "m", FIVE), out, format=Format.PEER)

    assert (answer["verified"], answer["matched"], answer["most"], answer["objective"]) == (True, 1, 2, 800)
    assert answer["bound"] >= 900


@pytest.mark.parametrize(
    "figures", [{"bound": 900, "gap": 0}, {"most": 2}, {"people": 4}, {"objective": 901}]
)
def test_forged_figures_are_refused(tmp_path: Path, figures: dict[str, int]) -> None:
    market = write(tmp_path / "m", TRIANGLE)
    pair_up(market, tmp_path / "out")
    change_run(tmp_path / "out", **figures)

    assert codes(verified(market, tmp_path / "out")) == {"figures_differ"}


def test_prices_that_leave_a_pair_uncovered_are_refused(tmp_path: Path) -> None:
    market = write(tmp_path / "m", TRIANGLE)
    pair_up(market, tmp_path / "out")
    with np.load(tmp_path / "out" / "certificate.npz") as arrays:
        forged = dict(arrays)
    forged["price"] = forged["price"] - np.array([0, 0, 1])
    np.savez(tmp_path / "out" / "certificate.npz", **forged)

    assert codes(verified(market, tmp_path / "out")) == {"certificate_false"}


@pytest.mark.parametrize(
    ("file", "text", "code", "line"),
    [
        ("people.csv", "id\nann\nbob\ncid\ndee\neve\nbob\n", Code.DUPLICATE_ID, 7),
        ("people.csv", "id,capacity\nann,1\nbob,2\ncid,1\ndee,1\neve,1\n", Code.CAPACITY_OUT_OF_RANGE, 3),
        ("scores.csv", "mentee_id,mentor_id,score\nann,bob,900\n", Code.COLUMN_MISSING, 1),
        ("scores.csv", HEAD + "ann,bob,900\nann,zoe,1\n", Code.UNKNOWN_ID, 3),
        ("scores.csv", HEAD + "ann,bob,900\ncid,cid,1\n", Code.SELF_PAIR, 3),
        ("scores.csv", HEAD + "ann,bob,900\nann,bob,900\n", Code.PAIR_TWICE, 3),
        ("scores.csv", HEAD + "ann,cid,1\nann,bob,900\nbob,ann,900\n", Code.PAIR_TWICE, 4),
        ("scores.csv", HEAD + "ann,bob,1000001\n", Code.SCORE_OUT_OF_RANGE, 2),
    ],
)
def test_a_bad_line_is_refused_where_it_is(
    tmp_path: Path, file: str, text: str, code: Code, line: int
) -> None:
    market = write(tmp_path / "m", {**FIVE, file: text})

    with pytest.raises(Refused) as refused:
        pair_up(market, tmp_path / "out")

    assert (refused.value.code, refused.value.path, refused.value.line) == (code, market / file, line)
    assert not (tmp_path / "out").exists()


def test_a_folder_without_people_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"file_missing: neither people\.csv nor people\.parquet"):
        pair_up(write(tmp_path / "m", {"scores.csv": HEAD}), tmp_path / "out")


def test_an_objective_that_peers_do_not_know_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="options_clash: peer has no --objective"):
        pair_up(write(tmp_path / "m", FIVE), tmp_path / "out", objective=Objective.STABLE)


@st.composite
def _small(draw: st.DrawFn) -> tuple[list[int], dict[tuple[int, int], int]]:
    size = draw(st.integers(1, 7))
    slots = [draw(st.sampled_from([1, 1, 1, 0])) for _ in range(size)]
    two = st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)).filter(lambda one: one[0] < one[1])
    most = draw(st.sampled_from([1, 5, 1_000_000]))
    pairs = draw(st.dictionaries(two, st.integers(0, most), max_size=14)) if size > 1 else {}
    return slots, pairs


@settings(max_examples=80, deadline=None)
@given(_small())
def test_small_groups_get_the_best_of_all_and_every_bound_holds(
    small: tuple[list[int], dict[tuple[int, int], int]],
) -> None:
    """Of a hundred thousand nobody knows the best; the way they are paired is tried on these too."""
    slots, pairs = small
    files = {
        "people.csv": "id,capacity\n" + "".join(f"{at},{slot}\n" for at, slot in enumerate(slots)),
        "scores.csv": HEAD + "".join(f"{b},{a},{score}\n" for (a, b), score in pairs.items()),
    }
    best = _best(slots, pairs)
    with TemporaryDirectory() as folder:
        market = write(Path(folder) / "m", files)
        run = pair_up(market, Path(folder) / "out")
        assert (run["matched"], run["objective"]) == best
        _check_bounds(market, Path(folder) / "out", run, best)
        progress, out = Progress(quiet=True), Path(folder) / "large"
        cohort = read_peers(market, progress.rows)
        large = solve_peer_files(cohort, out, progress, parquet=False, most_exact=0)
        assert (large["matched"], large["objective"]) <= best
        _check_bounds(market, out, large, best)


def test_walks_that_join_circles_never_pass_somebody_twice() -> None:
    """Nine hundred sparse groups, many with equal scores and circles in circles: partners agree."""
    for seed in range(900):
        draw = np.random.default_rng(seed)
        size = int(draw.integers(2, 80))
        one, other = np.sort(draw.integers(0, size, (size * int(draw.integers(1, 6)), 2)), axis=1).T
        keys = np.unique((one * size + other)[one != other])
        score = draw.integers(0, (2, 5, 1_000_001)[seed % 3], len(keys)).astype(np.int64)
        slots = (draw.random(size) > 0.05).astype(np.int64)
        low, high = (keys // size).astype(np.int32), (keys % size).astype(np.int32)

        mate = solve_peers(cover_of(low, high, score, slots)).mate

        paired = np.flatnonzero(mate >= 0)
        assert np.array_equal(mate[mate[paired]], paired), seed
        assert 2 * np.count_nonzero(mate[low] == high) == len(paired), seed
        assert slots[paired].all()


def _check_bounds(market: Path, out: Path, run: dict[str, Any], best: tuple[int, int]) -> None:
    assert run["most"] >= best[0]
    assert run["bound"] >= run["objective"]
    if run["matched"] == best[0]:
        assert run["bound"] >= best[1]
    assert verified(market, out)["complaints"] == []
    (out / "certificate.npz").unlink()
    assert verified(market, out)["complaints"] == []


def _best(slots: list[int], pairs: dict[tuple[int, int], int]) -> tuple[int, int]:
    best = (0, 0)
    for size in range(1, 4):
        for chosen in combinations(pairs, size):
            people = [person for pair in chosen for person in pair]
            if len(set(people)) == len(people) and all(slots[person] for person in people):
                best = max(best, (size, sum(pairs[pair] for pair in chosen)))
    return best
