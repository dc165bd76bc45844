"""One use case, one transaction; the only place that commits."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.clock import Clock, SystemClock, system_now
from shared.events.base import Event
from shared.events.catalog import Topic, topic_of
from shared.events.envelope import Actor, ActorType, Envelope
from shared.ids import NewId, new_id
from shared.persistence.gathered import G, Gathered, Mark, Refused
from shared.persistence.outbox import (
    MAX_PAYLOAD_BYTES,
    Copy,
    Fact,
    OversizedEventError,
    write_copies,
    write_facts,
)
from shared.persistence.statements import count_statements, statements_in
from shared.persistence.tables import due, pending

SYSTEM: Final = Actor(ActorType.SYSTEM)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reaction that waited for something that has arrived."""

    reaction: str
    subject: UUID


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
    info: MutableMapping[Any, Any] = field(default_factory=dict)
    _gathered: dict[type[Gathered], Gathered] = field(default_factory=dict)
    _gatherings: int = 0

    def gathered(self, kind: type[G]) -> G:
        """This unit's own `kind` of gathered writes, made at the first call and written before the commit.

        For handlers that only write. A failure to write belongs to the record that caused it, as if its
        handler had failed. Whoever reads what was gathered calls `write_gathered` first.
        """
        self._gatherings += 1
        if kind not in self._gathered:
            self._gathered[kind] = kind()
        return cast("G", self._gathered[kind])

    async def write_gathered(self) -> None:
        """Write what was gathered so far."""
        for gathered in self._gathered.values():
            await gathered.write(self.connection)

    def mark(self) -> Mark:
        """Where to go back to if what follows fails; for `undo`."""
        touches = statements_in(self.info) + self._gatherings
        return Mark(touches, len(self.facts), len(self.copies), len(self.refusals))

    def undo(self, mark: Mark) -> bool:
        """Take back what was published and refused since the mark.

        False, and nothing is done, when there were statements or gatherings since: a savepoint undoes those.
        """
        if statements_in(self.info) + self._gatherings != mark.touches:
            return False
        del self.facts[mark.facts :], self.copies[mark.copies :], self.refusals[mark.refusals :]
        return True

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """An exception in this block undoes the block alone: rows, gathered writes, what was published."""
        await self.write_gathered()
        facts, copies, refusals = len(self.facts), len(self.copies), len(self.refusals)
        try:
            async with self.connection.begin_nested():
                yield
                await self.write_gathered()
        except BaseException:
            for gathered in self._gathered.values():
                gathered.discard()
            del self.facts[facts:], self.copies[copies:], self.refusals[refusals:]
            raise

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
        """Write what was gathered, and what was published into the outbox."""
        await self.write_gathered()
        if self.facts:
            await write_facts(self.connection, self.facts)
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
        envelope = Envelope(
            id=self.new_id(),
            type=event_type,
            source=self.source,
            subject=subject,
            time=self.now,
            recorded_time=system_now(),
            correlation_id=self.correlation_id,
            causation_id=self.causation_id,
            actor=actor or self.actor,
            traceparent=self.traceparent,
        )
        self.facts.append(Fact(envelope, topic.name, event_type.split(".")[1], key, payload))


class Units:
    """Opens units of work on one store."""

    def __init__(
        self, engine: AsyncEngine, *, service: str, clock: Clock | None = None, make_id: NewId = new_id
    ) -> None:
        self.engine = engine
        count_statements(engine)
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
                info=connection.info,
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
