"""Trouble around a consumer: it waits visibly, stops what it cannot read, and goes on by itself."""

import asyncio
from collections.abc import Iterator, MutableMapping
from typing import Any
from uuid import UUID

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.partitioner import DefaultPartitioner
from structlog.testing import capture_logs

from shared.events.matches import MatchAcceptedBySide
from shared.messaging.broker import Cluster
from shared.messaging.consumer import Consumer
from shared.messaging.relay import Relay
from shared.persistence.unit_of_work import UnitOfWork
from tests.support.apache_kafka import ApacheKafka
from tests.support.consuming import consuming, done, effects_are
from tests.support.eventually import eventually
from tests.support.kafka_jars import java_can_run_kafka
from tests.support.records import MATCH, record_of, step
from tests.support.sandbox import Sandbox
from tests.support.wire import cluster_of_addresses, make_topics, publish, publish_unreadable

MATCHES = "mentoring.matches.v1"
RETRY = "mentoring.engagement.retry"
Logs = list[MutableMapping[str, Any]]


async def test_a_header_name_that_is_no_text_stops_its_partition_visibly_and_no_other(
    counting: Sandbox, cluster: Cluster, logs: Logs
) -> None:
    """The client library cannot parse such a batch. What else it had fetched must not be lost with it."""
    await make_topics(cluster, MATCHES)
    matches = [UUID(int=number) for number in range(1, 31)]
    await publish(cluster, [record_of(step(1, match), 1) for match in matches])
    await publish_unreadable(cluster, MATCHES, partition_of(MATCH))
    await publish(cluster, [record_of(step(2, match), 2) for match in matches])
    at = partition_of(MATCH)
    readable = [match for match in matches if partition_of(match) != at]

    async def all_readable() -> bool:
        effects = set(await counting.effects())
        return all((str(match), number) in effects for match in readable for number in ("1", "2"))

    async with consuming(counting, cluster, MATCHES) as consumer:
        await eventually(all_readable, timeout=30)
        await publish(cluster, [record_of(step(3, match), 3) for match in readable])
        await eventually(lambda: many_effects(counting, 3 * len(readable)), timeout=30)
        assert not consumer.lost

    before_it = {match for match in matches if match not in readable}
    assert {(str(match), "1") for match in before_it} <= set(await counting.effects())
    stopped = [entry for entry in logs if entry["event"] == "partition_unreadable"]
    assert [entry["partition"] for entry in stopped] == [at]
    assert len(set(await counting.effects())) == len(await counting.effects())


async def many_effects(sandbox: Sandbox, count: int) -> bool:
    return len(await sandbox.effects()) >= count


def partition_of(match: UUID) -> int:
    numbers = list(range(12))
    return int(DefaultPartitioner()(str(match).encode(), numbers, numbers))


async def test_a_commit_after_the_partitions_went_away_is_no_error(
    counting: Sandbox, cluster: Cluster, logs: Logs
) -> None:
    """The handler outlasts the session of its member; what comes again to the next one is absorbed."""
    await make_topics(cluster, MATCHES)
    go = asyncio.Event()
    inside = asyncio.Event()
    good = counting.routes.events[MatchAcceptedBySide]

    async def side_accepted(event: MatchAcceptedBySide, uow: UnitOfWork) -> None:
        await good(event, uow)
        inside.set()
        await go.wait()

    counting.routes.on(MatchAcceptedBySide, side_accepted)
    await publish(cluster, [record_of(step(1), 1)])
    group = f"{cluster.prefix}engagement"
    async with consuming(counting, cluster, MATCHES):
        await asyncio.wait_for(inside.wait(), timeout=30)
        thief = AIOKafkaConsumer(
            cluster.full_name(MATCHES), bootstrap_servers=list(cluster.bootstrap_servers), group_id=group
        )
        joining = asyncio.create_task(thief.start())
        await eventually(lambda: any(entry["event"] == "revoked_while_busy" for entry in logs), timeout=30)
        await asyncio.wait_for(joining, timeout=30)
        go.set()
        await eventually(lambda: effects_are(counting, [(str(MATCH), "1")]), timeout=30)
        await thief.stop()
        await done(counting, cluster)

    assert await counting.effects() == [(str(MATCH), "1")]
    assert await counting.waiting() == []


async def test_missing_topics_are_named_and_waited_for(
    counting: Sandbox, cluster: Cluster, logs: Logs
) -> None:
    consumer = Consumer("engagement", cluster, [MATCHES, RETRY], counting.processor, counting.observer)
    starting = asyncio.create_task(consumer.start())

    def named() -> list[str]:
        return [entry["topic"] for entry in logs if entry["event"] == "topic_missing"]

    both = [cluster.full_name(RETRY), cluster.full_name(MATCHES)]
    await eventually(lambda: named() == both, timeout=20)
    assert not consumer.assigned
    await make_topics(cluster, RETRY)
    await eventually(lambda: named() == [*both, cluster.full_name(MATCHES)], timeout=20)
    await make_topics(cluster, MATCHES)
    await asyncio.wait_for(starting, timeout=20)
    await eventually(lambda: consumer.assigned, timeout=20)
    await consumer.stop()


@pytest.fixture(scope="module")
def node() -> Iterator[ApacheKafka]:
    """A node of this module's own, so that its restarts disturb nobody."""
    if not java_can_run_kafka():
        pytest.skip("restarts need Java 17 and Maven")
    with ApacheKafka(heap="512m") as broker:
        yield broker


async def test_a_broker_that_is_down_is_waited_for_visibly_and_again_after_a_restart(
    counting: Sandbox, node: ApacheKafka
) -> None:
    """Consumer and relay start without it; after a stop in between the outbox drains and reading goes on."""
    cluster = cluster_of_addresses(node.bootstrap, "down.")
    await make_topics(cluster, MATCHES)
    await asyncio.to_thread(node.stop)
    relay = Relay(
        "engagement", counting.engine.url.render_as_string(hide_password=False), cluster, counting.observer
    )
    consumer = Consumer("engagement", cluster, [MATCHES], counting.processor, counting.observer, slot=0)

    async def emit(number: int) -> None:
        async with counting.units.begin() as uow:
            uow.emit(step(number))

    async def values() -> list[str]:
        return [value for _, value in await counting.effects()]

    async def has(*wanted: str) -> bool:
        return await values() == list(wanted)

    with capture_logs() as logs:
        relaying = asyncio.create_task(relay.run())
        starting = asyncio.create_task(consumer.start())
        await emit(1)
        await eventually(
            lambda: {"broker_unreachable", "relay_restarts"} <= {entry["event"] for entry in logs}, timeout=30
        )
        assert not consumer.assigned
        await asyncio.to_thread(node.start)
        await asyncio.wait_for(starting, timeout=60)
        await eventually(lambda: has("1"), timeout=60)
        await asyncio.to_thread(node.stop)
        await emit(2)
        await asyncio.to_thread(node.start)
        await emit(3)
        await eventually(lambda: has("1", "2", "3"), timeout=60)
    relay.stop()
    await relaying
    await consumer.stop()
    assert await counting.waiting() == []
    assert await counting.fetch("select pos from outbox") == []
