"""The broker and the database that a run is measured on, started for it and ended with it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from sqlalchemy import BigInteger, Column, DateTime, Identity, Table, Uuid
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local.database_url import DatabaseUrl
from shared.events.catalog import TOPICS
from shared.messaging.broker import Cluster
from shared.messaging.topics import apply_topics
from shared.persistence.base import make_metadata
from shared.persistence.tables import KERNEL
from tests.support.apache_kafka import ApacheKafka
from tests.support.databases import DatabaseKind, Postgres, choose_database, running_database

METADATA = make_metadata()
effect = Table(
    "effect",
    METADATA,
    Column("pos", BigInteger, Identity(), primary_key=True),
    Column("session_id", Uuid, nullable=False),
    Column("match_id", Uuid, nullable=False),
    Column("program_id", Uuid, nullable=False),
    Column("starts_at", DateTime(timezone=True), nullable=False),
    Column("ends_at", DateTime(timezone=True), nullable=False),
)

_TABLES = "effect, outbox, inbox, incoming_stream, outgoing_stream, set_aside"


@dataclass(slots=True)
class Ground:
    """A running broker and database; `prefix` keeps the topics of one run apart."""

    kafka: ApacheKafka
    postgres: Postgres
    version: str
    postmaster: int
    prefix: str = field(default_factory=lambda: f"bench-{uuid4().hex[:6]}.")

    @property
    def cluster(self) -> Cluster:
        """As a service's settings describe it."""
        return Cluster(bootstrap_servers=tuple(self.kafka.bootstrap), prefix=self.prefix)

    def processes(self, client: Sequence[int]) -> Mapping[str, Sequence[int]]:
        """Whose CPU time is measured."""
        return {"client": client, "postgres": [self.postmaster], "broker": [self.kafka.process_id]}

    async def new_store(self) -> DatabaseUrl:
        """A database with the kernel's tables and one of a service."""
        database = await self.postgres.create_database("bench")
        engine = create_async_engine(database.sqlalchemy)
        async with engine.begin() as connection:
            for metadata in (METADATA, KERNEL):
                await connection.run_sync(metadata.create_all)
        await engine.dispose()
        return database

    async def fresh(self, database: DatabaseUrl) -> None:
        """Empty a store, and have the server start from a checkpoint."""
        connection = await database.connect()
        await connection.execute(f"truncate {_TABLES}")
        await connection.close()
        connection = await self.postgres.administrator.connect()
        await connection.execute("checkpoint")
        await connection.close()

    async def new_topics(self, prefix: str) -> Cluster:
        """The topics of the contract under another prefix."""
        cluster = Cluster(bootstrap_servers=tuple(self.kafka.bootstrap), prefix=prefix)
        await apply_topics(cluster, replication_factor=1, topics=[t for t in TOPICS.values() if t.key])
        return cluster


@asynccontextmanager
async def running_ground() -> AsyncIterator[Ground]:
    """Apache Kafka, and PostgreSQL with fsync on; refuses a server that does not sync."""
    with ExitStack() as stack:
        kafka = stack.enter_context(ApacheKafka())
        postgres = stack.enter_context(running_database(choose_database()))
        connection = await postgres.administrator.connect()
        if postgres.kind is DatabaseKind.EMBEDDED:
            # Nobody else's server is changed.
            await connection.execute("alter system set max_wal_size = '8GB'")
            await connection.execute("select pg_reload_conf()")
        settings = {
            name: await connection.fetchval(f"show {name}")
            for name in ("fsync", "synchronous_commit", "server_version")
        }
        if (settings["fsync"], settings["synchronous_commit"]) != ("on", "on"):
            raise RuntimeError(f"figures without fsync are none: {settings}")
        postmaster = _parent_of(await connection.fetchval("select pg_backend_pid()"))
        await connection.close()
        ground = Ground(kafka, postgres, settings["server_version"], postmaster)
        await ground.new_topics(ground.prefix)
        yield ground


def _parent_of(backend: int) -> int:
    """The postmaster, when the server runs on this machine; else nobody's time is counted as PostgreSQL's."""
    stat = Path(f"/proc/{backend}/stat")
    return int(stat.read_text().rpartition(")")[2].split()[1]) if stat.exists() else 0
