"""The commands for cohorts in files, as their user calls them: a process of its own, nothing else running."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

from tests.unit.matching.files.file_markets import THREE, write


def command(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the service's command line with an environment that holds no settings."""
    root = Path(__file__).parents[3]
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "NUMBA_CACHE_DIR"}}
    return subprocess.run(
        [sys.executable, "-m", "services.matching", *map(str, arguments)],
        cwd=cwd,
        env={**kept, "PYTHONPATH": str(root), "PYTHONHASHSEED": str(time.monotonic_ns() % 1000)},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )


def test_solve_and_verify_tell_people_what_they_found(tmp_path: Path) -> None:
    write(tmp_path / "m", THREE)

    solve = command("solve", "m", "--out", "out", cwd=tmp_path)
    verify = command("verify", "m", "out", cwd=tmp_path)

    assert solve.returncode == 0, solve.stderr
    assert solve.stdout.splitlines()[:2] == [
        "2 pairs of 2 possible, 1 people without one",
        "total 1,500 of at most 1,500: gap 0",
    ]
    assert "all_taken: 1" in solve.stdout
    assert verify.returncode == 0, verify.stderr
    assert verify.stdout.startswith("verified by its certificate: 2 pairs, total 1,500, bound 1,500, gap 0")


def test_the_last_line_with_json_is_what_run_json_holds(tmp_path: Path) -> None:
    write(tmp_path / "m", THREE)

    solve = command("solve", "m", "--out", "out", "--json", cwd=tmp_path)

    run = json.loads(solve.stdout.splitlines()[-1])
    assert run == json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8"))
    assert run["seconds"] > 0
    assert run["peak_mb"] > 0


def test_bad_input_ends_with_2_and_a_refused_result_with_1(tmp_path: Path) -> None:
    write(tmp_path / "m", {**THREE, "scores.csv": THREE["scores.csv"] + "zoe,mia,5\n"})
    bad = command("solve", "m", "--out", "out", "--json", cwd=tmp_path)

    assert bad.returncode == 2
    assert bad.stderr.strip() == (
        "refused: m/scores.csv:7: unknown_id: mentee_id 'zoe' is not in mentees.csv"
    )
    assert json.loads(bad.stdout)["line"] == 7
    assert not (tmp_path / "out").exists()

    write(tmp_path / "m", THREE)
    write(tmp_path / "out", {"matches.csv": "mentee_id,mentor_id\nann,mia\nbob,ned\n"})
    refused = command("verify", "m", "out", cwd=tmp_path)
    assert refused.returncode == 1
    assert refused.stdout.splitlines()[-1] == "not verified"
    assert refused.stdout.startswith("total_below_best: the total could be higher by at least 300")


def test_a_cohort_of_10000_is_solved_and_verified_within_seconds(tmp_path: Path) -> None:
    """No spare seat, about 24 pairs each; with its certificate and without."""
    generator = np.random.default_rng(11)
    mentees, mentors = 10_000, 3_334
    lines: list[str] = []
    for mentee in range(mentees):
        near = (mentee // 3 + np.arange(12)) % mentors
        far = np.setdiff1d(generator.integers(0, mentors, 12), near)
        lines.extend(f"e{mentee},r{mentor},{generator.integers(0, 1_000_001)}\n" for mentor in (*near, *far))
    write(
        tmp_path / "m",
        {
            "mentees.csv": "id\n" + "".join(f"e{at}\n" for at in range(mentees)),
            "mentors.csv": "id,capacity\n" + "".join(f"r{at},3\n" for at in range(mentors)),
            "scores.csv": "mentee_id,mentor_id,score\n" + "".join(lines),
        },
    )

    solve = command("solve", "m", "--out", "out", "--json", cwd=tmp_path)
    run = json.loads(solve.stdout.splitlines()[-1])
    verify = command("verify", "m", "out", "--json", cwd=tmp_path)
    answer = json.loads(verify.stdout.splitlines()[-1])

    assert (run["matched"], run["gap"], run["unmatched"]) == (10_000, 0, 0)
    assert run["seconds"] < 10
    assert (answer["verified"], answer["objective"]) == (True, run["objective"])
    (tmp_path / "out" / "certificate.npz").unlink()
    found = command("verify", "m", "out", "--json", cwd=tmp_path)
    assert json.loads(found.stdout.splitlines()[-1])["proof_from"] == "found"
