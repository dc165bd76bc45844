"""One use case, one transaction; the only place that commits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.clock import Clock, SystemClock, system_now
from shared.events.base import Event
from shared.events.catalog import Topic, topic_of
from shared.events.envelope import Actor, ActorType
from shared.ids import NewId, new_id
from shared.persistence.outbox import (
    MAX_PAYLOAD_BYTES,
    Copy,
    Fact,
    OversizedEventError,
    write_copies,
    write_facts,
)
from shared.persistence.tables import due, pending

SYSTEM: Final = Actor(ActorType.SYSTEM)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reaction that waited for something that has arrived."""

    reaction: str
    subject: UUID


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a foreign record was refused, and whether its bytes may be kept."""

    reason: str
    keep: bool


@dataclass(slots=True)
class UnitOfWork:
    """The transaction of one use case, and what it leaves for the outbox.

    `now` is business time, the same for the whole unit. The causes may change from record to record of a
    batch; `occurred_at` is the business time of the event at hand, None in commands and due work.
    """

    connection: AsyncConnection
    now: datetime
    actor: Actor
    correlation_id: UUID
    new_id: NewId
    source: str
    causation_id: UUID | None = None
    occurred_at: datetime | None = None
    traceparent: str | None = None
    facts: list[Fact] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    refusals: list[Refused] = field(default_factory=list)
    has_due_work: bool = False

    def emit(self, event: Event, *, actor: Actor | None = None) -> None:
        """Publish an event if, and only if, this unit commits.

        Raises:
            OversizedEventError: no broker would take it.
        """
        topic = topic_of(type(event))
        key = str(getattr(event, topic.key or ""))
        subject = str(getattr(event, event.subject_field)) if event.subject_field else key
        payload = event.model_dump_json().encode()
        if len(payload) > MAX_PAYLOAD_BYTES:
            raise OversizedEventError(event.type, len(payload))
        self._add(topic, event.type, key, subject, payload=payload, actor=actor)

    def emit_tombstone(self, state: type[Event], key: UUID) -> None:
        """Erase the state of a key on its compacted topic.

        Raises:
            ValueError: the topic has no tombstone.
        """
        topic = topic_of(state)
        if topic.tombstone is None:
            message = f"{topic.name} has no tombstone"
            raise ValueError(message)
        self._add(topic, topic.tombstone, str(key), str(key))

    def refuse(self, reason: str, *, keep: bool = True) -> None:
        """Refuse the foreign record at hand, or part of it, by a reason code.

        It becomes a dead letter and is kept sealed for a time; without `keep` only the reason stays.
        """
        self.refusals.append(Refused(reason, keep))

    async def schedule(self, kind: str, subject: UUID, at: datetime) -> None:
        """Have the `kind` of due work done for the subject at a business time; a second call moves it."""
        row = upsert(due).values(kind=kind, subject=subject, due_at=at)
        await self.connection.execute(
            row.on_conflict_do_update(index_elements=["kind", "subject"], set_={"due_at": at, "attempts": 0})
        )
        self.has_due_work = self.has_due_work or at <= self.now

    async def unschedule(self, kind: str, subject: UUID) -> None:
        """Drop due work, if there is any."""
        await self.connection.execute(delete(due).where(due.c.kind == kind, due.c.subject == subject))

    async def wait_for(self, missing: str, reaction: str, subject: UUID) -> None:
        """Remember that a reaction needs something that has not arrived yet."""
        row = upsert(pending).values(missing=missing, reaction=reaction, subject=subject)
        await self.connection.execute(row.on_conflict_do_nothing())

    async def arrived(self, missing: str) -> list[Waiting]:
        """The reactions that waited for this, in a fixed order; they wait no longer."""
        rows = await self.connection.execute(
            delete(pending)
            .where(pending.c.missing == missing)
            .returning(pending.c.reaction, pending.c.subject)
        )
        return sorted(
            (Waiting(row.reaction, row.subject) for row in rows), key=lambda w: (w.reaction, w.subject)
        )

    async def flush(self) -> None:
        """Write what was published into the outbox."""
        if self.facts:
            await write_facts(self.connection, self.facts, source=self.source)
            self.facts.clear()
        if self.copies:
            await write_copies(self.connection, self.copies)
            self.copies.clear()

    def _add(
        self,
        topic: Topic,
        event_type: str,
        key: str,
        subject: str,
        *,
        payload: bytes | None = None,
        actor: Actor | None = None,
    ) -> None:
        self.facts.append(
            Fact(
                id=self.new_id(),
                type=event_type,
                topic=topic.name,
                aggregate=event_type.split(".")[1],
                key=key,
                subject=subject,
                payload=payload,
                time=self.now,
                recorded_time=system_now(),
                correlation_id=self.correlation_id,
                causation_id=self.causation_id,
                actor=actor or self.actor,
                traceparent=self.traceparent,
            )
        )


class Units:
    """Opens units of work on one store."""

    def __init__(
        self, engine: AsyncEngine, *, service: str, clock: Clock | None = None, make_id: NewId = new_id
    ) -> None:
        self.engine = engine
        self.clock = clock or SystemClock()
        self.new_id = make_id
        self._source = f"urn:mentoring:{service}"
        self.work_is_due = asyncio.Event()
        """Set when a unit left work that is due already: a hint that spares this process the wait."""

    @asynccontextmanager
    async def begin(
        self, *, actor: Actor = SYSTEM, correlation_id: UUID | None = None
    ) -> AsyncIterator[UnitOfWork]:
        """A unit that commits at the end of the block and rolls back on an exception."""
        async with self.engine.begin() as connection:
            uow = UnitOfWork(
                connection=connection,
                now=self.clock.now(),
                actor=actor,
                correlation_id=correlation_id or self.new_id(),
                new_id=self.new_id,
                source=self._source,
            )
            yield uow
            await uow.flush()
        if uow.has_due_work:
            self.work_is_due.set()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for queries; it sees one state of the store and changes nothing."""
        async with self.engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield connection
