"""Fleets of service processes on Apache Kafka and PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from deploy.local.database_url import DatabaseUrl
from tests.support.brokers import Kafka
from tests.support.processes import SERVICES, Fleet, new_fleet, prepare

SESSION_TIMEOUT = 30
"""Seconds for which the group waits for a member that nobody succeeds: far longer than a start takes."""
NewDatabase = Callable[[str], Awaitable[DatabaseUrl]]


@pytest.fixture(scope="module")
async def fleet(kafka: Kafka, new_database: NewDatabase, module_topic_prefix: str) -> AsyncIterator[Fleet]:
    """Two replicas of each service, ready."""
    if not kafka.apache:
        pytest.skip("delivery is proved on Apache Kafka only")
    databases = {service: await new_database(service) for service in SERVICES}
    extra = {service: {"SESSION_TIMEOUT": str(SESSION_TIMEOUT)} for service in SERVICES}
    # Ten leavers at once in a company of fifty would wait for a human.
    extra["matching"]["MASS_LEAVERS_FLOOR"] = "1000"
    async with new_fleet(databases, kafka.bootstrap, module_topic_prefix, extra) as made:
        await prepare(made)
        for service in SERVICES:
            for slot in (0, 1):
                made.add(service, slot)
        await made.all_ready()
        yield made
