"""One service on a real database, without a broker: records go straight to its processor."""

import base64
import hashlib
import importlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar, cast
from uuid import UUID

import httpx
from sqlalchemy import text

from deploy.local.database_url import DatabaseUrl
from shared.clock import DrivenClock
from shared.events.base import Event
from shared.events.catalog import EVENTS, topic_of
from shared.events.envelope import Actor, ActorType, Envelope
from shared.ids import new_id
from shared.kernel import Surroundings
from shared.messaging.records import Record
from shared.persistence.outbox import decode_headers
from shared.service import Service
from tests.support.tokens import AUDIENCE, ISSUER, TestIssuer

E = TypeVar("E", bound=Event)
START = datetime(2027, 1, 4, 9, tzinfo=UTC)


@dataclass(slots=True)
class Harness:
    """A service whose topics are lists: `deliver` is the broker, `events` reads the outbox."""

    service: Service
    clock: DrivenClock
    issuer: TestIssuer
    sequences: Counter[tuple[str, str]] = field(default_factory=Counter)
    offset: int = 0

    async def deliver(self, *events: Event) -> None:
        """Hand events to the service as records that another service published, in one batch."""
        await self.process(*(self.record(event) for event in events))

    async def erase(self, state: type[Event], key: UUID) -> None:
        """Hand the tombstone of a key to the service."""
        topic = topic_of(state)
        assert topic.tombstone is not None
        await self.process(self._record(topic.name, str(key), topic.tombstone, None))

    async def process(self, *records: Record) -> None:
        """Hand raw records to the service."""
        await self.service.processor.process(records)

    def record(self, event: Event) -> Record:
        """The next record of the event's key."""
        topic = topic_of(type(event))
        key = str(getattr(event, topic.key or ""))
        return self._record(topic.name, key, event.type, event.model_dump_json().encode())

    def foreign(self, topic: str, value: bytes | None, key: bytes | None = None) -> Record:
        """A record of a topic outside the contract."""
        self.offset += 1
        return Record(topic, 0, self.offset, key, value, ())

    def _record(self, topic: str, key: str, event_type: str, value: bytes | None) -> Record:
        self.sequences[topic, key] += 1
        self.offset += 1
        event_id = new_id()
        envelope = Envelope(
            id=event_id,
            type=event_type,
            source="urn:mentoring:test",
            subject=key,
            time=self.clock.now(),
            recorded_time=datetime.now(UTC),
            correlation_id=event_id,
            causation_id=None,
            actor=Actor(ActorType.SYSTEM),
            sequence=self.sequences[topic, key],
        )
        return Record(topic, 0, self.offset, key.encode(), value, tuple(envelope.to_headers()))

    async def run_due(self, until: datetime | None = None) -> None:
        """Move business time, and do all work that is due by then, each piece at its own time."""
        until = until or self.clock.now()
        while True:
            following = await self._next_due(until)
            if following is None:
                break
            self.clock.move_to(max(self.clock.now(), following))
            assert await self.service.due.run_once(), "due work that nothing does"
        self.clock.move_to(max(self.clock.now(), until))

    async def _next_due(self, until: datetime) -> datetime | None:
        rows = await self.fetch(
            "select min(due_at) as next from due "
            "where due_at <= :until and kind = any(:kinds) and attempts < 5",
            until=until,
            kinds=list(self.service.routes.due),
        )
        return cast("datetime | None", rows[0]["next"])

    async def records(self) -> list[dict[str, Any]]:
        """What left through the outbox, in order: topic, type, key, headers, payload (None: a tombstone)."""
        rows = await self.fetch(
            "select topic, type, aggregateid as key, headers, payload from outbox order by pos"
        )
        return [row | {"headers": dict(decode_headers(row["headers"]))} for row in rows]

    async def events(self, kind: type[E] | None = None) -> list[E]:
        """The events that left through the outbox, in order, of one kind or all."""
        found = [
            EVENTS[row["type"]].model_validate_json(row["payload"])
            for row in await self.records()
            if row["type"] in EVENTS and row["payload"] is not None
        ]
        return [cast("E", event) for event in found if kind is None or type(event) is kind]

    def client(self, login: str | None = None, roles: Sequence[str] = ()) -> httpx.AsyncClient:
        """A client of the service's API, signed in unless `login` is None."""
        headers = {} if login is None else {"Authorization": f"Bearer {self.issuer.token(login, roles)}"}
        transport = httpx.ASGITransport(self.service.app, raise_app_exceptions=False)
        return httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers)

    async def fetch(self, statement: str, **parameters: object) -> list[dict[str, Any]]:
        """Rows of the service's store."""
        async with self.service.kernel.engine.connect() as connection:
            rows = await connection.execute(text(statement), parameters)
            return [dict(row) for row in rows.mappings()]

    async def state_hash(self) -> str:
        """A hash over all rows of the service's own tables, whatever their order."""
        digest = hashlib.sha256()
        for table in sorted(self.service.kernel.metadata.tables):
            rows = await self.fetch(f"select to_jsonb(t) as row from {table} t")  # noqa: S608  our own table names
            for line in sorted(json.dumps(row["row"], sort_keys=True) for row in rows):
                digest.update(f"{table}\0{line}\n".encode())
        return digest.hexdigest()


def make_harness(name: str, database: DatabaseUrl, now: datetime = START, **settings: object) -> Harness:
    """The service `name` on a migrated database."""
    app = importlib.import_module(f"services.{name}.app")
    settings_class = getattr(importlib.import_module(f"services.{name}.settings"), f"{name.title()}Settings")
    clock, issuer = DrivenClock(now), TestIssuer()
    values: dict[str, object] = {
        "mode": "test",
        "database_url": database.sqlalchemy,
        "kafka_bootstrap_servers": "127.0.0.1:1",
        "seal_key": base64.b64encode(b"s" * 32).decode(),
        "oidc_issuer": ISSUER,
        "oidc_audience": AUDIENCE,
        "oidc_jwks_url": "http://127.0.0.1:1/jwks",
    }
    around = Surroundings(clock, new_id, issuer.keys)
    service = app.create_service(settings_class.model_validate(values | settings), around)
    return Harness(service, clock, issuer)


async def empty(database: DatabaseUrl) -> None:
    """Remove every row but the revision, the append-only audit included."""
    connection = await database.connect()
    try:
        tables = [
            row["tablename"]
            for row in await connection.fetch(
                "select tablename from pg_tables "
                "where schemaname = 'public' and tablename <> 'alembic_version'"
            )
        ]
        await connection.execute("alter table audit disable trigger user")
        await connection.execute(f"truncate {', '.join(tables)} restart identity cascade")
        await connection.execute("alter table audit enable trigger user")
    finally:
        await connection.close()
