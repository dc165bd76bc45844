"""How read models are written: columns are set, counts are raised, no other stream is read."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection


class Facts:
    """The read models in one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(
        self,
        table: Table,
        key: Mapping[str, Any],
        values: Mapping[str, Any],
        *,
        first: Mapping[str, Any] | None = None,
    ) -> None:
        """Set columns of the row with this key; a new row gets those of `first` too."""
        row = insert(table).values(**{**(first or {}), **key, **values})
        statement = row.on_conflict_do_update(index_elements=list(key), set_=dict(values))
        await self._connection.execute(statement)

    async def add(
        self, table: Table, key: Mapping[str, Any], count: str, *, first: Mapping[str, Any]
    ) -> None:
        """Raise a count by one."""
        row = insert(table).values(**{**first, **key, count: 1})
        statement = row.on_conflict_do_update(index_elements=list(key), set_={count: table.c[count] + 1})
        await self._connection.execute(statement)

    async def change(self, table: Table, key: Mapping[str, UUID | None], values: Mapping[str, Any]) -> bool:
        """Set columns of a row; False when there is none."""
        statement = update(table).values(**values)
        for column, value in key.items():
            statement = statement.where(table.c[column] == value)
        return (await self._connection.execute(statement)).rowcount > 0

    async def drop(self, table: Table, key: Mapping[str, UUID]) -> None:
        """Delete the rows with this key."""
        statement = delete(table)
        for column, value in key.items():
            statement = statement.where(table.c[column] == value)
        await self._connection.execute(statement)
