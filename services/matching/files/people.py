"""The people of one side: who they are, and how many pairs each can be in."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from services.matching.files.refusal import Code, Refused
from services.matching.files.table import Table

MOST_CAPACITY: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class People:
    """Ids with their capacities, in the order of the SHA-256 of the id, so that no file's order matters."""

    table: Table
    ids: pa.StringArray
    capacity: NDArray[np.int64]
    smallest: NDArray[np.int64] | None = None
    """The least each takes, if anybody, where groups have a smallest size."""

    def __len__(self) -> int:
        return len(self.capacity)

    def positions(self, ids: pa.Array) -> NDArray[np.int32]:
        """Where these ids are; -1 for one that is not there."""
        found = pc.index_in(ids, self.ids).fill_null(-1)
        return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.int32)

    def id_of(self, position: int) -> str:
        """The id at a position."""
        text: str = self.ids[position].as_py()
        return text


def read_people(table: Table, *, default_capacity: int | None, grouped: bool = False) -> People:
    """Read `id` and `capacity`, grouped also `min_capacity`, which is 1 where nothing is said.

    Without a default every row needs its capacity. Raises Refused.
    """
    table.need("id", *(() if default_capacity is not None else ("capacity",)))
    types = {"id": pa.string(), "capacity": pa.int64(), **({"min_capacity": pa.int64()} if grouped else {})}
    chosen = {name: kind for name, kind in types.items() if name in table.columns}
    try:
        batches = list(table.batches(chosen))
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise table.explain({name: _CELLS[name] for name in chosen}, error) from error
    ids = _texts(table, [batch["id"] for batch in batches])
    if "capacity" in chosen:
        capacity = _capacities(table, "capacity", [batch["capacity"] for batch in batches], default_capacity)
    else:
        capacity = np.full(len(ids), default_capacity, dtype=np.int64)
    smallest = np.ones(len(ids), dtype=np.int64) if grouped else None
    if "min_capacity" in chosen:
        smallest = _capacities(table, "min_capacity", [batch["min_capacity"] for batch in batches], 1)
        _refuse_never(table, smallest, capacity)
    by_name = pc.sort_indices(ids).to_numpy()
    names = ids.take(by_name)
    _refuse_duplicates(table, ids, by_name, names)
    hashes = np.array(
        [int.from_bytes(sha256(name.encode()).digest()[:8]) for name in names.to_pylist()], dtype=np.uint64
    )
    order = by_name[np.argsort(hashes, kind="stable")]
    return People(table, ids.take(order), capacity[order], None if smallest is None else smallest[order])


def texts_of(column: pa.Array) -> pa.Array:
    """Ids as texts, of whatever type the file has them."""
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def _texts(table: Table, columns: list[pa.Array]) -> pa.StringArray:
    parts = [texts_of(column) for column in columns]
    ids = pa.concat_arrays(parts) if parts else pa.array([], pa.string())
    empty = pc.fill_null(pc.equal(ids, ""), fill_value=True).to_numpy(zero_copy_only=False)
    if empty.any():
        raise table.refused(Code.EMPTY_ID, "a row without id", row=int(empty.argmax()))
    return ids


def _capacities(table: Table, name: str, columns: list[pa.Array], default: int | None) -> NDArray[np.int64]:
    column = pa.concat_arrays(columns) if columns else pa.array([], pa.int64())
    if not pa.types.is_integer(column.type) and not pa.types.is_floating(column.type):
        raise table.refused(Code.COLUMN_TYPE, f"{name} is {column.type}, not a whole number")
    missing = pc.is_null(column, nan_is_null=True).to_numpy(zero_copy_only=False)
    if missing.any() and default is None:
        raise table.refused(Code.CAPACITY_NOT_WHOLE, f"{name} is empty", row=int(missing.argmax()))
    numbers = np.where(missing, default or 0, column.fill_null(0).to_numpy(zero_copy_only=False))
    whole = numbers.astype(np.int64)
    for wrong, code in (
        (whole != numbers, Code.CAPACITY_NOT_WHOLE),
        ((whole < 0) | (whole > MOST_CAPACITY), Code.CAPACITY_OUT_OF_RANGE),
    ):
        if wrong.any():
            row = int(wrong.argmax())
            raise table.refused(code, f"{numbers[row]} is no whole number of 0..{MOST_CAPACITY}", row=row)
    return whole


def _refuse_never(table: Table, smallest: NDArray[np.int64], capacity: NDArray[np.int64]) -> None:
    """Somebody who takes nobody may have any smallest size; anybody else one that can be reached."""
    never = (capacity > 0) & (smallest > capacity)
    if never.any():
        row = int(never.argmax())
        reason = f"min_capacity {smallest[row]} is above the capacity {capacity[row]}"
        raise table.refused(Code.CAPACITY_OUT_OF_RANGE, reason, row=row)


def _refuse_duplicates(
    table: Table, ids: pa.StringArray, by_name: NDArray[np.uint64], names: pa.StringArray
) -> None:
    if len(ids) < 2:  # noqa: PLR2004
        return
    same = pc.equal(names[1:], names[:-1]).to_numpy(zero_copy_only=False)
    if same.any():
        at = int(same.argmax())
        row = int(by_name[at : at + 2].max())
        raise table.refused(Code.DUPLICATE_ID, f"{names[at].as_py()} is there twice", row=row)


def _check_id(text: str) -> None:
    if not text:
        raise Refused(Code.EMPTY_ID, "a row without id")


def _check_capacity(text: str) -> None:
    if not text:
        return
    try:
        number = int(text)
    except ValueError:
        raise Refused(Code.CAPACITY_NOT_WHOLE, f"{text} is no whole number") from None
    if not 0 <= number <= MOST_CAPACITY:
        raise Refused(Code.CAPACITY_OUT_OF_RANGE, f"{text} is not within 0..{MOST_CAPACITY}")


_CELLS: Final = {"id": _check_id, "capacity": _check_capacity, "min_capacity": _check_capacity}
