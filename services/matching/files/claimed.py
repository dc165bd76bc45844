"""A result as somebody else left it in a folder: read with distrust, every fault told."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from services.matching.domain.certificate.claim import Objective, Proof
from services.matching.files.certificate_file import read_certificate
from services.matching.files.cohort import Cohort, Format, ListedPairs, read_pairs
from services.matching.files.findings import Complaint
from services.matching.files.folder import RUN
from services.matching.files.refusal import Refused
from services.matching.files.table import find_table

_MOST_TOLD: Final = 10


@dataclass(slots=True)
class Complaints:
    """What has been found so far; of each kind the first ten."""

    found: list[Complaint] = field(default_factory=list)

    def add(self, code: str, text: str) -> None:
        """One more."""
        if sum(one.code == code for one in self.found) < _MOST_TOLD:
            self.found.append(Complaint(code, text))


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """run.json, where one came with the result; the figures in it are only claims."""

    figures: dict[str, Any]

    def format(self) -> Format:
        """One-to-one where nothing is said."""
        return Format(self.figures.get("format", Format.ONE_TO_ONE))

    def objective(self) -> Objective:
        """The best total where nothing is said."""
        return Objective(self.figures.get("objective_kind", Objective.TOTAL))

    def floor(self) -> str | None:
        """The floor that was demanded, in the unit of the scores file."""
        floor = self.figures.get("floor_demanded")
        return None if floor is None else str(floor)

    def locked(self) -> int:
        """How many pairs were locked."""
        return int(self.figures.get("locked", 0))


def read_run(folder: Path, complaints: Complaints) -> ClaimedRun:
    """What run.json says; a file that says nothing sensible is a complaint."""
    path = folder / RUN
    if not path.is_file():
        return ClaimedRun({})
    try:
        run = ClaimedRun(json.loads(path.read_text(encoding="utf-8")))
        run.format(), run.objective(), run.floor(), run.locked()
    except (ValueError, TypeError, AttributeError) as error:
        complaints.add("run_unreadable", f"{path}: {error}")
        return ClaimedRun({})
    return run


def read_matches(
    folder: Path, cohort: Cohort, complaints: Complaints, rounds: NDArray[np.int64] | None = None
) -> NDArray[np.int64] | None:
    """The chosen edges, ascending; None where the file holds what can be no result.

    With the round of each row a pair may be there once a round, and the edges stay in the order of the file.
    """
    try:
        table = find_table(folder, "matches")
        pairs = read_pairs(table, cohort)
    except Refused as refused:
        complaints.add("matches_unreadable", str(refused))
        return None
    before = len(complaints.found)
    _tell_strangers(cohort, pairs, complaints)
    number = np.zeros(len(pairs.edge), dtype=np.int64) if rounds is None else rounds
    if len(number) != len(pairs.edge):
        complaints.add("matches_unreadable", f"{table.path}: not a round for every pair")
        return None
    order = np.lexsort((number, pairs.edge))
    edges, again = pairs.edge[order], np.diff(number[order]) == 0
    for at in np.flatnonzero(again & (np.diff(edges) == 0) & (edges[1:] >= 0)).tolist()[:_MOST_TOLD]:
        row = int(order[at + 1])
        complaints.add("pair_twice", f"{_place(pairs, row)}: {_names(cohort, pairs, row)} is there twice")
    if len(complaints.found) == before and "score" in table.columns:
        _check_scores(cohort, pairs, complaints)
    if len(complaints.found) > before:
        return None
    return edges if rounds is None else pairs.edge


def read_proof(folder: Path, cohort: Cohort, complaints: Complaints) -> Proof | None:
    """The certificate's prices in the order of the cohort; None where there is none, or no usable one."""
    found = read_certificate(
        folder, cohort.columns, complaints.add, "total_price", "count_cover", "floor_cover"
    )
    if found is None:
        return None
    covers = {name: found[name].astype(np.bool_) for name in ("count_cover", "floor_cover") if name in found}
    return Proof(price=found["price"], total_price=found.get("total_price"), **covers)


def check_unmatched(folder: Path, cohort: Cohort, chosen: NDArray[np.int64], complaints: Complaints) -> None:
    """Whoever is listed as unmatched has no pair, and everybody without one is listed."""
    if not any((folder / f"unmatched.{end}").is_file() for end in ("csv", "parquet")):
        return
    column = f"{cohort.row_file}_id"
    try:
        table = find_table(folder, "unmatched")
        table.need(column)
        ids = [batch[column] for batch in table.batches({column: pa.string()})]
    except (Refused, pa.ArrowInvalid) as error:
        complaints.add("unmatched_unreadable", str(error))
        return
    listed = np.concatenate([cohort.rows.positions(part) for part in ids] or [np.empty(0, np.int32)])
    rows = np.searchsorted(cohort.scores.first, chosen, side="right") - 1
    alone = np.flatnonzero(np.bincount(rows, minlength=len(cohort.rows)) == 0)
    if not np.array_equal(np.sort(listed), alone):
        text = f"{table.path} lists {len(listed)} people, {len(alone)} have no pair, or not the same ones"
        complaints.add("unmatched_differ", text)


def _tell_strangers(cohort: Cohort, pairs: ListedPairs, complaints: Complaints) -> None:
    for row in np.flatnonzero(pairs.edge < 0).tolist()[:_MOST_TOLD]:
        if pairs.row[row] < 0 or pairs.column[row] < 0:
            side = cohort.rows if pairs.row[row] < 0 else cohort.columns
            complaints.add("unknown_id", f"{_place(pairs, row)}: an id is not in {side.table.path.name}")
        else:
            text = f"{_place(pairs, row)}: {_names(cohort, pairs, row)} is no pair of the scores file"
            complaints.add("pair_not_allowed", text)


def _check_scores(cohort: Cohort, pairs: ListedPairs, complaints: Complaints) -> None:
    told = [
        text
        for batch in pairs.table.batches({"score": pa.string()})
        for text in batch["score"].cast(pa.string()).to_pylist()
    ]
    for row, (text, score) in enumerate(zip(told, cohort.scores.score[pairs.edge].tolist(), strict=True)):
        try:
            same = cohort.scores.unit.parse(text or "") == score
        except (ValueError, OverflowError):
            same = False
        if not same:
            right = cohort.scores.unit.show(score)
            complaints.add("score_differs", f"{_place(pairs, row)}: says {text}, the scores file {right}")


def _place(pairs: ListedPairs, row: int) -> str:
    return f"{pairs.table.path}:{pairs.table.line_of(row)}"


def _names(cohort: Cohort, pairs: ListedPairs, row: int) -> str:
    names = cohort.rows.id_of(int(pairs.row[row])), cohort.columns.id_of(int(pairs.column[row]))
    mentee, mentor = names[::-1] if cohort.swapped else names
    return f"{mentee}–{mentor}"
