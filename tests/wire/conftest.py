"""The messaging kernel on a real broker and a real PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping
from typing import Any

import pytest
from structlog.testing import capture_logs

from deploy.local.database_url import DatabaseUrl
from shared.events.matches import MatchAcceptedBySide
from shared.messaging.broker import Cluster
from shared.persistence.unit_of_work import UnitOfWork
from tests.support.brokers import Kafka
from tests.support.sandbox import Sandbox, make_sandbox, note
from tests.support.wire import cluster_of


@pytest.fixture(scope="module")
async def sandbox_database(new_database: Callable[[str], Awaitable[DatabaseUrl]]) -> DatabaseUrl:
    """One database for the sandboxes of a module."""
    return await new_database("sandbox")


@pytest.fixture
async def sandbox(sandbox_database: DatabaseUrl) -> AsyncIterator[Sandbox]:
    """The kernel on empty tables."""
    made = await make_sandbox(sandbox_database)
    yield made
    await made.engine.dispose()


@pytest.fixture
def counting(sandbox: Sandbox) -> Sandbox:
    """A handler that notes the number of each event."""

    async def side_accepted(event: MatchAcceptedBySide, uow: UnitOfWork) -> None:
        await note(uow, event.match_id, str(event.accepted))

    sandbox.routes.on(MatchAcceptedBySide, side_accepted)
    return sandbox


@pytest.fixture
def cluster(kafka: Kafka, topic_prefix: str) -> Cluster:
    """A deployment of its own on Apache Kafka; delivery is proved on nothing else."""
    if not kafka.apache:
        pytest.skip("delivery is proved on Apache Kafka only")
    return cluster_of(kafka, topic_prefix)


@pytest.fixture
def logs() -> Iterator[list[MutableMapping[str, Any]]]:
    """What is logged during the test."""
    with capture_logs() as entries:
        yield entries
