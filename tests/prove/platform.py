"""A real broker, a real database server, and how the services reach them."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any, Final

import asyncpg

from deploy.local.database import EmbeddedPostgres
from deploy.local.database_url import DatabaseUrl
from deploy.local.probe import free_ports
from shared.events.catalog import SERVICES
from shared.messaging.broker import Cluster
from shared.messaging.topics import apply_topics
from tests.prove.compaction import BROKER
from tests.prove.proxied import Proxied, running_proxy
from tests.support.apache_kafka import ApacheKafka
from tests.support.topics import create_topic
from tests.support.wire import cluster_of_addresses

PREFIX: Final = "prove."
HR_TOPIC: Final = f"{PREFIX}hris.adp"
KAFKA: Final = "kafka"
"""The proxy's route to the broker; that to a database is called as its service."""
_CONNECTIONS: Final = 400
_ANSWER_SECONDS: Final = 30.0


class Postgres:
    """A server that can be shot and started again on the same data and the same address."""

    def __init__(self) -> None:
        self._embedded = EmbeddedPostgres()

    def start(self) -> None:
        """On an empty directory."""
        self._embedded.start()

    def destroy(self) -> None:
        """Stop it and forget its data."""
        self._embedded.stop()

    @property
    def administrator(self) -> DatabaseUrl:
        """The superuser."""
        return self._embedded.administrator

    async def create_databases(self) -> dict[str, DatabaseUrl]:
        """One a service, with a role of its own; the server takes many connections from then on."""
        databases = await self._embedded.create_databases()
        connection = await self.administrator.connect()
        try:
            await connection.execute(f"alter system set max_connections = {_CONNECTIONS}")
        finally:
            await connection.close()
        await asyncio.to_thread(self.restart)
        return databases

    def restart(self) -> None:
        """As `pg_ctl restart -m immediate`: no checkpoint, every session cut, recovery from the log."""
        server: Any = self._embedded._server
        pid = server.get_pid()
        os.kill(pid, signal.SIGQUIT)
        deadline = time.monotonic() + _ANSWER_SECONDS
        while (server.pgdata / "postmaster.pid").exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        server.ensure_postgres_running()


@dataclass(slots=True)
class Platform:
    """Broker and database of one run."""

    kafka: ApacheKafka
    postgres: Postgres
    proxy: Proxied
    databases: dict[str, DatabaseUrl]
    """As the services reach them: through the proxy."""
    broker: str
    """As the services reach it: through the proxy."""
    bootstrap: str
    """The broker for everybody else: past the proxy."""

    @property
    def cluster(self) -> Cluster:
        """The topics as the client and the verdict reach them."""
        return cluster_of_addresses([self.bootstrap], PREFIX)

    def readable(self, service: str) -> str:
        """A service's database as the superuser reaches it."""
        administrator = self.postgres.administrator
        return f"postgresql://{administrator.role}@/{service}?host={administrator.host}"

    async def rows(self, service: str, statement: str, *arguments: object) -> list[dict[str, Any]]:
        """Rows of a service's store; waits for a server that is being restarted."""
        deadline = time.monotonic() + _ANSWER_SECONDS
        while True:
            try:
                connection = await asyncpg.connect(self.readable(service), timeout=5)
                try:
                    return [dict(row) for row in await connection.fetch(statement, *arguments)]
                finally:
                    await connection.close(timeout=5)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.2)

    async def value(self, service: str, statement: str, *arguments: object) -> Any:
        """The one value of a service's store."""
        return next(iter((await self.rows(service, statement, *arguments))[0].values()))


@contextlib.asynccontextmanager
async def running_platform() -> AsyncIterator[Platform]:
    """Both servers, empty, behind the proxy, with the topics made; nothing is left at the end."""
    through, past = free_ports(2)
    kafka, postgres = ApacheKafka(_two_listeners(through, past) | BROKER), Postgres()
    async with running_proxy() as proxy:
        try:
            await asyncio.gather(asyncio.to_thread(kafka.start), asyncio.to_thread(postgres.start))
            broker = int(kafka.bootstrap[0].rpartition(":")[2])
            await proxy.listen(KAFKA, "127.0.0.1", broker, at=through)
            databases = {
                service: await _behind(proxy, service, database)
                for service, database in (await postgres.create_databases()).items()
            }
            assert set(databases) == set(SERVICES)
            platform = Platform(
                kafka, postgres, proxy, databases, f"127.0.0.1:{through}", f"127.0.0.1:{past}"
            )
            await apply_topics(platform.cluster, replication_factor=1)
            await create_topic([platform.bootstrap], HR_TOPIC)
            yield platform
        finally:
            await asyncio.gather(asyncio.to_thread(kafka.destroy), asyncio.to_thread(postgres.destroy))


def _two_listeners(through: int, past: int) -> dict[str, str]:
    """One that sends its clients through the proxy, and one for whoever looks on."""
    return {
        "listeners": f"PLAINTEXT://127.0.0.1:$broker_port,DIRECT://127.0.0.1:{past},"
        "CONTROLLER://127.0.0.1:$controller_port",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{through},DIRECT://127.0.0.1:{past}",
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,DIRECT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "DIRECT",
    }


async def _behind(proxy: Proxied, service: str, database: DatabaseUrl) -> DatabaseUrl:
    socket = f"{database.host}/.s.PGSQL.{database.port or 5432}"
    port = await proxy.listen(service, "", 0, path=socket)
    return replace(database, host="127.0.0.1", port=port)
