"""What a result has to keep to: pairs that are locked, the floor, and yesterday's pairs."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.matching.domain.certificate.claim import Objective
from services.matching.files.cohort import Cohort, ListedPairs, read_pairs
from services.matching.files.refusal import Code, Refused
from services.matching.files.table import Table


@dataclass(frozen=True, slots=True)
class Wishes:
    """Locked and previous pairs are edges of the cohort; `least` is in millionths."""

    objective: Objective
    least: int
    locked: NDArray[np.int64]
    previous: NDArray[np.int64]
    gone: int
    """How many previous pairs are no allowed pairs any more."""


def read_wishes(
    cohort: Cohort, objective: Objective, floor: str | None, locked: Path | None, previous: Path | None
) -> Wishes:
    """Check all of it against the cohort. Raises Refused."""
    if floor is not None and objective is Objective.STABLE:
        raise Refused(Code.OPTIONS_CLASH, "a stable result has no floor: leave --floor out")
    least = read_floor(cohort, floor)
    locks = np.empty(0, dtype=np.int64) if locked is None else read_locks(cohort, _table(locked), least)
    before, gone = np.empty(0, dtype=np.int64), 0
    if previous is not None:
        pairs = read_pairs(_table(previous), cohort)
        before = np.unique(pairs.edge[pairs.edge >= 0])
        gone = int((pairs.edge < 0).sum())
    return Wishes(objective, least, locks, before, gone)


def read_floor(cohort: Cohort, text: str | None) -> int:
    """A floor in the unit of the scores file, as millionths."""
    if text is None:
        return 0
    try:
        return cohort.scores.unit.parse(text)
    except (ValueError, OverflowError) as error:
        reason = f"--floor: {error} (the scores are {cohort.scores.unit.name})"
        raise Refused(Code.FLOOR_NOT_A_SCORE, reason) from error


def read_locks(cohort: Cohort, table: Table, least: int) -> NDArray[np.int64]:
    """The locked pairs' edges, ascending; each must be allowed, and all together must fit."""
    pairs = read_pairs(table, cohort)
    _refuse_unknown(cohort, pairs)
    if (pairs.edge < 0).any():
        row = int(pairs.edge.argmin())
        pair = _pair(cohort, pairs, row)
        raise table.refused(Code.LOCK_NOT_ALLOWED, f"{pair} is no pair of the scores file", row=row)
    order = np.argsort(pairs.edge, kind="stable")
    twice = np.flatnonzero(np.diff(pairs.edge[order]) == 0)
    if len(twice):
        row = int(order[twice + 1].min())
        raise table.refused(Code.PAIR_TWICE, f"{_pair(cohort, pairs, row)} is locked already", row=row)
    for nodes, people in ((pairs.row, cohort.rows), (pairs.column, cohort.columns)):
        row = _first_over(nodes, people.capacity)
        if row >= 0:
            node = int(nodes[row])
            reason = f"{people.id_of(node)} has a capacity of {people.capacity[node]}, more pairs are locked"
            raise table.refused(Code.LOCK_OVER_CAPACITY, reason, row=row)
    low = cohort.scores.score[pairs.edge] < least
    if low.any():
        row = int(low.argmax())
        raise table.refused(
            Code.LOCK_BELOW_FLOOR,
            f"{_pair(cohort, pairs, row)} is below the floor that is asked for",
            row=row,
        )
    return np.sort(pairs.edge)


def _table(path: Path) -> Table:
    if not path.is_file():
        raise Refused(Code.FILE_MISSING, "no such file", path=path)
    return Table(path)


def _refuse_unknown(cohort: Cohort, pairs: ListedPairs) -> None:
    for nodes, people in ((pairs.row, cohort.rows), (pairs.column, cohort.columns)):
        if len(nodes) and nodes.min() < 0:
            row = int(nodes.argmin())
            reason = f"an id of this line is not in {people.table.path.name}"
            raise pairs.table.refused(Code.UNKNOWN_ID, reason, row=row)


def _pair(cohort: Cohort, pairs: ListedPairs, row: int) -> str:
    ids = cohort.rows.id_of(int(pairs.row[row])), cohort.columns.id_of(int(pairs.column[row]))
    mentee, mentor = ids[::-1] if cohort.swapped else ids
    return f"{mentee} with {mentor}"


def _first_over(nodes: NDArray[np.int32], capacity: NDArray[np.int64]) -> int:
    """The first row whose node has more rows before it than it has places; -1 if all fit."""
    order = np.argsort(nodes, kind="stable")
    load = np.bincount(nodes, minlength=len(capacity))
    rank = np.arange(len(nodes)) - np.concatenate(([0], np.cumsum(load)))[nodes[order]]
    over = order[rank >= capacity[nodes[order]]]
    return int(over.min()) if len(over) else -1
