"""The allowed pairs and their scores, tens of millions of them in bounded memory."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from services.matching.files.people import People, texts_of
from services.matching.files.refusal import Code, Refused
from services.matching.files.table import Table
from services.matching.files.unit import FULL, Unit

_EXACT: Final = pa.decimal128(38, 34)
"""Holds what a float prints as; a score is at most 1."""
_MILLIONTHS: Final = pa.decimal128(38, 6)

PAIR: Final = ("mentee_id", "mentor_id")
"""The columns that say who is meant."""

Told = Callable[[int], None]
"""Is told how many rows more have been read."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Row i's pairs are `first[i]:first[i + 1]`, by ascending column; scores are millionths."""

    first: NDArray[np.int64]
    column: NDArray[np.int32]
    score: NDArray[np.int64]
    unit: Unit
    rounded: int
    """How many scores had more than six decimals."""


@dataclass(frozen=True, slots=True)
class _Rows:
    mentee: NDArray[np.int32]
    mentor: NDArray[np.int32]
    score: NDArray[np.int32]


def read_scores(
    table: Table,
    mentees: People,
    mentors: People,
    *,
    swapped: bool,
    told: Told,
    names: tuple[str, str] = PAIR,
) -> Scores:
    """Read who with whom, by these names, and `score`; swapped, a row is a mentor. Raises Refused."""
    table.need(*names, "score")
    unit, parts, rounded = _read(table, (mentees, mentors), names, told)
    mentee, mentor, score = (
        np.concatenate([getattr(part, name) for part in parts] or [np.empty(0, np.int32)])
        for name in ("mentee", "mentor", "score")
    )
    parts.clear()
    row, column = (mentor, mentee) if swapped else (mentee, mentor)
    rows, columns = (mentors, mentees) if swapped else (mentees, mentors)
    order = np.argsort(row.astype(np.int64) * len(columns) + column, kind="stable")
    row, column, score = row[order], column[order], score[order]
    twice = np.flatnonzero((row[1:] == row[:-1]) & (column[1:] == column[:-1]))
    if len(twice):
        at = int(twice[0])
        ids = (rows.id_of(int(row[at])), columns.id_of(int(column[at])))
        raise pair_twice(table, ids[::-1] if swapped else ids, names)
    first = np.concatenate(([0], np.cumsum(np.bincount(row, minlength=len(rows))))).astype(np.int64)
    return Scores(first, column, score.astype(np.int64), unit, rounded)


def _read(
    table: Table, sides: tuple[People, People], names: tuple[str, str], told: Told
) -> tuple[Unit, list[_Rows], int]:
    """As whole numbers where all are, as decimals otherwise."""
    kind = table.type_of("score")
    units = [Unit(decimal=False), Unit(decimal=True)]
    if kind is not None:
        units = [Unit(decimal=not pa.types.is_integer(kind))]
    for unit in units:
        types = {
            **dict.fromkeys(names, pa.string()),
            "score": _EXACT if unit.decimal else pa.int64(),
        }
        rounded, row, parts = 0, 0, []
        try:
            for batch in table.batches(types):
                score, more = _millionths(table, batch["score"], unit, row)
                mentee, mentor = (
                    _known(table, name, batch[name], side, row)
                    for name, side in zip(names, sides, strict=True)
                )
                parts.append(_Rows(mentee, mentor, score))
                rounded += more
                row += batch.num_rows
                told(batch.num_rows)
        except (pa.ArrowInvalid, Refused) as error:
            out_of_range = isinstance(error, Refused) and error.code is Code.SCORE_OUT_OF_RANGE
            if isinstance(error, Refused) and not (out_of_range and unit.decimal and kind is None):
                raise
            if unit is units[-1]:
                raise table.explain({"score": _cell(_guess(table))}, error) from error
        else:
            return unit, parts, rounded
    raise AssertionError("one of the units was tried last")


def _guess(table: Table) -> Unit:
    """The unit of a file that cannot be read: as the first number says that can be in only one."""
    for text in _first_scores(table):
        for unit in (Unit(decimal=False), Unit(decimal=True)):
            try:
                clear = unit.parse(text) > 1
            except (ValueError, OverflowError):
                continue
            if clear:
                return unit
            break
    return Unit(decimal=False)


def _first_scores(table: Table) -> Iterator[str]:
    place = table.columns.index("score")
    for _, cells in table.lines():
        if len(cells) > place:
            yield cells[place]


def _cell(unit: Unit) -> Callable[[str], None]:
    def check(text: str) -> None:
        try:
            unit.parse(text)
        except OverflowError as error:
            raise Refused(Code.SCORE_OUT_OF_RANGE, str(error)) from error
        except ValueError as error:
            raise Refused(Code.SCORE_NOT_A_NUMBER, str(error)) from error

    return check


def _millionths(table: Table, column: pa.Array, unit: Unit, row: int) -> tuple[NDArray[np.int32], int]:
    missing = pc.is_null(column, nan_is_null=True).to_numpy(zero_copy_only=False)
    if missing.any():
        raise table.refused(Code.SCORE_NOT_A_NUMBER, "no score", row=row + int(missing.argmax()))
    if not unit.decimal:
        numbers = column.to_numpy().astype(np.int64)
        wrong, rounded, most = (numbers < 0) | (numbers > FULL), 0, FULL
    elif pa.types.is_floating(column.type):
        floats = column.to_numpy().astype(np.float64)
        wrong, most = ~((floats >= 0) & (floats <= 1)), 1
        numbers = np.rint(np.where(wrong, 0, floats) * FULL).astype(np.int64)
        rounded = int((numbers / FULL != floats).sum())
    elif pa.types.is_decimal(column.type):
        most = 1
        outside = pc.or_(pc.less(column, Decimal(0)), pc.greater(column, Decimal(1)))
        wrong = outside.to_numpy(zero_copy_only=False)
        short = pc.round(column, 6, round_mode="half_to_even")
        rounded = int(pc.sum(pc.not_equal(short, column)).as_py() or 0)
        exact = short.cast(_MILLIONTHS)
        limbs = np.frombuffer(exact.buffers()[1], dtype="<i8")
        numbers = limbs[2 * exact.offset : 2 * (exact.offset + len(exact)) : 2]
    else:
        raise table.refused(Code.COLUMN_TYPE, f"score is {column.type}, not a number")
    if wrong.any():
        at = int(wrong.argmax())
        value = column[at].as_py()
        reason = f"{value} is not within 0..{most}"
        raise table.refused(Code.SCORE_OUT_OF_RANGE, reason, row=row + at)
    return numbers.astype(np.int32), rounded


def _known(table: Table, name: str, ids: pa.Array, people: People, row: int) -> NDArray[np.int32]:
    texts = texts_of(ids)
    found = people.positions(texts)
    if len(found) and found.min() < 0:
        at = int(found.argmin())
        reason = f"{name} {texts[at].as_py()!r} is not in {people.table.path.name}"
        raise table.refused(Code.UNKNOWN_ID, reason, row=row + at)
    return found


def pair_twice(table: Table, ids: tuple[str, str], names: tuple[str, str] = PAIR) -> Refused:
    """Why a pair that is there twice is refused, and where."""
    lines = table.lines_with(dict(zip(names, ids, strict=True)))
    reason = f"the pair of {ids[0]} and {ids[1]} is in line {lines[0]} already"
    return table.refused(Code.PAIR_TWICE, reason, line=lines[-1])
