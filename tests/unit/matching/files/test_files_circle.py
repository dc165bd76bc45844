"""A circle: a mentor has no mentee, or a group between the smallest size and the capacity."""

import json
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.domain.certificate.claim import Objective
from services.matching.files.cohort import Format
from services.matching.files.refusal import Code, Refused
from tests.unit.matching.files.file_markets import change_run, codes, pairs_of, solved, verified, write

HEAD = "mentee_id,mentor_id,score\n"
FOUR = {
    "mentees.csv": "id\nann\nbob\ncid\ndee\n",
    "mentors.csv": "id,capacity,min_capacity\nmia,4,3\nned,2,2\n",
    "scores.csv": HEAD + "ann,mia,900\nbob,mia,800\ncid,mia,100\ncid,ned,700\ndee,ned,600\ndee,mia,500\n",
}
"""Freely two go to each. With three at least mia gets all four, or ned alone gets his two."""


def circle(market: Path, out: Path, **options: Any) -> dict[str, Any]:
    """The figures of a run."""
    return solved(market, out, format=Format.CIRCLE, **options)


def test_a_group_has_its_smallest_size_or_nobody(tmp_path: Path) -> None:
    """All four with mia make 900 + 800 + 100 + 500; without smallest sizes 900 + 800 + 700 + 600."""
    market = write(tmp_path / "m", FOUR)

    run = circle(market, tmp_path / "out")

    assert pairs_of(tmp_path / "out") == ["ann,mia,900", "bob,mia,800", "cid,mia,100", "dee,mia,500"]
    assert (run["matched"], run["most"], run["objective"]) == (4, 4, 2_300)
    assert (run["bound"], run["gap"], run["search_complete"]) == (3_000, 700, True)
    answer = verified(market, tmp_path / "out")
    assert (answer["verified"], answer["bound"], answer["proof_from"]) == (True, 3_000, "certificate")


def test_the_bound_is_found_again_where_no_certificate_comes_with_a_result(tmp_path: Path) -> None:
    market = write(tmp_path / "m", FOUR)
    circle(market, tmp_path / "out")
    (tmp_path / "out" / "certificate.npz").unlink()

    answer = verified(market, tmp_path / "out")

    assert (answer["verified"], answer["bound"], answer["proof_from"]) == (True, 3_000, "found")


def test_a_group_that_is_too_small_is_told(tmp_path: Path) -> None:
    market = write(tmp_path / "m", FOUR)
    forged = HEAD + "ann,mia,900\nbob,mia,800\ncid,ned,700\ndee,ned,600\n"

    answer = verified(market, write(tmp_path / "out", {"matches.csv": forged}), format=Format.CIRCLE)

    assert answer["complaints"] == [
        {"code": "column_below_minimum", "text": "mia has 2 pairs, and a group of theirs has at least 3"}
    ]


@pytest.mark.parametrize("figures", [{"bound": 2_300, "gap": 0}, {"most": 5}, {"gap": 0}])
def test_a_forged_bound_is_refused(tmp_path: Path, figures: dict[str, int]) -> None:
    market = write(tmp_path / "m", FOUR)
    circle(market, tmp_path / "out")
    change_run(tmp_path / "out", **figures)

    assert codes(verified(market, tmp_path / "out")) == {"figures_differ"}


def test_a_certificate_without_prices_of_this_market_is_refused(tmp_path: Path) -> None:
    market, other = write(tmp_path / "m", FOUR), write(tmp_path / "n", FOUR)
    write(other, {"mentors.csv": "id,capacity\nmia,4\nnew,2\nned,2\n"})
    circle(market, tmp_path / "out")
    circle(other, tmp_path / "else")
    (tmp_path / "else" / "certificate.npz").replace(tmp_path / "out" / "certificate.npz")

    assert "certificate_of_another_market" in codes(verified(market, tmp_path / "out"))


def test_whoever_is_left_because_a_group_is_too_small_reads_so(tmp_path: Path) -> None:
    files = {**FOUR, "scores.csv": HEAD + "ann,mia,900\nbob,mia,800\ncid,ned,700\ndee,ned,600\n"}
    run = circle(write(tmp_path / "m", files), tmp_path / "out")

    assert (run["matched"], run["most"], run["gap"]) == (2, 2, 0)
    assert run["unmatched_by_reason"] == {"group_too_small": 2}


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("id,capacity,min_capacity\nmia,4,3\nned,2,3\n", Code.CAPACITY_OUT_OF_RANGE, 3),
        ("id,capacity,min_capacity\nmia,4,-1\nned,2,1\n", Code.CAPACITY_OUT_OF_RANGE, 2),
        ("id,capacity,min_capacity\nmia,4,1.5\nned,2,1\n", Code.CAPACITY_NOT_WHOLE, 2),
    ],
)
def test_a_smallest_size_that_cannot_be_is_refused_where_it_is(
    tmp_path: Path, text: str, code: Code, line: int
) -> None:
    market = write(tmp_path / "m", {**FOUR, "mentors.csv": text})

    with pytest.raises(Refused) as refused:
        circle(market, tmp_path / "out")

    assert (refused.value.code, refused.value.line) == (code, line)


@pytest.mark.parametrize(
    "options",
    [{"objective": Objective.STABLE}, {"floor": "5"}, {"locked": Path("x")}, {"previous": Path("x")}],
)
def test_an_option_that_groups_do_not_know_is_refused(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"options_clash: circle has no --"):
        circle(write(tmp_path / "m", FOUR), tmp_path / "out", **options)


@st.composite
def _small(draw: st.DrawFn) -> dict[str, str]:
    mentees, mentors = draw(st.integers(1, 7)), draw(st.integers(1, 4))
    allowed = st.tuples(st.integers(0, mentees - 1), st.integers(0, mentors - 1))
    pairs = sorted(draw(st.sets(allowed, max_size=11)))
    most = draw(st.sampled_from([1, 3, 1_000_000]))
    slots = [draw(st.integers(0, 2)) for _ in range(mentees)]
    seats = [draw(st.integers(0, 4)) for _ in range(mentors)]
    smallest = [draw(st.integers(0, max(seat, 1))) for seat in seats]
    return {
        "mentees.csv": "id,capacity\n" + "".join(f"e{at},{slot}\n" for at, slot in enumerate(slots)),
        "mentors.csv": "id,capacity,min_capacity\n"
        + "".join(f"r{at},{u},{low}\n" for at, (u, low) in enumerate(zip(seats, smallest, strict=True))),
        "scores.csv": HEAD + "".join(f"e{i},r{j},{draw(st.integers(0, most))}\n" for i, j in pairs),
    }


def _best(files: dict[str, str]) -> tuple[int, int]:
    """Most pairs, then the best total, by trying all results."""
    slots = {row[0]: int(row[1]) for row in _rows(files["mentees.csv"])}
    sizes = {row[0]: (int(row[2]), int(row[1])) for row in _rows(files["mentors.csv"])}
    pairs = [(row[0], row[1], int(row[2])) for row in _rows(files["scores.csv"])]
    best = (0, 0)
    for size in range(1, len(pairs) + 1):
        for chosen in combinations(pairs, size):
            mentees, mentors = [one[0] for one in chosen], [one[1] for one in chosen]
            fits = all(mentees.count(name) <= slot for name, slot in slots.items())
            if fits and all(
                not mentors.count(name) or low <= mentors.count(name) <= high
                for name, (low, high) in sizes.items()
            ):
                best = max(best, (size, sum(one[2] for one in chosen)))
    return best


def _rows(text: str) -> list[list[str]]:
    return [line.split(",") for line in text.splitlines()[1:]]


@settings(max_examples=60, deadline=None)
@given(_small())
def test_small_circles_are_the_best_of_all_and_within_the_proven_bound(files: dict[str, str]) -> None:
    with TemporaryDirectory() as folder:
        market, out = write(Path(folder) / "m", files), Path(folder) / "out"
        run = circle(market, out)
        with_proof = verified(market, out)
        (out / "certificate.npz").unlink()
        without = verified(market, out)
        told = json.loads((out / "run.json").read_text(encoding="utf-8"))

    matched, total = _best(files)
    assert (run["matched"], run["objective"], run["search_complete"]) == (matched, total, True)
    assert told["most"] >= matched
    assert told["bound"] >= total
    assert (with_proof["complaints"], without["complaints"]) == ([], [])
