"""How read models are written: columns are set, counts are raised, no other stream is read.

What the records of one transaction write is merged here, row by row, and goes out in a few statements.
The rows are those that the same writes, made one by one, would leave.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.persistence.bulk import Shape, delete, fill, key_of, update, upsert

Key = tuple[Any, ...]


@dataclass(slots=True)
class _Row:
    """What becomes of one row; `absent` is raised when it should be there and is not."""

    first: Mapping[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    absent: type[Exception] | None = None

    def shape(self, table: Table) -> Shape:
        """Nulls replace what is there if they were given, not where nothing was said."""
        given = self.values
        nulls = given if len(given) + len(key_of(table)) == len(table.columns) else _nulls(given)
        return Shape(frozenset(self.first.keys() - given.keys()), frozenset(nulls), frozenset(self.counts))


@dataclass(slots=True)
class _Writes:
    """What becomes of one table, in this order: open rows are filled, rows deleted, rows written."""

    filled: dict[tuple[str, str], dict[Any, Any]] = field(default_factory=lambda: defaultdict(dict))
    dropped: set[Key] = field(default_factory=set)
    rows: dict[Key, _Row] = field(default_factory=dict)


class Facts:
    """The writes of one transaction."""

    def __init__(self) -> None:
        self._tables: dict[Table, _Writes] = defaultdict(_Writes)

    def put(
        self,
        table: Table,
        key: Mapping[str, Any],
        values: Mapping[str, Any],
        *,
        first: Mapping[str, Any] | None = None,
    ) -> None:
        """Set columns of the row with this key; a new row gets those of `first` too."""
        rows, at = self._tables[table].rows, _at(table, key)
        row = rows.get(at)
        if row is None:
            row = rows[at] = _Row(first or {})
        row.values.update(values)

    def add(self, table: Table, key: Mapping[str, Any], count: str, *, first: Mapping[str, Any]) -> None:
        """Raise a count by one; a new row gets the columns of `first` too."""
        rows, at = self._tables[table].rows, _at(table, key)
        row = rows.get(at)
        if row is None:
            row = rows[at] = _Row(first)
        row.counts[count] = row.counts.get(count, 0) + 1

    def change(
        self, table: Table, key: Mapping[str, Any], values: Mapping[str, Any], absent: type[Exception]
    ) -> None:
        """Set columns of a row that must be there; else `absent` is raised, now or when all is written."""
        writes, at = self._tables[table], _at(table, key)
        row = writes.rows.get(at)
        if row is None:
            if at in writes.dropped:
                raise absent
            row = writes.rows[at] = _Row(absent=absent)
        row.values.update(values)

    def close(self, table: Table, of: tuple[str, Any], end: tuple[str, Any]) -> None:
        """Set the column `end` of all rows `of` the same, where it is still null: (column, value) each.

        Whoever puts rows of this table names the column.
        """
        (same, value), (column, ended) = of, end
        writes, place = self._tables[table], key_of(table).index(same)
        for at, row in writes.rows.items():
            if at[place] == value and row.values[column] is None:
                row.values[column] = ended
        writes.filled[same, column].setdefault(value, ended)

    def drop(self, table: Table, key: Mapping[str, Any]) -> None:
        """Delete the row with this key."""
        writes, at = self._tables[table], _at(table, key)
        writes.rows.pop(at, None)
        writes.dropped.add(at)

    async def write(self, connection: AsyncConnection) -> None:
        """Write everything, and forget it."""
        tables = list(self._tables.items())
        self.discard()
        for table, writes in tables:
            for (same, column), ends in writes.filled.items():
                rows = [{same: value, column: end} for value, end in ends.items()]
                await fill(connection, table, (same, column), rows)
            if writes.dropped:
                names = key_of(table)
                await delete(connection, table, [dict(zip(names, at, strict=True)) for at in writes.dropped])
            await _write_rows(connection, table, writes.rows)

    def discard(self) -> None:
        """Forget everything."""
        self._tables.clear()


async def _write_rows(connection: AsyncConnection, table: Table, rows: Mapping[Key, _Row]) -> None:
    groups: dict[tuple[Shape, type[Exception] | None], list[dict[str, Any]]] = defaultdict(list)
    names = key_of(table)
    for at, row in rows.items():
        whole = {**row.first, **dict(zip(names, at, strict=True)), **row.values, **row.counts}
        groups[row.shape(table), row.absent].append(whole)
    for (shape, absent), group in groups.items():
        if absent is None:
            await upsert(connection, table, shape, group)
        elif await update(connection, table, shape, group) < len(group):
            raise absent


def _at(table: Table, key: Mapping[str, Any]) -> Key:
    return tuple([key[name] for name in key_of(table)])


def _nulls(values: Mapping[str, Any]) -> list[str]:
    return [name for name, value in values.items() if value is None]
