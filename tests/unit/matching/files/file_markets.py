"""Small cohorts in files, as people would write them."""

import json
from pathlib import Path
from typing import Any

from services.matching.files.progress import Progress
from services.matching.files.solve_command import Order, solve_files
from services.matching.files.verify_command import Question, verify_files

THREE = {
    "mentees.csv": "id\nann\nbob\ncid\n",
    "mentors.csv": "id,capacity\nmia,1\nned,1\n",
    "scores.csv": (
        "mentee_id,mentor_id,score\nann,mia,900\nann,ned,700\nbob,mia,800\nbob,ned,300\ncid,mia,100\n"
    ),
}
"""Best is ann with ned and bob with mia, 1,500 in all; cid stays alone: mia is worth 700 more to bob."""


def write(folder: Path, files: dict[str, str]) -> Path:
    """The files of a folder that may be there already."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def solved(market: Path, out: Path, **options: Any) -> dict[str, Any]:
    """The figures of a run."""
    return solve_files(Order(market=market, out=out, **options), Progress(quiet=True))


def verified(market: Path, out: Path, **options: Any) -> dict[str, Any]:
    """The answer of `verify`."""
    return verify_files(Question(market=market, out=out, **options), Progress(quiet=True))


def codes(answer: dict[str, Any]) -> set[str]:
    """What the answer complains of."""
    return {complaint["code"] for complaint in answer["complaints"]}


def pairs_of(out: Path) -> list[str]:
    """The lines of matches.csv without the header."""
    return (out / "matches.csv").read_text(encoding="utf-8").splitlines()[1:]


def change_run(out: Path, **figures: Any) -> None:
    """Forge figures of run.json."""
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    (out / "run.json").write_text(json.dumps({**run, **figures}), encoding="utf-8")
