"""Whatever form a cohort's files have, the result is the same, and it is put in place whole."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pytest

from services.matching.domain.certificate.claim import Objective
from services.matching.files.refusal import Refused
from tests.unit.matching.files.file_markets import THREE, pairs_of, solved, verified, write


def test_neither_the_order_of_rows_nor_a_second_run_changes_a_byte(tmp_path: Path) -> None:
    generator = np.random.default_rng(5)
    lines = [
        f"e{mentee},r{mentor},{score}\n"
        for mentee in range(60)
        for mentor, score in zip(
            generator.permutation(30)[:8], generator.integers(0, 4, 8) * 1_000, strict=True
        )
    ]
    mentees, mentors = [f"e{at}\n" for at in range(60)], [f"r{at},2\n" for at in range(30)]
    outs = []
    for turn in range(3):
        market = write(
            tmp_path / f"m{turn}",
            {
                "mentees.csv": "id\n" + "".join(generator.permutation(mentees) if turn else mentees),
                "mentors.csv": "id,capacity\n" + "".join(generator.permutation(mentors) if turn else mentors),
                "scores.csv": "mentee_id,mentor_id,score\n"
                + "".join(generator.permutation(lines) if turn else lines),
            },
        )
        outs.append(tmp_path / f"out{turn}")
        solved(market, outs[-1])

    for name in ("matches.csv", "unmatched.csv", "certificate.npz"):
        assert len({(out / name).read_bytes() for out in outs}) == 1, name


def test_parquet_in_and_out_says_the_same_as_csv(tmp_path: Path) -> None:
    market, columnar = write(tmp_path / "m", THREE), tmp_path / "p"
    columnar.mkdir()
    for name in THREE:
        table = pa.csv.read_csv(market / name)
        pa.parquet.write_table(table, columnar / f"{Path(name).stem}.parquet")

    csv_run = solved(market, tmp_path / "out")
    parquet_run = solved(columnar, tmp_path / "pout", parquet=True)

    assert parquet_run["inputs_sha256"] == csv_run["inputs_sha256"]
    matches = pa.parquet.read_table(tmp_path / "pout" / "matches.parquet").to_pylist()
    assert [(row["mentee_id"], row["mentor_id"]) for row in matches] == [("ann", "ned"), ("bob", "mia")]
    assert verified(columnar, tmp_path / "pout")["verified"]
    assert verified(market, tmp_path / "pout")["verified"]


@pytest.mark.parametrize("empty", ["mentees.csv", "mentors.csv", "scores.csv"])
def test_a_side_without_people_is_a_market_without_pairs(tmp_path: Path, empty: str) -> None:
    files = {**THREE, "scores.csv": "mentee_id,mentor_id,score\n"}
    files[empty] = files[empty].splitlines()[0] + "\n"
    market = write(tmp_path / "m", files)

    run = solved(market, tmp_path / "out", objective=Objective.FLOOR)

    assert (run["matched"], run["objective"], run["bound"], run["floor"]) == (0, 0, 0, None)
    assert verified(market, tmp_path / "out")["verified"]


def test_more_seats_than_people_are_no_trouble(tmp_path: Path) -> None:
    market = write(
        tmp_path / "m",
        {
            **THREE,
            "mentees.csv": "id,capacity\nann,1000000000\nbob,1\ncid,1\n",
            "mentors.csv": "id,capacity\nmia,1000000000\nned,1000000000\n",
        },
    )

    run = solved(market, tmp_path / "out", objective=Objective.FLOOR)

    assert (run["matched"], run["objective"], run["gap"]) == (4, 2_500, 0)
    assert verified(market, tmp_path / "out")["verified"]


def test_a_result_replaces_a_result_and_nothing_else(tmp_path: Path) -> None:
    market = write(tmp_path / "m", THREE)
    solved(market, tmp_path / "out", objective=Objective.STABLE)
    solved(market, tmp_path / "out")
    assert pairs_of(tmp_path / "out") == ["ann,ned,700", "bob,mia,800"]
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["m", "out"]

    (tmp_path / "out" / "thesis.doc").write_text("years of work", encoding="utf-8")
    with pytest.raises(Refused, match=r"thesis\.doc"):
        solved(market, tmp_path / "out")
    assert len(list((tmp_path / "out").iterdir())) == 5
