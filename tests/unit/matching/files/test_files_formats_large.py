"""Circles, rounds and peers too many to try all: feasible, near their bound, in any order the same."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from services.matching.files.cohort import Format
from services.matching.files.peer import solve_peer_files
from services.matching.files.peers import read_peers
from services.matching.files.progress import Progress
from tests.unit.matching.files.file_markets import pairs_of, solved, verified, write

PEOPLE = 240
MENTORS = 80


def _lines(header: str, lines: list[str], seed: int) -> str:
    """The same rows, for every seed in another order."""
    return (
        header + "".join(np.random.default_rng(seed).permutation(lines)) if seed else header + "".join(lines)
    )


def _two_sides(seed: int) -> dict[str, str]:
    """Everybody knows twelve of 80 mentors, who have room for four or five and want three or nobody."""
    draw = np.random.default_rng(11)
    pairs = [
        f"e{mentee},r{mentor},{score}\n"
        for mentee in range(PEOPLE)
        for mentor, score in zip(
            draw.permutation(MENTORS)[:12].tolist(), draw.integers(1, 1_000, 12).tolist(), strict=True
        )
    ]
    mentors = [f"r{at},{4 + at % 2},3\n" for at in range(MENTORS)]
    return {
        "mentees.csv": _lines("id\n", [f"e{at}\n" for at in range(PEOPLE)], seed),
        "mentors.csv": _lines("id,capacity,min_capacity\n", mentors, seed),
        "scores.csv": _lines("mentee_id,mentor_id,score\n", pairs, seed),
    }


def _peers(seed: int) -> dict[str, str]:
    """Eight in a neighbourhood of ten, so that odd circles come easily."""
    draw = np.random.default_rng(11)
    pairs = sorted(
        {
            (min(one, other), max(one, other))
            for one in range(PEOPLE)
            for other in ((one + draw.integers(1, 10, 8)) % PEOPLE).tolist()
        }
    )
    lines = [
        f"p{one},p{other},{score}\n" for (one, other), score in zip(pairs, _scores(len(pairs)), strict=True)
    ]
    return {
        "people.csv": _lines("id\n", [f"p{at}\n" for at in range(PEOPLE)], seed),
        "scores.csv": _lines("person_id,other_id,score\n", lines, seed),
    }


def _scores(count: int) -> list[int]:
    scores: list[int] = np.random.default_rng(12).integers(1, 1_000, count).tolist()
    return scores


def test_large_circles_keep_to_their_sizes_near_the_bound(tmp_path: Path) -> None:
    market = write(tmp_path / "m", _two_sides(0))

    run = solved(market, tmp_path / "out", format=Format.CIRCLE)

    sizes = [line.split(",")[1] for line in pairs_of(tmp_path / "out")]
    assert {sizes.count(mentor) for mentor in set(sizes)} <= {3, 4, 5}
    assert (run["matched"], run["most"]) == (PEOPLE, PEOPLE)
    assert 0 <= run["gap"] < 0.03 * run["bound"]
    assert verified(market, tmp_path / "out")["verified"]
    (tmp_path / "out" / "certificate.npz").unlink()
    assert verified(market, tmp_path / "out")["verified"]


def test_many_peers_are_paired_near_the_bound_without_the_exact_search(tmp_path: Path) -> None:
    market, progress = write(tmp_path / "m", _peers(0)), Progress(quiet=True)
    cohort = read_peers(market, progress.rows)

    run = solve_peer_files(cohort, tmp_path / "out", progress, parquet=False, most_exact=0)

    assert (run["matched"], run["most"], run["search_complete"]) == (120, 120, False)
    assert run["odd_circles"] > 1
    assert 0 < run["gap"] < 0.03 * run["bound"]
    assert verified(market, tmp_path / "out")["verified"]


@pytest.mark.parametrize(
    ("kind", "options"), [(Format.CIRCLE, {}), (Format.FLASH, {"rounds": 3}), (Format.PEER, {})]
)
def test_the_order_of_rows_changes_no_byte(tmp_path: Path, kind: Format, options: dict[str, Any]) -> None:
    files = _peers if kind is Format.PEER else _two_sides
    outs = [tmp_path / f"out{seed}" for seed in range(3)]
    for seed, out in enumerate(outs):
        solved(write(tmp_path / f"m{seed}", files(seed)), out, format=kind, **options)

    for name in ("matches.csv", "unmatched.csv", "certificate.npz"):
        assert len({(out / name).read_bytes() for out in outs}) == 1, name


@pytest.mark.parametrize(
    ("kind", "options"), [(Format.CIRCLE, {}), (Format.FLASH, {"rounds": 2}), (Format.PEER, {})]
)
def test_parquet_is_written_and_verified_as_well(
    tmp_path: Path, kind: Format, options: dict[str, Any]
) -> None:
    market = write(tmp_path / "m", _peers(0) if kind is Format.PEER else _two_sides(0))

    solved(market, tmp_path / "out", format=kind, parquet=True, **options)

    assert (tmp_path / "out" / "matches.parquet").is_file()
    assert verified(market, tmp_path / "out")["complaints"] == []
