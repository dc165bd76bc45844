"""Records without a sequence, told apart by their content for as long as a feed may send them again."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.persistence.tables import inbox

KEPT: Final = timedelta(days=35)
_PAGE: Final = 1000


async def is_new(connection: AsyncConnection, topic: str, record_id: bytes) -> bool:
    """Whether a record was not seen before; it is from now on, if the transaction commits."""
    row = upsert(inbox).values(topic=topic, record_id=record_id)
    inserted = await connection.execute(row.on_conflict_do_nothing().returning(inbox.c.topic))
    return inserted.first() is not None


async def prune_inbox(connection: AsyncConnection, now: datetime) -> int:
    """Forget at most a page of records seen longer ago than they are kept; how many. `now` is system time."""
    old = select(inbox.c.topic, inbox.c.record_id).where(inbox.c.seen_at < now - KEPT).limit(_PAGE)
    pruned = await connection.execute(delete(inbox).where(tuple_(inbox.c.topic, inbox.c.record_id).in_(old)))
    return pruned.rowcount
