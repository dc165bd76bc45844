"""Records that a consumer could not apply, kept unchanged until somebody or something brings them back.

dead: refused; parked: of a key with a dead record before it; skipped: of a type that this version does not
know; gap: ahead of a record that has not come yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.events.catalog import TOPICS, dead_letter_topic
from shared.ids import NewId
from shared.messaging.records import Record, Stream, unpack
from shared.messaging.sealing import Sealer
from shared.persistence.outbox import MAX_PAYLOAD_BYTES, Copy
from shared.persistence.tables import set_aside

SEALED_KEPT: Final = timedelta(days=90)
"""How long records that may hold personal data wait: as long as their dead letters."""

_MAX_DETAIL: Final = 200
_PAGE: Final = 1000
_ADD: Final = """
insert into set_aside (id, status, reason, detail, topic, stream_key, sequence, event_type, record, sealed,
    source_partition, source_offset, attempts)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
"""


class Status(StrEnum):
    """Why a record waits."""

    DEAD = "dead"
    PARKED = "parked"
    SKIPPED = "skipped"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Held:
    """A record that waits."""

    id: UUID
    stream: Stream
    status: Status


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a record is set aside; the detail names classes and fields, never values."""

    status: Status
    reason: str
    detail: str = ""
    event_type: str = ""
    attempts: int = 1
    keep: bool = True


def is_personal(topic: str) -> bool:
    """Whether a topic's records may hold personal data; those of a topic outside the contract always may."""
    return topic not in TOPICS or TOPICS[topic].personal


class SetAside:
    """The table of records that wait, and the dead letters that tell the world of them."""

    def __init__(self, service: str, version: str, sealer: Sealer, new_id: NewId) -> None:
        self._service = service
        self._version = version
        self._sealer = sealer
        self._new_id = new_id

    async def add(
        self, connection: AsyncConnection, record: Record, stream: Stream | None, failure: Failure
    ) -> tuple[UUID, list[Copy]]:
        """Keep a record; returns its id, and the dead letter to publish if it is one."""
        record_id = self._new_id()
        personal = is_personal(record.topic)
        packed = (record if failure.keep else record.emptied()).pack()
        sealed = self._sealer.seal(packed, record_id.bytes) if personal else packed
        await connection.exec_driver_sql(
            _ADD,
            (
                record_id,
                failure.status.value,
                failure.reason,
                failure.detail[:_MAX_DETAIL],
                record.topic,
                stream.key if stream else None,
                stream.sequence if stream else None,
                failure.event_type,
                sealed,
                personal,
                record.partition,
                record.offset,
                failure.attempts,
            ),
        )
        if failure.status not in {Status.DEAD, Status.PARKED}:
            return record_id, []
        return record_id, [self._dead_letter(record_id, record, failure, personal=personal)]

    async def load(self, connection: AsyncConnection, record_id: UUID) -> Record | None:
        """A record as it came in; None when it does not wait any more."""
        row = (await connection.execute(select(set_aside).where(set_aside.c.id == record_id))).first()
        if row is None:
            return None
        key, value, headers = unpack(
            self._sealer.open(row.record, record_id.bytes) if row.sealed else row.record
        )
        return Record(row.topic, row.source_partition, row.source_offset, key, value, headers, record_id)

    async def lock(self, connection: AsyncConnection, record_id: UUID) -> bool:
        """Whether a record still waits; nobody else deals with it until the transaction ends."""
        row = await connection.execute(
            select(set_aside.c.id).where(set_aside.c.id == record_id).with_for_update()
        )
        return row.first() is not None

    async def remove(self, connection: AsyncConnection, ids: Sequence[UUID]) -> None:
        """Forget records that were applied."""
        await connection.execute(delete(set_aside).where(set_aside.c.id.in_(ids)))

    async def remove_before(self, connection: AsyncConnection, stream: Stream) -> None:
        """Forget what waits of a key before a sequence number."""
        await connection.execute(
            delete(set_aside).where(
                set_aside.c.topic == stream.topic,
                set_aside.c.stream_key == stream.key,
                set_aside.c.sequence < stream.sequence,
            )
        )

    async def prune(self, connection: AsyncConnection, now: datetime) -> int:
        """Forget at most a page of sealed records after their time; how many. `now` is system time."""
        old = (
            select(set_aside.c.id)
            .where(set_aside.c.sealed, set_aside.c.first_failed_at < now - SEALED_KEPT)
            .limit(_PAGE)
        )
        pruned = await connection.execute(delete(set_aside).where(set_aside.c.id.in_(old)))
        return pruned.rowcount

    def _dead_letter(self, record_id: UUID, record: Record, failure: Failure, *, personal: bool) -> Copy:
        """A copy of the record with the reason in headers; of a personal or a huge one only a pointer."""
        about: list[tuple[str, bytes | None]] = [
            ("dlq-id", str(record_id).encode()),
            ("dlq-original-topic", record.topic.encode()),
            ("dlq-original-partition", str(record.partition).encode()),
            ("dlq-original-offset", str(record.offset).encode()),
            ("dlq-consumer", self._service.encode()),
            ("dlq-status", failure.status.value.encode()),
            ("dlq-reason", failure.reason.encode()),
            ("dlq-detail", failure.detail[:_MAX_DETAIL].encode()),
            ("dlq-attempts", str(failure.attempts).encode()),
            ("dlq-service-version", self._version.encode()),
        ]
        pointer = personal or record.size > MAX_PAYLOAD_BYTES
        return Copy(
            id=self._new_id(),
            type="dead-letter",
            topic=dead_letter_topic(self._service),
            key=str(record_id).encode() if pointer else record.key,
            payload=None if pointer else record.value,
            headers=about if pointer else [*record.headers, *about],
        )
