"""Services on real databases, made once and emptied for each test."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Protocol

import pytest

from deploy.local.database_url import DatabaseUrl
from shared.persistence.migrations import upgrade
from tests.support.databases import Postgres
from tests.support.harness import START, Harness, empty, make_harness


class HarnessFactory(Protocol):
    """Makes a harness; a second one of the same service in a test has a store of its own."""

    async def __call__(self, name: str, now: datetime = START, **settings: object) -> Harness: ...


@pytest.fixture(scope="session")
async def migrated_databases(
    postgres: Postgres,
) -> AsyncIterator[Callable[[str, int], Awaitable[DatabaseUrl]]]:
    """The n-th migrated database of a service; the same one for the same question."""
    made: dict[str, list[DatabaseUrl]] = defaultdict(list)

    async def get(name: str, number: int) -> DatabaseUrl:
        while len(made[name]) <= number:
            database = await postgres.create_database(name)
            made[name].append(database)
            await asyncio.to_thread(upgrade, name, database.sqlalchemy)
        return made[name][number]

    yield get
    for database in (database for databases in made.values() for database in databases):
        await postgres.drop(database)


@pytest.fixture
async def harness_factory(
    migrated_databases: Callable[[str, int], Awaitable[DatabaseUrl]],
) -> AsyncIterator[HarnessFactory]:
    """A service with an empty store."""
    made: dict[str, list[Harness]] = defaultdict(list)

    async def create(name: str, now: datetime = START, **settings: object) -> Harness:
        database = await migrated_databases(name, len(made[name]))
        await empty(database)
        harness = make_harness(name, database, now, **settings)
        made[name].append(harness)
        return harness

    yield create
    for harness in (harness for harnesses in made.values() for harness in harnesses):
        await harness.service.kernel.close()
