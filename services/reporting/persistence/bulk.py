"""Many rows of one table in one statement: whole columns go as parameters, `unnest` makes rows of them.

`INSERT … ON CONFLICT` finds each row by its key, so that the cost of a row does not grow with the table.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

from sqlalchemy import ARRAY, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

_DIALECT: Final = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy types no dialect


@dataclass(frozen=True, slots=True)
class Shape:
    """What happens to the columns of a row that is there already; a null leaves all others as they are."""

    kept: frozenset[str] = frozenset()
    """They stay as they are."""
    replaced: frozenset[str] = frozenset()
    """They become what is given, null too."""
    raised: frozenset[str] = frozenset()
    """What is given is added."""


Rows = Sequence[Mapping[str, Any]]


async def upsert(connection: AsyncConnection, table: Table, shape: Shape, rows: Rows) -> None:
    """Insert rows, or change those that are there; keys differ."""
    await connection.exec_driver_sql(_upsert(table, shape), _columns(table, _names(table), rows))


async def update(connection: AsyncConnection, table: Table, shape: Shape, rows: Rows) -> int:
    """Change rows that are there; how many there were."""
    done = await connection.exec_driver_sql(_update(table, shape), _columns(table, _names(table), rows))
    return done.rowcount


async def fill(connection: AsyncConnection, table: Table, names: tuple[str, str], rows: Rows) -> None:
    """Of all rows whose first column has a value, set the second column where it is null."""
    same, column = names
    await connection.exec_driver_sql(
        f'update "{table.name}" as old set "{column}" = new."{column}" from {_unnest(table, names)} '  # noqa: S608
        f'where old."{same}" = new."{same}" and old."{column}" is null',
        _columns(table, names, rows),
    )


async def delete(connection: AsyncConnection, table: Table, rows: Rows) -> None:
    """Delete the rows with these keys."""
    key = key_of(table)
    await connection.exec_driver_sql(
        f'delete from "{table.name}" as old using {_unnest(table, key)} where {_same(key)}',  # noqa: S608
        _columns(table, key, rows),
    )


@cache
def key_of(table: Table) -> tuple[str, ...]:
    """The columns of the primary key, in order."""
    return tuple(column.name for column in table.primary_key)


@lru_cache(maxsize=256)
def _upsert(table: Table, shape: Shape) -> str:
    names = _names(table)
    values = ", ".join(_cast(table, name) for name in names)
    return (
        f'insert into "{table.name}" as old ({_list(names)}) select {values} '  # noqa: S608  own names
        f"from {_unnest(table, names)} on conflict ({_list(key_of(table))}) "
        f"do update set {_changes(table, shape)}"
    )


@lru_cache(maxsize=256)
def _update(table: Table, shape: Shape) -> str:
    return (
        f'update "{table.name}" as old set {_changes(table, shape, "new")} '  # noqa: S608  own names
        f"from {_unnest(table, _names(table))} where {_same(key_of(table))}"
    )


def _changes(table: Table, shape: Shape, given: str = "excluded") -> str:
    changes = []
    for name in _names(table):
        new, old = f'{given}."{name}"', f'old."{name}"'
        if given == "new":
            new = _cast(table, name)
        if name in shape.replaced:
            changes.append(f'"{name}" = {new}')
        elif name in shape.raised:
            changes.append(f'"{name}" = {old} + {new}')
        elif name not in shape.kept and name not in key_of(table):
            changes.append(f'"{name}" = coalesce({new}, {old})')
    return ", ".join(changes)


def _same(key: Iterable[str]) -> str:
    return " and ".join(f'old."{name}" = new."{name}"' for name in key)


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def _list(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _unnest(table: Table, names: Sequence[str]) -> str:
    columns = ", ".join(f"${number}::{_sent_as(table, name)}[]" for number, name in enumerate(names, 1))
    return f"unnest({columns}) as new ({_list(names)})"


def _cast(table: Table, name: str) -> str:
    """A column's value as its own type: `unnest` would take arrays of arrays apart, so they go as text."""
    return f'new."{name}"::{_type(table, name)}' if _is_array(table, name) else f'new."{name}"'


def _sent_as(table: Table, name: str) -> str:
    return "text" if _is_array(table, name) else _type(table, name)


def _type(table: Table, name: str) -> str:
    return table.c[name].type.compile(_DIALECT)


def _is_array(table: Table, name: str) -> bool:
    return isinstance(table.c[name].type, ARRAY)


def _columns(table: Table, names: Iterable[str], rows: Rows) -> tuple[list[Any], ...]:
    return tuple(
        [_array_text(row.get(name)) for row in rows]
        if _is_array(table, name)
        else [row.get(name) for row in rows]
        for name in names
    )


def _array_text(values: Iterable[object] | None) -> str | None:
    """PostgreSQL's text form of an array, every element quoted."""
    if values is None:
        return None
    quoted = (str(value).replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"
