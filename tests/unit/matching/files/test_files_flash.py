"""Flash: short rounds; nobody meets somebody again before both have met everybody they may."""

from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.files.cohort import Format
from services.matching.files.refusal import Refused
from tests.unit.matching.files.file_markets import THREE, change_run, codes, pairs_of, solved, verified, write

HEAD = "mentee_id,mentor_id,score\n"
TWO = {
    "mentees.csv": "id\nann\nbob\n",
    "mentors.csv": "id,capacity\nmia,1\nned,1\n",
    "scores.csv": HEAD + "ann,mia,900\nann,ned,700\nbob,mia,800\nbob,ned,300\n",
}
"""Best is ann with ned and bob with mia (1,500), then the other two (1,200), then the best again."""


def flash(market: Path, out: Path, rounds: int | None, **options: Any) -> dict[str, Any]:
    """The figures of a run."""
    return solved(market, out, format=Format.FLASH, rounds=rounds, **options)


def test_each_round_is_the_best_of_those_who_have_not_met(tmp_path: Path) -> None:
    market = write(tmp_path / "m", TWO)

    run = flash(market, tmp_path / "out", 3)

    assert pairs_of(tmp_path / "out") == [
        "ann,ned,700,1", "bob,mia,800,1", "ann,mia,900,2", "bob,ned,300,2", "ann,ned,700,3", "bob,mia,800,3",
    ]  # fmt: skip
    assert (run["rounds"], run["matched"], run["most"], run["objective"], run["gap"]) == (3, 6, 6, 4_200, 0)
    assert [one["objective"] for one in run["by_round"]] == [1_500, 1_200, 1_500]
    answer = verified(market, tmp_path / "out")
    assert (answer["verified"], answer["objective"], answer["proof_from"]) == (True, 4_200, "certificate")


def test_one_round_is_what_is_made_where_nothing_is_said(tmp_path: Path) -> None:
    run = flash(write(tmp_path / "m", TWO), tmp_path / "out", None)

    assert (run["rounds"], run["matched"], run["objective"]) == (1, 2, 1_500)


def test_nobody_meets_again_while_the_other_has_somebody_new(tmp_path: Path) -> None:
    """Whoever is called cid knows only mia, who meets ann and bob first once they have met."""
    market = write(tmp_path / "m", THREE)

    run = flash(market, tmp_path / "out", 3)

    assert pairs_of(tmp_path / "out") == [
        "ann,ned,700,1", "bob,mia,800,1", "ann,mia,900,2", "bob,ned,300,2", "ann,ned,700,3", "cid,mia,100,3",
    ]  # fmt: skip
    assert (tmp_path / "out" / "unmatched.csv").read_text(encoding="utf-8").splitlines()[1:] == [
        "cid,all_taken,1,1", "cid,all_taken,1,2", "bob,all_taken,1,3",
    ]  # fmt: skip
    assert run["unmatched_by_reason"] == {"all_taken": 3}
    assert verified(market, tmp_path / "out")["verified"]


def test_whoever_waits_until_the_other_has_met_everybody_reads_so(tmp_path: Path) -> None:
    files = {**TWO, "scores.csv": HEAD + "ann,mia,900\nbob,mia,800\n"}

    run = flash(write(tmp_path / "m", files), tmp_path / "out", 2)

    assert pairs_of(tmp_path / "out") == ["ann,mia,900,1", "bob,mia,800,2"]
    assert run["unmatched_by_reason"] == {"all_taken": 1, "others_first": 1}


def test_a_pair_that_comes_again_too_soon_is_told(tmp_path: Path) -> None:
    forged = "mentee_id,mentor_id,round\nann,ned,1\nbob,mia,1\nann,ned,2\nbob,mia,2\n"
    market = write(tmp_path / "m", TWO)

    answer = verified(market, write(tmp_path / "out", {"matches.csv": forged}), format=Format.FLASH)

    assert codes(answer) == {"pair_too_soon", "fewer_pairs"}
    assert "ann–ned meet again" in str(answer["complaints"])


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("ann,mia,1\nbob,ned,1\nann,ned,2\nbob,mia,2\n", "total_below_best"),
        ("ann,ned,1\nbob,mia,1\nann,mia,2\n", "fewer_pairs"),
        ("ann,ned,1\nbob,mia,1\nann,mia,3\nbob,ned,3\n", "fewer_pairs"),
        ("ann,mia,1\nbob,mia,1\n", "column_over_capacity"),
        ("ann,ned,0\nbob,mia,1\n", "round_unknown"),
        ("ann,ned,101\nbob,mia,1\n", "round_unknown"),
        ("ann,ned,\nbob,mia,1\n", "matches_unreadable"),
        ("ann,ned,one\nbob,mia,1\n", "matches_unreadable"),
        ("ann,ned,1\nann,ned,1\n", "pair_twice"),
        ("ann,zoe,1\nbob,mia,1\n", "unknown_id"),
    ],
)
def test_rounds_that_are_not_the_best_or_not_allowed_are_told(tmp_path: Path, rows: str, code: str) -> None:
    market = write(tmp_path / "m", TWO)
    out = write(tmp_path / "out", {"matches.csv": f"mentee_id,mentor_id,round\n{rows}"})

    assert code in codes(verified(market, out, format=Format.FLASH))


@pytest.mark.parametrize(
    "figures", [{"rounds": 2}, {"rounds": 4}, {"rounds": "x"}, {"most": 7}, {"objective": 1}]
)
def test_forged_figures_are_refused(tmp_path: Path, figures: dict[str, Any]) -> None:
    market = write(tmp_path / "m", TWO)
    flash(market, tmp_path / "out", 3)
    change_run(tmp_path / "out", **figures)

    assert not verified(market, tmp_path / "out")["verified"]


def test_a_result_that_is_asked_for_more_rounds_than_it_has_is_refused(tmp_path: Path) -> None:
    market = write(tmp_path / "m", TWO)
    flash(market, tmp_path / "out", 2)
    for name in ("run.json", "certificate.npz", "unmatched.csv"):
        (tmp_path / "out" / name).unlink()

    assert verified(market, tmp_path / "out", format=Format.FLASH)["verified"]
    assert codes(verified(market, tmp_path / "out", format=Format.FLASH, rounds=3)) == {"fewer_pairs"}


def test_rounds_of_another_format_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="options_clash: --rounds is for --format flash"):
        solved(write(tmp_path / "m", TWO), tmp_path / "out", rounds=2)


def test_pairs_to_keep_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="options_clash: flash has no --locked"):
        flash(write(tmp_path / "m", TWO), tmp_path / "out", 2, locked=Path("x"))


@st.composite
def _small(draw: st.DrawFn) -> tuple[list[int], list[int], dict[tuple[int, int], int], int]:
    mentees, mentors = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    allowed = st.tuples(st.integers(0, mentees - 1), st.integers(0, mentors - 1))
    most = draw(st.sampled_from([1, 3, 1_000_000]))
    pairs = draw(st.dictionaries(allowed, st.integers(0, most), max_size=9))
    slots = [draw(st.integers(0, 2)) for _ in range(mentees)]
    seats = [draw(st.integers(0, 2)) for _ in range(mentors)]
    return slots, seats, pairs, draw(st.integers(1, 5))


@settings(max_examples=60, deadline=None)
@given(_small())
def test_every_small_round_is_the_best_of_all_and_nothing_comes_too_soon(
    small: tuple[list[int], list[int], dict[tuple[int, int], int], int],
) -> None:
    slots, seats, pairs, rounds = small
    files = {
        "mentees.csv": "id,capacity\n" + "".join(f"{at},{slot}\n" for at, slot in enumerate(slots)),
        "mentors.csv": "id,capacity\n" + "".join(f"{at},{seat}\n" for at, seat in enumerate(seats)),
        "scores.csv": HEAD + "".join(f"{i},{j},{score}\n" for (i, j), score in pairs.items()),
    }
    with TemporaryDirectory() as folder:
        market, out = write(Path(folder) / "m", files), Path(folder) / "out"
        flash(market, out, rounds)
        lines = [tuple(map(int, line.split(","))) for line in pairs_of(out)]
        assert verified(market, out)["complaints"] == []

    met = {pair: 0 for pair in pairs if slots[pair[0]] and seats[pair[1]]}
    for number in range(1, rounds + 1):
        chosen = [(line[0], line[1]) for line in lines if line[3] == number]
        fresh = [
            one
            for one in met
            if all(met[one] <= met[two] for two in met if one[0] == two[0] or one[1] == two[1])
        ]
        assert set(chosen) <= set(fresh)
        assert (len(chosen), sum(pairs[one] for one in chosen)) == _best(fresh, slots, seats, pairs)
        for one in chosen:
            met[one] += 1


def _best(
    fresh: list[tuple[int, int]], slots: list[int], seats: list[int], pairs: dict[tuple[int, int], int]
) -> tuple[int, int]:
    best = (0, 0)
    for size in range(1, len(fresh) + 1):
        for chosen in combinations(fresh, size):
            rows, columns = [one[0] for one in chosen], [one[1] for one in chosen]
            if all(rows.count(at) <= slot for at, slot in enumerate(slots)) and all(
                columns.count(at) <= seat for at, seat in enumerate(seats)
            ):
                best = max(best, (size, sum(pairs[one] for one in chosen)))
    return best
