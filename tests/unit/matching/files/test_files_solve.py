"""`solve` finds the best result of a cohort in files, and says why somebody is left."""

import json
from pathlib import Path

import pytest

from services.matching.domain.certificate.claim import Objective
from services.matching.files.cohort import Format
from services.matching.files.refusal import Code, Refused
from tests.unit.matching.files.file_markets import THREE, pairs_of, solved, verified, write


def test_most_pairs_come_first_then_the_best_total(tmp_path: Path) -> None:
    run = solved(write(tmp_path / "m", THREE), tmp_path / "out")

    assert pairs_of(tmp_path / "out") == ["ann,ned,700", "bob,mia,800"]
    assert (run["matched"], run["objective"], run["bound"], run["gap"]) == (2, 1_500, 1_500, 0)
    assert (run["floor"], run["unit"], run["proven"]) == (700, "millionths", True)
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8")) == run


def test_whoever_is_left_reads_which_seat_they_missed_and_what_it_would_cost(tmp_path: Path) -> None:
    """With mia, cid would bring 100 where bob brings 800: 700 less in all."""
    solved(write(tmp_path / "m", THREE), tmp_path / "out")

    assert (tmp_path / "out" / "unmatched.csv").read_text(encoding="utf-8").splitlines() == [
        "mentee_id,reason,allowed_pairs,nearest_mentor_id,nearest_score,cost",
        "cid,all_taken,1,mia,100,700",
    ]


def test_every_reason_to_be_left_has_its_code(tmp_path: Path) -> None:
    market = write(
        tmp_path / "m",
        {
            "mentees.csv": "id,capacity\nfull,0\nlonely,1\nclosed,1\nlocked,1\nlow,1\nheld,1\ntop,1\n",
            "mentors.csv": "id,capacity\nnone,0\nkept,1\none,2\n",
            "scores.csv": (
                "mentee_id,mentor_id,score\nfull,one,500\nclosed,none,500\nheld,kept,500\nlocked,kept,900\n"
                "low,kept,5\ntop,one,500\n"
            ),
            "locked.csv": "mentee_id,mentor_id\nheld,kept\n",
        },
    )

    run = solved(market, tmp_path / "out", locked=market / "locked.csv")

    assert run["unmatched_by_reason"] == {
        "all_locked": 2, "no_allowed_pair": 1, "no_capacity": 1, "no_seat_offered": 1,
    }  # fmt: skip


def test_decimals_are_exact_and_come_back_as_decimals(tmp_path: Path) -> None:
    """0.1 + 0.2 is 0.3 here."""
    market = write(
        tmp_path / "m",
        {
            "mentees.csv": "id\na\nb\n",
            "mentors.csv": "id,capacity\nx,2\n",
            "scores.csv": "mentee_id,mentor_id,score\na,x,0.1\nb,x,0.2\n",
        },
    )

    run = solved(market, tmp_path / "out", objective=Objective.FLOOR)

    assert (run["objective"], run["bound"], run["floor"], run["unit"]) == (0.3, 0.3, 0.1, "decimal")
    assert pairs_of(tmp_path / "out") == ["a,x,0.100000", "b,x,0.200000"]
    assert verified(market, tmp_path / "out")["verified"]


def test_what_a_float_prints_as_is_rounded_half_to_even_and_counted(tmp_path: Path) -> None:
    market = write(
        tmp_path / "m",
        {
            "mentees.csv": "id\na\nb\nc\n",
            "mentors.csv": "id,capacity\nx,3\n",
            "scores.csv": "mentee_id,mentor_id,score\na,x,0.8333333333333334\nb,x,5e-07\nc,x,1\n",
        },
    )

    run = solved(market, tmp_path / "out")

    assert pairs_of(tmp_path / "out") == ["a,x,0.833333", "b,x,0.000000", "c,x,1.000000"]
    assert run["rounded_scores"] == 2


def test_the_floor_keeps_the_number_of_pairs_and_gives_up_total(tmp_path: Path) -> None:
    """The best total leaves b with 1; with a on y and b on x nobody has less than 40."""
    market = write(
        tmp_path / "m",
        {
            "mentees.csv": "id\na\nb\n",
            "mentors.csv": "id,capacity\nx,1\ny,1\n",
            "scores.csv": "mentee_id,mentor_id,score\na,x,100\na,y,50\nb,x,40\nb,y,1\n",
        },
    )

    assert solved(market, tmp_path / "total")["objective"] == 101
    run = solved(market, tmp_path / "floor", objective=Objective.FLOOR)

    assert (run["matched"], run["objective"], run["bound"], run["floor"]) == (2, 90, 90, 40)
    assert solved(market, tmp_path / "least", floor="2")["floor"] == 40
    assert verified(market, tmp_path / "floor")["verified"]
    assert verified(market, tmp_path / "least")["verified"]


def test_a_floor_that_would_cost_a_pair_is_refused_with_the_highest_that_does_not(tmp_path: Path) -> None:
    with pytest.raises(
        Refused, match=r"only 1 pairs are possible, not 2; .* costs no pair is 700"
    ) as refused:
        solved(write(tmp_path / "m", THREE), tmp_path / "out", floor="850")

    assert refused.value.code is Code.FLOOR_OUT_OF_REACH
    assert not (tmp_path / "out").exists()


def test_locked_pairs_are_kept_although_they_cost(tmp_path: Path) -> None:
    market = write(tmp_path / "m", {**THREE, "locked.csv": "mentee_id,mentor_id\ncid,mia\n"})

    run = solved(market, tmp_path / "out", locked=market / "locked.csv")

    assert pairs_of(tmp_path / "out") == ["ann,ned,700", "cid,mia,100"]
    assert (run["objective"], run["bound"], run["locked"]) == (800, 800, 1)
    assert verified(market, tmp_path / "out")["verified"]


def test_a_stable_result_has_no_blocking_pair_and_tells_the_optimum_beside(tmp_path: Path) -> None:
    market = write(tmp_path / "m", THREE)

    run = solved(market, tmp_path / "out", objective=Objective.STABLE)

    assert pairs_of(tmp_path / "out") == ["ann,mia,900", "bob,ned,300"]
    assert (run["objective"], run["blocking_pairs"]) == (1_200, 0)
    assert run["optimum"] == {"matched": 2, "objective": 1_500}
    assert (run["bound"], run["gap"]) == (1_500, 300)
    assert verified(market, tmp_path / "out")["verified"]


@pytest.mark.parametrize("before", ["a,x\nb,y\n", "a,y\nb,x\n"])
def test_of_equally_good_results_the_one_nearest_to_yesterday_is_taken(tmp_path: Path, before: str) -> None:
    market = write(
        tmp_path / "m",
        {
            "mentees.csv": "id\na\nb\n",
            "mentors.csv": "id,capacity\nx,1\ny,1\n",
            "scores.csv": "mentee_id,mentor_id,score\na,x,5\na,y,5\nb,x,5\nb,y,5\n",
            "before.csv": f"mentee_id,mentor_id\n{before}gone,x\n",
        },
    )

    run = solved(market, tmp_path / "out", previous=market / "before.csv")

    assert (run["previous"], run["kept"]) == (3, 2)
    assert [line.rsplit(",", 1)[0] for line in pairs_of(tmp_path / "out")] == before.split()


def test_in_reverse_mentoring_the_people_of_mentors_csv_learn(tmp_path: Path) -> None:
    """So they are the ones who may be left, and who read why."""
    market = write(
        tmp_path / "m",
        {
            "mentees.csv": "id,capacity\nann,1\n",
            "mentors.csv": "id,capacity\nmia,1\nned,1\n",
            "scores.csv": "mentee_id,mentor_id,score\nann,mia,900\nann,ned,700\n",
        },
    )

    run = solved(market, tmp_path / "out", format=Format.REVERSE)

    assert pairs_of(tmp_path / "out") == ["ann,mia,900"]
    assert run["unmatched"] == 1
    assert (tmp_path / "out" / "unmatched.csv").read_text(encoding="utf-8").splitlines()[1] == (
        "ned,all_taken,1,ann,700,200"
    )
    assert verified(market, tmp_path / "out")["verified"]
