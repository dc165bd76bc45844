"""The PostgreSQL that tests run on: the first that is there, in a fixed order.

1. `DATABASE_URL` (a role that may create databases and roles); 2. Docker (testcontainers);
3. the server of a wheel.
`MENTORING_TEST_DATABASE` (external, testcontainers, embedded) takes one of them whatever else is there.
"""

import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

from deploy.local.database import EmbeddedPostgres
from deploy.local.database_url import DatabaseUrl, drop_database, new_database
from tests.support.containers import POSTGRES_IMAGE, postgres_container
from tests.support.docker_engine import docker_can_run


class DatabaseKind(StrEnum):
    """Where the PostgreSQL of a test run comes from."""

    EXTERNAL = "external"
    TESTCONTAINERS = "testcontainers"
    EMBEDDED = "embedded"


@dataclass(frozen=True, slots=True)
class Postgres:
    """A running server. Tests drop nothing but the uniquely named databases that they created."""

    kind: DatabaseKind
    administrator: DatabaseUrl

    async def create_database(self, name_prefix: str) -> DatabaseUrl:
        """A new database with a role of its own, which alone may connect: as a service has it."""
        name = f"test_{name_prefix}_{uuid.uuid4().hex[:12]}"
        return await new_database(self.administrator, name=name, role=name)

    async def drop(self, database: DatabaseUrl) -> None:
        """Drop what `create_database` made, whoever is still connected."""
        await drop_database(self.administrator, database)


def choose_database(environment: Mapping[str, str] = os.environ) -> DatabaseKind:
    """What `running_database` will take; starts nothing."""
    if wanted := environment.get("MENTORING_TEST_DATABASE"):
        return DatabaseKind(wanted)
    if environment.get("DATABASE_URL"):
        return DatabaseKind.EXTERNAL
    return DatabaseKind.TESTCONTAINERS if docker_can_run(POSTGRES_IMAGE) else DatabaseKind.EMBEDDED


@contextmanager
def running_database(kind: DatabaseKind) -> Iterator[Postgres]:
    """Start the server, or take the external one, and end what was started."""
    match kind:
        case DatabaseKind.EXTERNAL:
            yield Postgres(kind, DatabaseUrl.parse(os.environ["DATABASE_URL"]))
        case DatabaseKind.TESTCONTAINERS:
            with postgres_container() as administrator:
                yield Postgres(kind, administrator)
        case DatabaseKind.EMBEDDED:
            with EmbeddedPostgres() as server:
                yield Postgres(kind, server.administrator)
