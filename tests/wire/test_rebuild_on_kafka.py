"""A rebuild from the topics is the live state, before and after the broker compacted them."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Final

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from deploy.local.database_url import DatabaseUrl
from services.reporting.rebuild.run import rebuild
from shared.events.catalog import TOPICS
from shared.messaging.broker import Cluster, make_producer
from shared.messaging.records import Record
from shared.messaging.topics import apply_topics, topic_config
from shared.persistence.migrations import upgrade
from tests.component.reporting.reporting_world import START, world
from tests.support.apache_kafka import ApacheKafka
from tests.support.eventually import eventually
from tests.support.harness import Harness, make_harness
from tests.support.kafka_jars import java_can_run_kafka
from tests.support.topics import admin_client
from tests.support.wire import everything_committed, publish, read_all

COMPACTED: Final = ("mentoring.people.v1", "mentoring.availability.v1")
SEGMENTS_THAT_CLOSE_SOON: Final = {"segment.ms": "200"}
NOTHING_IS_CLEANED: Final = SEGMENTS_THAT_CLOSE_SOON | {"min.compaction.lag.ms": "86400000"}
ALL_IS_CLEANED: Final = SEGMENTS_THAT_CLOSE_SOON | {"min.cleanable.dirty.ratio": "0.01"}


@pytest.fixture
async def cluster() -> AsyncIterator[Cluster]:
    """A node of its own, whose cleaner looks at once and has no other test's topics to clean."""
    if not java_can_run_kafka():
        pytest.skip("no Java 17 and Maven: a broker of one's own cannot be started")
    node = ApacheKafka(overrides={"log.cleaner.backoff.ms": "200"})
    await asyncio.to_thread(node.start)
    yield Cluster(tuple(node.bootstrap), prefix="compacted.")
    await asyncio.to_thread(node.destroy)


@pytest.fixture
async def reporting(
    cluster: Cluster, new_database: Callable[[str], Awaitable[DatabaseUrl]]
) -> AsyncIterator[Harness]:
    """The service as it runs, on topics that the broker leaves alone for now."""
    database = await new_database("reporting")
    await asyncio.to_thread(upgrade, "reporting", database.sqlalchemy)
    await apply_topics(cluster, replication_factor=1)
    await _configure(cluster, NOTHING_IS_CLEANED)
    harness = make_harness(
        "reporting",
        database,
        START,
        kafka_bootstrap_servers=cluster.bootstrap_servers,
        topic_prefix=cluster.prefix,
    )
    await harness.service.start()
    yield harness
    await harness.service.stop()


@pytest.mark.timeout(240)
async def test_a_rebuild_equals_the_live_state_before_and_after_a_real_compaction(
    reporting: Harness, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of people and availability the broker forgets what was replaced; the read models are the same.

    So they are when two processes make them, each of its share of the partitions.
    """
    records = _told(reporting)
    await publish(cluster, [record for record in records if record.topic not in COMPACTED])
    await _publish_one_by_one(cluster, [record for record in records if record.topic in COMPACTED])
    await eventually(lambda: _all_committed(cluster), timeout=60)
    before = await _sizes(cluster)

    whole = await rebuild(reporting.service.kernel)
    await _configure(cluster, ALL_IS_CLEANED)
    await eventually(lambda: _all_smaller(cluster, before), timeout=90, every=0.2)
    compacted = await rebuild(reporting.service.kernel)
    monkeypatch.setattr("services.reporting.rebuild.workers.WORTH_PROCESSES", 1)
    by_two = await rebuild(reporting.service.kernel)

    assert (whole.compared, whole.equal, whole.events) == (True, True, len(records))
    assert (compacted.compared, compacted.equal) == (True, True)
    assert compacted.events < whole.events
    assert compacted.state_hash == whole.state_hash
    assert (by_two.equal, by_two.events, by_two.state_hash) == (True, compacted.events, whole.state_hash)
    assert await reporting.fetch("select count(*) as rows from health") == [{"rows": 21}]


def _told(reporting: Harness) -> list[Record]:
    records = []
    for instant, event in world():
        reporting.clock.move_to(instant)
        records.append(reporting.record(event))
    return records


async def _publish_one_by_one(cluster: Cluster, records: list[Record]) -> None:
    """A batch and a second of broker time each, so that segments close: the open one is never compacted."""
    begin = int(time.time() * 1000) - 1000 * len(records)
    producer = make_producer(cluster, "test")
    await producer.start()
    try:
        for second, record in enumerate(records):
            await producer.send_and_wait(
                cluster.full_name(record.topic),
                record.value,
                record.key,
                timestamp_ms=begin + 1000 * second,
                headers=list(record.headers),
            )
    finally:
        await producer.stop()


async def _configure(cluster: Cluster, settings: Mapping[str, str]) -> None:
    async with admin_client(cluster.bootstrap_servers) as admin:
        for name in COMPACTED:
            configs = {**topic_config(TOPICS[name]), **settings}
            answers = await admin.alter_configs(
                [ConfigResource(ConfigResourceType.TOPIC, cluster.full_name(name), configs=configs)]
            )
            assert [resource[0] for answer in answers for resource in answer.resources] == [0]


async def _all_committed(cluster: Cluster) -> bool:
    topics = [topic.name for topic in TOPICS.values() if topic.events]
    return all([await everything_committed(cluster, "reporting", name) for name in topics])


async def _sizes(cluster: Cluster) -> list[int]:
    return [len(await read_all(cluster, name)) for name in COMPACTED]


async def _all_smaller(cluster: Cluster, before: list[int]) -> bool:
    return all(now < then for now, then in zip(await _sizes(cluster), before, strict=True))
