"""The messaging kernel on a real store without any service: a handler that counts what it was given."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from prometheus_client import CollectorRegistry
from sqlalchemy import BigInteger, Column, Identity, Table, Text, text
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.local.database_url import DatabaseUrl
from shared.clock import Clock, SystemClock
from shared.events.base import Event
from shared.events.catalog import retry_topic
from shared.ids import new_id
from shared.messaging.observer import Observer
from shared.messaging.operations import Operations
from shared.messaging.processor import Processor
from shared.messaging.records import Record
from shared.messaging.replays import replayed_id
from shared.messaging.routes import ForeignRecord, Routes
from shared.messaging.sealing import Sealer
from shared.messaging.set_aside import SetAside
from shared.observability.metrics import KernelMetrics
from shared.persistence.base import make_metadata
from shared.persistence.engine import make_engine
from shared.persistence.outbox import decode_headers
from shared.persistence.tables import KERNEL
from shared.persistence.unit_of_work import UnitOfWork, Units

METADATA = make_metadata()
effect = Table(
    "effect",
    METADATA,
    Column("pos", BigInteger, Identity(), primary_key=True),
    Column("subject", Text, nullable=False),
    Column("value", Text, nullable=False),
)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A record that waits for the relay."""

    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes | None]]

    @property
    def header(self) -> dict[str, bytes | None]:
        """The headers by name."""
        return dict(self.headers)


@dataclass(slots=True)
class Sandbox:
    """The kernel's parts, wired by hand as `shared.service` does."""

    service: str
    engine: AsyncEngine
    units: Units
    routes: Routes
    processor: Processor
    aside: SetAside
    observer: Observer
    metrics: KernelMetrics

    async def waiting(self) -> list[tuple[str, str, int | None]]:
        """The records set aside: status, reason, sequence, in the order of their arrival."""
        rows = await self.fetch("select status, reason, sequence from set_aside order by first_failed_at, id")
        return [(row["status"], row["reason"], row["sequence"]) for row in rows]

    async def outbox(self, topic: str) -> list[OutboxRow]:
        """What goes out on a topic, in order."""
        rows = await self.fetch("select * from outbox order by pos")
        return [
            OutboxRow(
                row["aggregateid"].encode() if row["raw_key"] is None else row["raw_key"],
                row["payload"],
                decode_headers(row["headers"]),
            )
            for row in rows
            if row["topic"] == topic
        ]

    async def replays(self) -> list[Record]:
        """The replays that go out to this service, as its consumer would read them."""
        rows = await self.outbox(retry_topic(self.service))
        return [
            Record(
                retry_topic(self.service),
                0,
                offset,
                row.key,
                row.value,
                tuple(row.headers),
                replayed_id(tuple(row.headers)),
            )
            for offset, row in enumerate(rows)
        ]

    def operations(self) -> Operations:
        """The operator's commands on this store."""
        return Operations(self.service, self.units, self.aside, "operator")

    async def effects(self) -> list[tuple[str, str]]:
        """What handlers did, in order."""
        rows = await self.fetch("select subject, value from effect order by pos")
        return [(row["subject"], row["value"]) for row in rows]

    async def fetch(self, statement: str) -> list[dict[str, Any]]:
        """Rows of the store."""
        async with self.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(text(statement))).mappings()]


async def note(uow: UnitOfWork, subject: UUID | str, value: str) -> None:
    """Leave an effect."""
    await uow.connection.execute(effect.insert().values(subject=str(subject), value=value))


async def make_sandbox(
    database: DatabaseUrl, service: str = "engagement", clock: Clock | None = None
) -> Sandbox:
    """The kernel on an empty store."""
    engine = make_engine(database.sqlalchemy)
    async with engine.begin() as connection:
        for metadata in (METADATA, KERNEL):
            await connection.run_sync(metadata.drop_all)
            await connection.run_sync(metadata.create_all)
    metrics = KernelMetrics(CollectorRegistry(), service)
    observer = Observer(metrics, service)
    units = Units(engine, service=service, clock=clock or SystemClock())
    aside = SetAside(service, "test", Sealer(b"k" * 32), new_id)
    routes = Routes()
    return Sandbox(
        service, engine, units, routes, Processor(routes, units, aside, observer), aside, observer, metrics
    )


EventHandler = Callable[[Event, UnitOfWork], Awaitable[None]]
ForeignHandler = Callable[[ForeignRecord, UnitOfWork], Awaitable[None]]
