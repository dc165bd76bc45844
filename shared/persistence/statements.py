"""How many statements a connection has executed: whoever executed none has changed nothing."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine

_COUNT: Final = "mentoring_statements"


def count_statements(engine: AsyncEngine) -> None:
    """Count what is executed on the connections of an engine, in their notes; savepoints are none."""
    if not event.contains(engine.sync_engine, "before_cursor_execute", _count):
        event.listen(engine.sync_engine, "before_cursor_execute", _count)


def statements_in(notes: Mapping[Any, Any]) -> int:
    """So many have been executed on the connection with these notes."""
    return int(notes.get(_COUNT, 0))


def _count(connection: Connection, *_: Any) -> None:
    connection.info[_COUNT] = connection.info.get(_COUNT, 0) + 1
