"""The peer: a plain FastStream handler, a transaction a message, acknowledged after it."""

import json
import zlib
from typing import Any
from uuid import UUID, uuid4

from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from pydantic import AwareDatetime, BaseModel
from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

from shared.persistence.tables import inbox, outbox
from tests.bench.pipeline.feed import TOPIC
from tests.bench.pipeline.ground import effect
from tests.bench.pipeline.members import Order


class Scheduled(BaseModel):
    """The body as a team without our contract would model it."""

    session_id: UUID
    match_id: UUID
    program_id: UUID
    starts_at: AwareDatetime
    ends_at: AwareDatetime


async def start_plain(order: Order, counter: Any) -> None:
    """One session, three statements and a commit a message, then the acknowledgement."""
    sessions = async_sessionmaker(create_async_engine(order.database), expire_on_commit=False)
    broker = KafkaBroker(list(order.bootstrap), logger=None)

    @broker.subscriber(
        f"{order.prefix}{TOPIC}",
        group_id=order.group,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
    )
    async def scheduled(event: Scheduled) -> None:
        async with sessions() as session, session.begin():
            await _effect(session, event)
        counter.value += 1

    await broker.start()


async def _effect(session: AsyncSession, event: Scheduled) -> None:
    row = upsert(inbox).values(topic=TOPIC, record_id=event.session_id.bytes)
    if (await session.execute(row.on_conflict_do_nothing().returning(inbox.c.topic))).first() is None:
        return
    await session.execute(insert(effect).values(**event.model_dump()))
    key = str(event.match_id)
    await session.execute(
        insert(outbox).values(
            id=uuid4(),
            aggregatetype="session",
            aggregateid=key,
            type="mentoring.session.logged.v1",
            topic="mentoring.engagement.v1",
            shard=zlib.crc32(key.encode()) % 16,
            payload=event.model_dump_json().encode(),
            headers=json.dumps([["ce_id", str(uuid4())], ["ce_type", "mentoring.session.logged.v1"]]),
        )
    )
