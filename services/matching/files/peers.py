"""A cohort of peers in files: people.csv, and the pairs that are allowed, each in either order."""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from services.matching.domain.certificate.peers import PeerMarket
from services.matching.files.people import People, read_people, texts_of
from services.matching.files.refusal import Code, Refused
from services.matching.files.scores import pair_twice, read_scores
from services.matching.files.table import Table, find_table
from services.matching.files.unit import Unit

NAMES: Final = ("person_id", "other_id")


@dataclass(frozen=True, slots=True)
class PeerCohort:
    """Everybody in the order of the hash of their id; the market's pairs ascend."""

    people: People
    market: PeerMarket
    unit: Unit
    rounded: int
    sha256: str

    def names(self, pair: int) -> tuple[str, str]:
        """The two of a pair, by id."""
        first = self.people.id_of(int(self.market.one[pair]))
        second = self.people.id_of(int(self.market.other[pair]))
        return (first, second) if first.encode() < second.encode() else (second, first)


def read_peers(folder: Path, told: Callable[[int], None]) -> PeerCohort:
    """Read and check both files of a folder. Raises Refused."""
    people = read_people(find_table(folder, "people"), default_capacity=1)
    _refuse_several(people)
    table = find_table(folder, "scores")
    scores = read_scores(table, people, people, swapped=False, told=told, names=NAMES)
    row = np.repeat(np.arange(len(people), dtype=np.int32), np.diff(scores.first))
    alone = np.flatnonzero(row == scores.column)
    if len(alone):
        name = people.id_of(int(row[alone[0]]))
        line = table.lines_with(dict.fromkeys(NAMES, name))[0]
        raise table.refused(Code.SELF_PAIR, f"{name} with {name}", line=line)
    one, other = np.minimum(row, scores.column), np.maximum(row, scores.column)
    keys = one.astype(np.int64) * len(people) + other
    order = np.argsort(keys, kind="stable")
    again = np.flatnonzero(np.diff(keys[order]) == 0)
    if len(again):
        raise _both_ways(table, people, int(one[order[again[0]]]), int(other[order[again[0]]]))
    market = PeerMarket(one[order], other[order], scores.score[order], people.capacity)
    return PeerCohort(people, market, scores.unit, scores.rounded, _hash(people, market))


def find_pairs(cohort: PeerCohort, table: Table) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The allowed pair each row of a file is, -1 for none; and whether both its people are known."""
    table.need(*NAMES)
    try:
        batches = list(table.batches(dict.fromkeys(NAMES, pa.string())))
    except pa.ArrowInvalid as error:
        raise table.explain({}, error) from error
    sides = [
        np.concatenate(
            [cohort.people.positions(texts_of(batch[name])) for batch in batches] or [np.empty(0, np.int32)]
        ).astype(np.int64)
        for name in NAMES
    ]
    known = (sides[0] >= 0) & (sides[1] >= 0)
    market, size = cohort.market, len(cohort.people)
    keys = market.one.astype(np.int64) * size + market.other
    wanted = np.minimum(*sides) * size + np.maximum(*sides)
    place = np.minimum(np.searchsorted(keys, wanted), max(len(keys) - 1, 0))
    if not len(keys):
        return np.full(len(wanted), -1, dtype=np.int64), known
    return np.where(known & (keys[place] == wanted), place, -1), known


def _refuse_several(people: People) -> None:
    several = np.flatnonzero(people.capacity > 1)
    if len(several):
        name = people.id_of(int(several[0]))
        line = people.table.lines_with({"id": name})[0]
        reason = f"{name}: a peer has one partner, or with a capacity of 0 none"
        raise people.table.refused(Code.CAPACITY_OUT_OF_RANGE, reason, line=line)


def _both_ways(table: Table, people: People, one: int, other: int) -> Refused:
    ids = people.id_of(one), people.id_of(other)
    lines = sorted((table.lines_with(dict(zip(NAMES, way, strict=True)))[0], way) for way in (ids, ids[::-1]))
    refusal = pair_twice(table, lines[1][1], NAMES)
    reason = f"the pair of {ids[0]} and {ids[1]} is in line {lines[0][0]} already, the other way round"
    return table.refused(refusal.code, reason, line=lines[1][0])


def _hash(people: People, market: PeerMarket) -> str:
    digest = sha256(f"peer\n{len(people)}\n".encode())
    for name in people.ids.to_pylist():
        digest.update(f"{len(name)}:{name}".encode())
    digest.update(people.capacity.astype("<i8").data)
    for array, kind in ((market.one, "<i4"), (market.other, "<i4"), (market.score, "<i8")):
        digest.update(array.astype(kind).data)
    return digest.hexdigest()
