"""Files that no result can be made of are refused with file, line and reason, before any work."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from services.matching.domain.certificate.claim import Objective
from services.matching.files.refusal import Code, Refused
from tests.unit.matching.files.file_markets import THREE, pairs_of, solved, write

NAMES = "mentee_id,mentor_id,score\n"
HEAD = NAMES + "ann,mia,900\n"


@pytest.mark.parametrize(
    ("file", "text", "code", "line"),
    [
        ("mentees.csv", "", Code.EMPTY_FILE, 1),
        ("mentees.csv", "name\nann\n", Code.COLUMN_MISSING, 1),
        ("mentees.csv", "id,id\nann,ann\n", Code.COLUMN_TWICE, 1),
        ("mentees.csv", "id;capacity\nann;1\n", Code.WRONG_SEPARATOR, 1),
        ("mentees.csv", "id\nann\nbob\ncid\nbob\n", Code.DUPLICATE_ID, 5),
        ("mentees.csv", 'id\n"ann\n  and more"\nbob\ncid\nbob\n', Code.DUPLICATE_ID, 6),
        ("mentees.csv", "id,capacity\nann,1\n,1\n", Code.EMPTY_ID, 3),
        ("mentees.csv", "id,capacity\nann,1\nbob,-1\n", Code.CAPACITY_OUT_OF_RANGE, 3),
        ("mentees.csv", "id,capacity\nann,1\nbob,1.5\n", Code.CAPACITY_NOT_WHOLE, 3),
        ("mentees.csv", "id,capacity\nann,1\nbob,many\n", Code.CAPACITY_NOT_WHOLE, 3),
        ("mentees.csv", "id,capacity\nann,1\nbob,99999999999\n", Code.CAPACITY_OUT_OF_RANGE, 3),
        ("mentees.csv", "id,capacity\nann,1\nbob,1,1\n", Code.RAGGED_ROW, 3),
        ("mentors.csv", "id\nmia\n", Code.COLUMN_MISSING, 1),
        ("mentors.csv", "id,capacity\nmia,1\nned,\n", Code.CAPACITY_NOT_WHOLE, 3),
        ("scores.csv", "mentee_id,mentor_id\nann,mia\n", Code.COLUMN_MISSING, 1),
        ("scores.csv", HEAD + "zoe,mia,1\n", Code.UNKNOWN_ID, 3),
        ("scores.csv", HEAD + "ann,zoe,1\n", Code.UNKNOWN_ID, 3),
        ("scores.csv", HEAD + "mia,ann,1\n", Code.UNKNOWN_ID, 3),
        ("scores.csv", HEAD + ",mia,1\n", Code.UNKNOWN_ID, 3),
        ("scores.csv", HEAD + "bob,mia,-1\n", Code.SCORE_OUT_OF_RANGE, 3),
        ("scores.csv", HEAD + "bob,mia,1000001\n", Code.SCORE_OUT_OF_RANGE, 3),
        ("scores.csv", HEAD + "bob,mia,\n", Code.SCORE_NOT_A_NUMBER, 3),
        ("scores.csv", HEAD + "bob,mia,nan\n", Code.SCORE_NOT_A_NUMBER, 3),
        ("scores.csv", HEAD + "bob,mia,high\n", Code.SCORE_NOT_A_NUMBER, 3),
        ("scores.csv", HEAD + "bob,mia,0.5\n", Code.SCORE_NOT_A_NUMBER, 3),
        ("scores.csv", NAMES + "ann,mia,0.9\nbob,mia,1.1\n", Code.SCORE_OUT_OF_RANGE, 3),
        ("scores.csv", NAMES + "ann,mia,0.9\nbob,mia,-0.0000001\n", Code.SCORE_OUT_OF_RANGE, 3),
        ("scores.csv", NAMES + "ann,mia,0.9\nbob,mia,inf\n", Code.SCORE_NOT_A_NUMBER, 3),
        ("scores.csv", NAMES + "ann,mia,0.9\nbob,mia,500000\n", Code.SCORE_OUT_OF_RANGE, 3),
        ("scores.csv", HEAD + "bob,mia,800\nann,mia,800\n", Code.PAIR_TWICE, 4),
        ("scores.csv", HEAD + "bob,mia,800\nann,mia,900\n", Code.PAIR_TWICE, 4),
        ("scores.csv", HEAD + "bob,mia\n", Code.RAGGED_ROW, 3),
    ],
)  # fmt: skip
def test_a_bad_line_is_refused_where_it_is(
    tmp_path: Path, file: str, text: str, code: Code, line: int
) -> None:
    market = write(tmp_path / "m", {**THREE, file: text})

    with pytest.raises(Refused) as refused:
        solved(market, tmp_path / "out")

    assert (refused.value.code, refused.value.path, refused.value.line) == (code, market / file, line)
    assert not (tmp_path / "out").exists()


def test_bytes_that_are_no_utf8_are_refused_where_they_are(tmp_path: Path) -> None:
    market = write(tmp_path / "m", THREE)
    (market / "mentees.csv").write_bytes(b"id\nann\nb\xf6b\n")

    with pytest.raises(Refused) as refused:
        solved(market, tmp_path / "out")

    assert (refused.value.code, refused.value.line) == (Code.NOT_UTF8, 3)


def test_a_missing_file_and_one_in_two_forms_are_refused(tmp_path: Path) -> None:
    market = write(tmp_path / "m", {name: text for name, text in THREE.items() if name != "mentors.csv"})
    with pytest.raises(Refused, match=r"file_missing: neither mentors\.csv nor mentors\.parquet"):
        solved(market, tmp_path / "out")

    write(market, {"mentors.csv": THREE["mentors.csv"], "mentors.parquet": ""})
    with pytest.raises(Refused, match="two_files"):
        solved(market, tmp_path / "out")


def test_a_byte_order_mark_windows_line_ends_quotes_and_further_columns_are_read(tmp_path: Path) -> None:
    market = write(
        tmp_path / "m",
        {
            "mentees.csv": '\ufeffid,name\r\n"ann, of r&d",x\r\n"007",y\r\n',
            "mentors.csv": '"id","capacity"\r\n"mia ""m""",2\r\n',
            "scores.csv": 'score,mentor_id,mentee_id\r\n5,"mia ""m""","ann, of r&d"\r\n7,"mia ""m""",007\r\n',
        },
    )

    solved(market, tmp_path / "out")

    assert pairs_of(tmp_path / "out") == ['007,"mia ""m""",7', '"ann, of r&d","mia ""m""",5']


@pytest.mark.parametrize(
    ("locked", "code", "line"),
    [
        ("ann,mia\nzoe,mia\n", Code.UNKNOWN_ID, 3),
        ("ann,mia\ncid,ned\n", Code.LOCK_NOT_ALLOWED, 3),
        ("ann,mia\nann,mia\n", Code.PAIR_TWICE, 3),
        ("ann,mia\nbob,mia\n", Code.LOCK_OVER_CAPACITY, 3),
        ("ann,mia\nann,ned\n", Code.LOCK_OVER_CAPACITY, 3),
    ],
)
def test_a_lock_that_breaks_a_rule_is_refused(tmp_path: Path, locked: str, code: Code, line: int) -> None:
    market = write(tmp_path / "m", {**THREE, "locked.csv": f"mentee_id,mentor_id\n{locked}"})

    with pytest.raises(Refused) as refused:
        solved(market, tmp_path / "out", locked=market / "locked.csv")

    assert (refused.value.code, refused.value.line) == (code, line)


def test_a_lock_below_the_floor_that_is_asked_for_is_refused(tmp_path: Path) -> None:
    market = write(tmp_path / "m", {**THREE, "locked.csv": "mentee_id,mentor_id\ncid,mia\n"})

    with pytest.raises(Refused, match="cid with mia is below the floor") as refused:
        solved(market, tmp_path / "out", locked=market / "locked.csv", floor="101")

    assert (refused.value.code, refused.value.line) == (Code.LOCK_BELOW_FLOOR, 2)


@pytest.mark.parametrize("floor", ["nan", "0.5", "-1", "1000001", "x"])
def test_a_floor_that_is_no_score_is_refused(tmp_path: Path, floor: str) -> None:
    with pytest.raises(Refused) as refused:
        solved(write(tmp_path / "m", THREE), tmp_path / "out", floor=floor)

    assert refused.value.code is Code.FLOOR_NOT_A_SCORE


def test_a_floor_for_a_stable_result_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="options_clash"):
        solved(write(tmp_path / "m", THREE), tmp_path / "out", floor="5", objective=Objective.STABLE)


def test_more_pairs_than_the_memory_holds_are_refused_before_they_are_read(tmp_path: Path) -> None:
    market = write(tmp_path / "m", {**THREE, "scores.csv": "not even a header\n" * 200_000})

    with pytest.raises(Refused, match=r"scores.csv: memory_too_small: about (199,999|200,000) pairs need"):
        solved(market, tmp_path / "out", memory_mb=100)


@pytest.mark.parametrize(
    ("scores", "code", "row"),
    [
        ([0.5, float("nan")], Code.SCORE_NOT_A_NUMBER, 2),
        ([0.5, None], Code.SCORE_NOT_A_NUMBER, 2),
        ([0.5, 1.5], Code.SCORE_OUT_OF_RANGE, 2),
        ([5, -5], Code.SCORE_OUT_OF_RANGE, 2),
        (["5", "6"], Code.COLUMN_TYPE, None),
    ],
)
def test_a_bad_row_of_parquet_is_refused_where_it_is(
    tmp_path: Path, scores: list[object], code: Code, row: int | None
) -> None:
    market = write(tmp_path / "m", {name: text for name, text in THREE.items() if name != "scores.csv"})
    table = pa.table({"mentee_id": ["ann", "bob"], "mentor_id": ["mia", "mia"], "score": pa.array(scores)})
    pa.parquet.write_table(table, market / "scores.parquet")

    with pytest.raises(Refused) as refused:
        solved(market, tmp_path / "out")

    assert (refused.value.code, refused.value.line) == (code, row)
