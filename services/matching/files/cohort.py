"""A cohort in files: both sides, the allowed pairs, and pairs that are locked or were there before."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from services.matching.files.people import People, read_people, texts_of
from services.matching.files.scores import Scores, read_scores
from services.matching.files.table import Table, find_table


class Format(StrEnum):
    """Who learns from whom, and in which shape."""

    ONE_TO_ONE = "one_to_one"
    REVERSE = "reverse"
    PEER = "peer"
    CIRCLE = "circle"
    FLASH = "flash"


@dataclass(frozen=True, slots=True)
class Cohort:
    """Rows are those who learn: mentees, or in reverse mentoring the people of mentors.csv."""

    format: Format
    rows: People
    columns: People
    scores: Scores
    sha256: str
    """Of ids, capacities, pairs and scores, in whatever order the files have them."""

    @property
    def swapped(self) -> bool:
        """Whether a row is one of mentors.csv."""
        return self.format is Format.REVERSE

    @property
    def row_file(self) -> str:
        """Whose people the rows are."""
        return "mentor" if self.swapped else "mentee"

    @property
    def column_file(self) -> str:
        """Whose people the columns are."""
        return "mentee" if self.swapped else "mentor"


@dataclass(frozen=True, slots=True)
class ListedPairs:
    """Pairs of a file in its order, as positions (-1: no such id)."""

    table: Table
    row: NDArray[np.int32]
    column: NDArray[np.int32]
    edge: NDArray[np.int64]
    """The allowed pair each is; -1 for none."""


def read_cohort(folder: Path, kind: Format, told: Callable[[int], None]) -> Cohort:
    """Read and check the three files of a folder. Raises Refused."""
    mentees = read_people(find_table(folder, "mentees"), default_capacity=1)
    grouped = kind is Format.CIRCLE
    mentors = read_people(find_table(folder, "mentors"), default_capacity=None, grouped=grouped)
    swapped = kind is Format.REVERSE
    scores = read_scores(find_table(folder, "scores"), mentees, mentors, swapped=swapped, told=told)
    rows, columns = (mentors, mentees) if swapped else (mentees, mentors)
    return Cohort(kind, rows, columns, scores, _hash(mentees, mentors, scores, kind))


def read_pairs(table: Table, cohort: Cohort) -> ListedPairs:
    """Read `mentee_id` and `mentor_id` of a file of pairs; -1 is for whoever is unknown. Raises Refused."""
    names = ("mentee_id", "mentor_id")
    table.need(*names)
    try:
        batches = list(table.batches(dict.fromkeys(names, pa.string())))
    except pa.ArrowInvalid as error:
        raise table.explain({}, error) from error
    row, column = (
        np.concatenate(
            [people.positions(texts_of(batch[f"{side}_id"])) for batch in batches] or [np.empty(0, np.int32)]
        )
        for side, people in ((cohort.row_file, cohort.rows), (cohort.column_file, cohort.columns))
    )
    return ListedPairs(table, row, column, find_edges(cohort, row, column))


def find_edges(cohort: Cohort, row: NDArray[np.int32], column: NDArray[np.int32]) -> NDArray[np.int64]:
    """The place of each pair among the allowed ones; -1 for a pair that is not allowed."""
    scores, width = cohort.scores, len(cohort.columns)
    edges = np.full(len(row), -1, dtype=np.int64)
    known = np.flatnonzero((row >= 0) & (column >= 0))
    owner = np.repeat(np.arange(len(cohort.rows), dtype=np.int64), np.diff(scores.first))
    keys = owner * width + scores.column
    wanted = row[known].astype(np.int64) * width + column[known]
    place = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    if len(keys):
        edges[known] = np.where(keys[place] == wanted, place, -1)
    return edges


def _hash(mentees: People, mentors: People, scores: Scores, kind: Format) -> str:
    digest = sha256(f"{kind}\n{len(mentees)}\n{len(mentors)}\n".encode())
    for people in (mentees, mentors):
        for name in people.ids.to_pylist():
            digest.update(f"{len(name)}:{name}".encode())
        digest.update(people.capacity.astype("<i8").data)
        if people.smallest is not None:
            digest.update(people.smallest.astype("<i8").data)
    digest.update(scores.first.astype("<i8").data)
    digest.update(scores.column.astype("<i4").data)
    digest.update(scores.score.astype("<i8").data)
    return digest.hexdigest()
