"""A service that starts before its migrations ran waits for them and says so once."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from structlog.testing import capture_logs

from deploy.local.database_url import DatabaseUrl
from shared.persistence.migrations import upgrade
from tests.support.brokers import Kafka
from tests.support.eventually import eventually
from tests.support.harness import Harness, make_harness


async def test_a_service_works_once_its_migrations_ran_and_tells_once_that_it_waits(
    new_database: Callable[[str], Awaitable[DatabaseUrl]], kafka: Kafka, topic_prefix: str
) -> None:
    """No relay, housekeeping or due work touches tables that are not there yet."""
    database = await new_database("engagement")
    harness = make_harness(
        "engagement", database, kafka_bootstrap_servers=tuple(kafka.bootstrap), topic_prefix=topic_prefix
    )
    with capture_logs() as logs:
        await harness.service.start()
        try:
            await eventually(lambda: named(logs, "migrations_missing"))
            await asyncio.to_thread(upgrade, "engagement", database.sqlalchemy)
            await eventually(lambda: relays(harness), timeout=20)
        finally:
            await harness.service.stop()

    assert [line["reason"] for line in named(logs, "migrations_missing")] == ["never_migrated"]
    assert named(logs, "relay_restarts") == []
    assert named(logs, "housekeeping_waits") == []
    assert {line["service"] for line in named(logs, "service_started")} == {"engagement"}


def named(logs: list[MutableMapping[str, Any]], event: str) -> list[MutableMapping[str, Any]]:
    """The lines of one event."""
    return [line for line in logs if line["event"] == event]


def relays(harness: Harness) -> bool:
    """Whether the relay holds every shard of the outbox."""
    held = harness.service.kernel.registry.get_sample_value("mentoring_relay_shards_held")
    return bool(held)
