"""`Idempotency-Key`: a command that is sent twice has one effect and one answer.

The key's row is written first and in the command's own transaction. So a second request under the same
key waits on the primary key until the first has committed, and then replays its answer; when the first
rolled back, the second does the work. Refusals are not kept.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request
from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Tuple,
    and_,
    delete,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.http.errors import FieldError, Problem

IDEMPOTENCY_HEADER = "Idempotency-Key"
KEPT = timedelta(hours=24)
PRUNE_ROWS = 1000
_KEY = re.compile(r"[!-~]{1,128}")


@dataclass(frozen=True, slots=True)
class Key:
    """One caller's key for one route, and the hash of what was asked under it."""

    caller: str
    route: str
    key: str
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What the first request was answered: status, body and the headers that belong to it."""

    status: int
    body: bytes
    headers: dict[str, str]


def idempotency_table(metadata: MetaData) -> Table:
    """The table `idempotency_key`, for the service's metadata."""
    return Table(
        "idempotency_key",
        metadata,
        Column("caller", Text, primary_key=True),
        Column("route", Text, primary_key=True),
        Column("key", Text, primary_key=True),
        Column("request_hash", LargeBinary, nullable=False),
        Column("status", SmallInteger),
        Column("body", LargeBinary),
        Column("headers", JSONB),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Index("ix_idempotency_key_created_at", "created_at"),
    )


async def key_of(request: Request, *, caller: str, route: str) -> Key | None:
    """The request's key, None when it has none; 400 for one that is no 1 to 128 visible ASCII characters."""
    text = request.headers.get(IDEMPOTENCY_HEADER)
    if text is None:
        return None
    if not _KEY.fullmatch(text):
        field = FieldError(field=f"header.{IDEMPOTENCY_HEADER}", reason="malformed")
        raise Problem(400, "idempotency_key_invalid", errors=[field])
    asked = hashlib.sha256()
    for part in (
        request.method.encode(),
        request.url.path.encode(),
        request.url.query.encode(),
        request.headers.get("if-match", "").encode(),
        await request.body(),
    ):
        asked.update(len(part).to_bytes(8))
        asked.update(part)
    return Key(caller, route, text, asked.digest())


async def claim(connection: AsyncConnection, table: Table, key: Key, now: datetime) -> Answer | None:
    """None: the key is ours and the work is to be done; else what was answered before.

    Waits for a running request under the same key. `now` is system time. 422 when the key was used for
    another request. The transaction must be READ COMMITTED, else the other's row stays unseen.
    """
    fresh = {
        "request_hash": key.request_hash,
        "created_at": now,
        "status": None,
        "body": None,
        "headers": None,
    }
    statement = insert(table).values(caller=key.caller, route=key.route, key=key.key, **fresh)
    claimed = await connection.scalar(
        statement.on_conflict_do_update(
            index_elements=[table.c.caller, table.c.route, table.c.key],
            set_=fresh,
            where=table.c.created_at < now - KEPT,
        ).returning(table.c.key)
    )
    if claimed is not None:
        return None
    row = (
        await connection.execute(
            select(table.c.request_hash, table.c.status, table.c.body, table.c.headers).where(_is(table, key))
        )
    ).one()
    if row.request_hash != key.request_hash:
        raise Problem(422, "idempotency_key_reused")
    return Answer(row.status, row.body, row.headers)


async def keep(connection: AsyncConnection, table: Table, key: Key, answer: Answer) -> None:
    """Store the answer in the command's transaction."""
    values = {"status": answer.status, "body": answer.body, "headers": answer.headers}
    await connection.execute(update(table).where(_is(table, key)).values(values))


async def prune_idempotency_keys(connection: AsyncConnection, table: Table, now: datetime) -> int:
    """Delete up to 1,000 keys older than 24 hours; how many there were. `now` is system time."""
    old = select(table.c.caller, table.c.route, table.c.key).where(table.c.created_at < now - KEPT)
    result = await connection.execute(
        delete(table).where(_columns(table).in_(old.order_by(table.c.created_at).limit(PRUNE_ROWS)))
    )
    return result.rowcount


def _columns(table: Table) -> Tuple:
    return tuple_(table.c.caller, table.c.route, table.c.key)


def _is(table: Table, key: Key) -> ColumnElement[bool]:
    return and_(table.c.caller == key.caller, table.c.route == key.route, table.c.key == key.key)
