"""`verify` accepts a right result of whoever made it, and names what is wrong with any other."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from services.matching.domain.certificate.claim import Objective
from tests.unit.matching.files.file_markets import THREE, change_run, codes, solved, verified, write

SQUARE = {
    "mentees.csv": "id\na\nb\n",
    "mentors.csv": "id,capacity\nx,1\ny,1\n",
    "scores.csv": "mentee_id,mentor_id,score\na,x,100\na,y,50\nb,x,40\nb,y,1\n",
}
"""Best total: a–x, b–y with 101 and a floor of 1. Best floor: a–y, b–x with 90 and a floor of 40."""


def by_hand(folder: Path, *pairs: str) -> Path:
    """A result of another engine: matches.csv and nothing else."""
    return write(folder, {"matches.csv": "mentee_id,mentor_id\n" + "".join(f"{pair}\n" for pair in pairs)})


def test_the_result_of_any_engine_is_verified_by_prices_found_here(tmp_path: Path) -> None:
    answer = verified(write(tmp_path / "m", THREE), by_hand(tmp_path / "out", "ann,ned", "bob,mia"))

    assert answer["verified"]
    assert answer["proof_from"] == "found"
    assert (answer["matched"], answer["objective"], answer["bound"], answer["floor"]) == (
        2,
        1_500,
        1_500,
        700,
    )


def test_a_result_with_its_certificate_is_verified_by_that(tmp_path: Path) -> None:
    market = write(tmp_path / "m", THREE)
    solved(market, tmp_path / "out")

    assert verified(market, tmp_path / "out")["proof_from"] == "certificate"


def test_a_worse_total_is_refused_with_a_change_that_improves_it(tmp_path: Path) -> None:
    answer = verified(write(tmp_path / "m", THREE), by_hand(tmp_path / "out", "ann,mia", "bob,ned"))

    assert answer["complaints"] == [
        {
            "code": "total_below_best",
            "text": "the total could be higher by at least 300 by a circle of moves: "
            "bob–mia, ann–ned instead of bob–ned, ann–mia",
        }
    ]


def test_fewer_pairs_are_refused_with_how_many_are_missing_and_a_chain_that_adds_one(tmp_path: Path) -> None:
    answer = verified(write(tmp_path / "m", THREE), by_hand(tmp_path / "out", "ann,mia"))

    assert codes(answer) == {"fewer_pairs"}
    assert answer["complaints"][0]["text"].startswith("1 more pair would be possible by a chain of moves: ")


def test_an_empty_result_is_refused_where_pairs_are_possible(tmp_path: Path) -> None:
    answer = verified(write(tmp_path / "m", THREE), by_hand(tmp_path / "out"))

    assert answer["complaints"][0]["text"].startswith("2 more pairs would be possible")


@pytest.mark.parametrize(
    ("pairs", "code", "text"),
    [
        (("ann,ned", "bob,mia", "zoe,mia"), "unknown_id", "matches.csv:4: an id is not in mentees.csv"),
        (("ann,ned", "bob,tom"), "unknown_id", "matches.csv:3: an id is not in mentors.csv"),
        (("ann,ned", "cid,ned"), "pair_not_allowed", "matches.csv:3: cid–ned is no pair of the scores file"),
        (("ann,ned", "ann,ned"), "pair_twice", "matches.csv:3: ann–ned is there twice"),
        (("ann,mia", "bob,mia"), "column_over_capacity", "mia has 2 pairs and a capacity of 1"),
        (("ann,mia", "ann,ned"), "row_over_capacity", "ann has 2 pairs and a capacity of 1"),
    ],
)
def test_a_result_that_breaks_a_rule_is_refused(
    tmp_path: Path, pairs: tuple[str, ...], code: str, text: str
) -> None:
    answer = verified(write(tmp_path / "m", THREE), by_hand(tmp_path / "out", *pairs))

    assert not answer["verified"]
    assert codes(answer) == {code}
    assert answer["complaints"][0]["text"].endswith(text)


def test_a_truncated_result_is_refused(tmp_path: Path) -> None:
    """Its run.json still tells of two pairs."""
    market = write(tmp_path / "m", THREE)
    solved(market, tmp_path / "out")
    whole = (tmp_path / "out" / "matches.csv").read_text(encoding="utf-8")
    (tmp_path / "out" / "matches.csv").write_text(whole[: whole.index("bob")], encoding="utf-8")

    assert codes(verified(market, tmp_path / "out")) >= {"fewer_pairs", "figures_differ", "unmatched_differ"}


@pytest.mark.parametrize(
    ("figure", "value"),
    [
        ("objective", 1_501),
        ("bound", 1_600),
        ("matched", 3),
        ("floor", 800),
        ("gap", 1),
        ("blocking_pairs", 0),
    ],
)
def test_a_forged_figure_is_refused(tmp_path: Path, figure: str, value: int) -> None:
    market = write(tmp_path / "m", THREE)
    solved(market, tmp_path / "out")
    change_run(tmp_path / "out", **{figure: value})

    answer = verified(market, tmp_path / "out")

    assert codes(answer) == {"figures_differ"}
    assert f"run.json says {figure} {value}" in answer["complaints"][0]["text"]


def test_an_objective_copied_into_the_bound_is_refused(tmp_path: Path) -> None:
    """The bound comes from prices alone: no file can say it."""
    market = write(tmp_path / "m", SQUARE)
    out = by_hand(tmp_path / "out", "a,y", "b,x")
    write(out, {"run.json": '{"matched": 2, "objective": 90, "bound": 90, "gap": 0}'})

    answer = verified(market, out)

    assert codes(answer) == {"total_below_best", "figures_differ"}
    assert answer["bound"] >= 101


@pytest.mark.parametrize(("mia", "ned"), [(0, 0), (10**9, 10**9), (-1, 0), (3_000_801, 0), (2**61, 2**61)])
def test_prices_that_prove_nothing_are_refused_although_the_result_is_right(
    tmp_path: Path, mia: int, ned: int
) -> None:
    market = write(tmp_path / "m", THREE)
    solved(market, tmp_path / "out")
    path = tmp_path / "out" / "certificate.npz"
    with np.load(path) as arrays:
        forged = dict(arrays)
    forged["price"] = np.array([mia if name == b"mia" else ned for name in forged["id"]])
    np.savez_compressed(path, **forged)

    answer = verified(market, tmp_path / "out")

    assert codes(answer) == {"certificate_false"}
    assert (answer["bound"], answer["gap"], answer["proof_from"]) == (1_500, 0, "found")


def test_impossible_prices_beside_a_stable_result_are_refused(tmp_path: Path) -> None:
    market = write(tmp_path / "m", THREE)
    solved(market, tmp_path / "out", objective=Objective.STABLE)
    path = tmp_path / "out" / "certificate.npz"
    with np.load(path) as arrays:
        forged = dict(arrays)
    np.savez_compressed(path, **{**forged, "price": np.array([-1, 0])})

    assert codes(verified(market, tmp_path / "out")) == {"certificate_false", "figures_differ"}


def test_a_damaged_certificate_and_one_of_another_market_are_refused(tmp_path: Path) -> None:
    market, other = write(tmp_path / "m", THREE), write(tmp_path / "o", SQUARE)
    solved(market, tmp_path / "out")
    solved(other, tmp_path / "other")
    path = tmp_path / "out" / "certificate.npz"
    whole = path.read_bytes()

    path.write_bytes(whole[: len(whole) // 2])
    assert codes(verified(market, tmp_path / "out")) == {"certificate_unreadable"}
    shutil.copy(tmp_path / "other" / "certificate.npz", path)
    assert codes(verified(market, tmp_path / "out")) == {"certificate_of_another_market"}


def test_the_result_of_other_inputs_is_refused(tmp_path: Path) -> None:
    market = write(tmp_path / "m", THREE)
    solved(market, tmp_path / "out")
    write(market, {"scores.csv": THREE["scores.csv"].replace("300", "301")})

    assert codes(verified(market, tmp_path / "out")) == {"figures_differ"}


def test_a_floor_that_is_not_the_highest_is_refused(tmp_path: Path) -> None:
    market = write(tmp_path / "m", SQUARE)

    low = verified(market, by_hand(tmp_path / "low", "a,x", "b,y"), objective=Objective.FLOOR)
    high = verified(market, by_hand(tmp_path / "high", "a,y", "b,x"), objective=Objective.FLOOR)

    assert [complaint["text"] for complaint in low["complaints"]] == [
        "as many pairs are possible with nobody below 2"
    ]
    assert high["verified"]
    assert high["floor"] == 40


def test_somebody_below_the_floor_that_was_asked_for_is_named(tmp_path: Path) -> None:
    answer = verified(write(tmp_path / "m", SQUARE), by_hand(tmp_path / "out", "a,x", "b,y"), floor="5")

    assert answer["complaints"] == [
        {"code": "below_floor", "text": "b–y is 4 below the floor that was asked for"}
    ]


def test_a_blocking_pair_in_a_result_that_claims_to_be_stable_is_named(tmp_path: Path) -> None:
    answer = verified(
        write(tmp_path / "m", SQUARE), by_hand(tmp_path / "out", "a,y", "b,x"), objective=Objective.STABLE
    )

    assert answer["complaints"] == [
        {"code": "blocking_pair", "text": "1 pairs would rather have each other, a–x among them"}
    ]


def test_a_locked_pair_that_is_missing_is_named(tmp_path: Path) -> None:
    """Whether the caller says what was locked, or the result itself."""
    market = write(tmp_path / "m", {**THREE, "locked.csv": "mentee_id,mentor_id\ncid,mia\n"})
    lost = by_hand(tmp_path / "lost", "ann,ned", "bob,mia")
    solved(market, tmp_path / "out", locked=market / "locked.csv")
    shutil.copy(lost / "matches.csv", tmp_path / "out" / "matches.csv")

    assert verified(market, lost, locked=market / "locked.csv")["complaints"] == [
        {"code": "locked_pair_missing", "text": "the locked pair cid–mia is missing"}
    ]
    assert "locked_pair_missing" in codes(verified(market, tmp_path / "out"))
    (tmp_path / "out" / "locked.csv").unlink()
    assert "locked_differ" in codes(verified(market, tmp_path / "out"))


@pytest.mark.parametrize("run", ["{", "[]", '{"format": "duel"}', '{"objective_kind": 7}', '{"locked": "x"}'])
def test_a_run_json_that_says_nothing_sensible_is_refused(tmp_path: Path, run: str) -> None:
    out = by_hand(tmp_path / "out", "ann,ned", "bob,mia")
    write(out, {"run.json": run})

    assert codes(verified(write(tmp_path / "m", THREE), out)) == {"run_unreadable"}


@pytest.mark.parametrize("text", ["", "mentee_id\nann\n", "mentee_id;mentor_id\nann;ned\n", None])
def test_matches_that_cannot_be_read_are_refused(tmp_path: Path, text: str | None) -> None:
    out = write(tmp_path / "out", {} if text is None else {"matches.csv": text})

    assert codes(verified(write(tmp_path / "m", THREE), out)) == {"matches_unreadable"}


def test_a_score_that_the_market_does_not_say_is_refused(tmp_path: Path) -> None:
    out = write(tmp_path / "out", {"matches.csv": "mentee_id,mentor_id,score\nann,ned,999\nbob,mia,800\n"})

    assert verified(write(tmp_path / "m", THREE), out)["complaints"][0]["code"] == "score_differs"
