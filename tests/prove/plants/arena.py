"""The servers that all scenarios share: one broker, one database server, migrated stores to copy."""

import asyncio
import contextlib
import itertools
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from deploy.local.database import EmbeddedPostgres
from deploy.local.database_url import DatabaseUrl
from shared.persistence.migrations import upgrade
from tests.prove.forks import Forks, fork_server
from tests.support.apache_kafka import ApacheKafka
from tests.support.processes import SERVICES, Fleet, published_keys
from tests.support.tokens import TestIssuer

_CONNECTIONS: Final = 300


@dataclass(slots=True)
class Arena:
    """Where scenarios are played; `templates` are empty migrated stores."""

    kafka: ApacheKafka
    postgres: EmbeddedPostgres
    templates: dict[str, DatabaseUrl]
    issuer: TestIssuer
    jwks_url: str
    forks: Forks
    folder: Path
    _copying: asyncio.Lock = field(default_factory=asyncio.Lock)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def number(self) -> int:
        """One for each play."""
        return next(self._numbers)

    async def store(self, service: str, number: int) -> DatabaseUrl:
        """A copy of the empty store of a service."""
        template = self.templates[service]
        name = f"{service}_{number}"
        async with self._copying:
            connection = await self.postgres.administrator.connect()
            try:
                await connection.execute(
                    f'create database "{name}" template "{template.name}" owner "{template.role}"'
                )
            finally:
                await connection.close()
        return DatabaseUrl(name, template.role, template.password, template.host, template.port)

    async def forget(self, database: DatabaseUrl) -> None:
        """Drop a copy, whoever is still connected."""
        connection = await self.postgres.administrator.connect()
        try:
            await connection.execute(f'drop database if exists "{database.name}" with (force)')
        finally:
            await connection.close()

    def fleet(self, databases: dict[str, DatabaseUrl], prefix: str, folder: Path) -> Fleet:
        """What knows how a replica is configured."""
        extra = {service: {"SESSION_TIMEOUT": "30", "DATABASE_POOL_SIZE": "3"} for service in SERVICES}
        return Fleet(
            databases, ",".join(self.kafka.bootstrap), prefix, self.issuer, self.jwks_url, folder, extra
        )


@contextlib.asynccontextmanager
async def arena() -> AsyncIterator[Arena]:
    """Both servers with their templates, and a fork server; nothing is left at the end."""
    kafka, postgres, issuer = ApacheKafka(heap="512m"), EmbeddedPostgres(), TestIssuer()
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mentoring-planted-")))
        jwks_url = stack.enter_context(published_keys(issuer))
        stack.callback(kafka.destroy)
        stack.callback(postgres.stop)
        await asyncio.gather(asyncio.to_thread(kafka.start), asyncio.to_thread(postgres.start))
        templates = await postgres.create_databases()
        for service, database in templates.items():
            await asyncio.to_thread(upgrade, service, database.sqlalchemy)
        fleet = Fleet(templates, ",".join(kafka.bootstrap), "", issuer, jwks_url, folder)
        environments = {service: fleet.environment(service, None, 0) for service in SERVICES}
        forks = await stack.enter_async_context(fork_server(environments, folder))
        yield Arena(kafka, postgres, templates, issuer, jwks_url, forks, folder)
