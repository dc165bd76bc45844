"""Two schemas of one database: the live read models, and those that are made anew."""

import hashlib
from typing import Any, Final

from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from services.reporting.persistence.tables import METADATA, READ_MODELS
from shared.events.catalog import TOPICS
from shared.persistence.tables import KERNEL, incoming_stream, set_aside

LIVE: Final = "public"
_COMPACTED: Final = tuple(topic.name for topic in TOPICS.values() if topic.compacted)


class LiveIsAhead(Exception):
    """The live read models have applied records that the new ones have not."""


async def make_schema(url: str, schema: str) -> None:
    """The tables in a schema of their own, made anew and empty.

    They outlive no crash and have no index but their keys: rows are copied out of them, or compared in whole.
    """
    engine = engine_on(url, schema)
    async with engine.begin() as connection:
        await drop_schema(connection, schema)
        await connection.execute(text(f'create schema "{schema}"'))
        for metadata in (KERNEL, _without_indexes(METADATA)):
            await connection.run_sync(metadata.create_all, checkfirst=False)
            for name in metadata.tables:
                await connection.execute(text(f'alter table "{name}" set unlogged'))
    await engine.dispose()


def engine_on(url: str, schema: str) -> AsyncEngine:
    """An engine whose tables lie in the schema; rows are found by their keys, be the table empty or large."""
    return create_async_engine(
        url,
        pool_size=2,
        connect_args={
            "prepared_statement_cache_size": 500,
            "server_settings": {
                "search_path": schema,
                "timezone": "UTC",
                "jit": "off",
                "enable_seqscan": "off",
                "enable_hashjoin": "off",
                "enable_mergejoin": "off",
            },
        },
    )


def _without_indexes(metadata: MetaData) -> MetaData:
    copies = MetaData()
    for table in metadata.tables.values():
        table.to_metadata(copies).indexes.clear()
    return copies


async def drop_schema(connection: AsyncConnection, schema: str) -> None:
    """Remove the schema with all that is in it."""
    await connection.execute(text(f'drop schema if exists "{schema}" cascade'))


async def state_hash(connection: AsyncConnection, schema: str) -> str:
    """A hash over all rows of the read models, whatever their order."""
    digest = hashlib.sha256()
    for name in READ_MODELS:
        rows = await connection.scalar(
            text(
                "select md5(coalesce(string_agg(line, '' order by line), '')) from "  # noqa: S608  own names
                f'(select md5(row({_columns(name)})::text) as line from "{schema}"."{name}") as lines'
            )
        )
        digest.update(f"{name}\0{rows}\n".encode())
    return digest.hexdigest()


async def positions_equal(connection: AsyncConnection, schema: str) -> bool:
    """Whether both have applied the same records.

    A key that is missing in the new read models of a compacted topic was erased, and its tombstone is gone.
    """
    return not await _differ(connection, schema, "live.last_sequence <> made.last_sequence", both=True)


async def swap(connection: AsyncConnection, schema: str) -> None:
    """Put the new rows in place of the live ones, in the caller's transaction; LiveIsAhead."""
    await connection.execute(text("set local statement_timeout = 0"))
    await connection.execute(text(f"lock table {LIVE}.incoming_stream in access exclusive mode"))
    if await _differ(connection, schema, "live.last_sequence > made.last_sequence", both=False):
        raise LiveIsAhead
    for name in READ_MODELS:
        columns = _columns(name)
        await connection.execute(text(f'truncate {LIVE}."{name}"'))
        await connection.execute(
            text(f'insert into {LIVE}."{name}" ({columns}) select {columns} from "{schema}"."{name}"')  # noqa: S608
        )
    # What was refused goes along, since it blocks its key; its letter was sent long ago.
    for table in (incoming_stream, set_aside):
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        replaced = "on conflict (topic, key) do update set last_sequence = excluded.last_sequence"
        if table is set_aside:
            replaced = ""
            await connection.execute(
                text(f"delete from {LIVE}.set_aside where topic = any(:topics)"),  # noqa: S608
                {"topics": list(TOPICS)},
            )
        await connection.execute(
            text(
                f"insert into {LIVE}.{table.name} ({columns}) "  # noqa: S608
                f'select {columns} from "{schema}".{table.name} {replaced}'
            )
        )


async def _differ(connection: AsyncConnection, schema: str, condition: str, *, both: bool) -> bool:
    missing = "or live.topic is null" if both else ""
    found: Any = await connection.scalar(
        text(
            "select exists (select from "  # noqa: S608  own names
            f'{LIVE}.incoming_stream as live full join "{schema}".incoming_stream as made using (topic, key) '
            f"where {condition} {missing} "
            "or (made.topic is null and live.last_sequence > 0 and not live.topic = any(:compacted)))"
        ),
        {"compacted": list(_COMPACTED)},
    )
    return bool(found)


def _columns(name: str) -> str:
    return ", ".join(f'"{column.name}"' for column in METADATA.tables[name].columns)
