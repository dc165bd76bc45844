"""The broker and the database of a test run are what the other wire tests take them for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local.broker import EmbeddedBroker
from deploy.local.database_url import DatabaseUrl
from deploy.local.probe import api_keys
from tests.support.apache_kafka import ApacheKafka
from tests.support.brokers import BrokerKind, Kafka
from tests.support.databases import DatabaseKind, Postgres
from tests.support.eventually import eventually
from tests.support.kafka_jars import java_can_run_kafka
from tests.support.topics import admin_client, create_topic

NewDatabase = Callable[[str], Awaitable[DatabaseUrl]]


@pytest.fixture(scope="module")
def node() -> Iterator[ApacheKafka]:
    """An Apache Kafka node of this module's own, so that its restarts disturb nobody."""
    if not java_can_run_kafka():
        pytest.skip("restarts need Java 17 and Maven")
    with ApacheKafka() as broker:
        yield broker


@asynccontextmanager
async def producer(bootstrap: list[str], *, idempotent: bool) -> AsyncIterator[AIOKafkaProducer]:
    client = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=idempotent)
    await client.start()
    try:
        yield client
    finally:
        await client.stop()


async def values_in(bootstrap: list[str], topic: str, count: int, *, group: str | None = None) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=bootstrap,
        group_id=group,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    try:
        return [(await asyncio.wait_for(consumer.getone(), timeout=30)).value for _ in range(count)]
    finally:
        await consumer.stop()


async def test_a_record_that_was_acknowledged_is_read_back_in_order(kafka: Kafka, topic_prefix: str) -> None:
    """The producer is idempotent wherever the broker can do it; one key's records keep their order."""
    topic = f"{topic_prefix}orders"
    await create_topic(kafka.bootstrap, topic, partitions=3)
    async with producer(kafka.bootstrap, idempotent=kafka.idempotent) as client:
        for value in (b"one", b"two", b"three"):
            await client.send_and_wait(topic, value, key=b"person")

    assert await values_in(kafka.bootstrap, topic, 3, group=f"{topic_prefix}readers") == [
        b"one",
        b"two",
        b"three",
    ]


async def test_a_topic_that_nobody_declared_does_not_come_into_being(kafka: Kafka, topic_prefix: str) -> None:
    """A mistyped topic name is an error, not a new topic."""
    if not kafka.apache:
        pytest.skip("only Apache Kafka is configured not to create topics")
    topic = f"{topic_prefix}mistyped"
    async with producer(kafka.bootstrap, idempotent=True) as client, admin_client(kafka.bootstrap) as admin:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.send_and_wait(topic, b"lost"), timeout=0.5)

        assert topic not in await admin.list_topics()


async def test_the_broker_says_truly_what_it_is(kafka: Kafka) -> None:
    """What proves delivery is Apache Kafka, recognised by its answers and not by its name."""
    host, _, port = kafka.bootstrap[0].rpartition(":")
    answers_group_heartbeats = 68 in api_keys(host, int(port))

    assert kafka.apache is answers_group_heartbeats
    assert kafka.apache is (kafka.kind is not BrokerKind.EMBEDDED) or kafka.kind is BrokerKind.EXTERNAL


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
async def test_a_broker_that_was_ended_comes_back_on_its_port_with_its_data(
    node: ApacheKafka, kill: bool
) -> None:
    """Acknowledged records survive a stop and a SIGKILL of the only node."""
    topic = f"survives-{'a-kill' if kill else 'a-stop'}"
    await create_topic(node.bootstrap, topic, partitions=1)
    async with producer(node.bootstrap, idempotent=True) as client:
        await client.send_and_wait(topic, b"before")
    address = list(node.bootstrap)

    await asyncio.to_thread(node.restart, kill=kill)

    assert node.bootstrap == address
    async with producer(node.bootstrap, idempotent=True) as client:
        await client.send_and_wait(topic, b"after")
    assert await values_in(address, topic, 2) == [b"before", b"after"]


async def test_the_embedded_broker_answers_at_once_and_forgets_everything() -> None:
    """It needs nothing installed; its records are gone with its process."""
    with EmbeddedBroker() as broker:
        await create_topic(broker.bootstrap, "short-lived", partitions=1)
        async with producer(broker.bootstrap, idempotent=False) as client:
            await client.send_and_wait("short-lived", b"here")
        assert await values_in(broker.bootstrap, "short-lived", 1) == [b"here"]
        port = broker.port

    with EmbeddedBroker(port) as again:
        async with admin_client(again.bootstrap) as admin:
            assert "short-lived" not in await admin.list_topics()
    with pytest.raises(ConnectionRefusedError):
        api_keys("127.0.0.1", port)


async def test_a_service_enters_its_own_database_and_no_other(new_database: NewDatabase) -> None:
    """CONNECT is revoked from PUBLIC, so that one service cannot read another's store."""
    matching, engagement = await new_database("matching"), await new_database("engagement")

    mine = await matching.connect()
    assert await mine.fetchval("SELECT current_user") == matching.role
    await mine.execute("CREATE TABLE participant (id uuid PRIMARY KEY)")
    await mine.close()

    intruder = DatabaseUrl(engagement.name, matching.role, matching.password, matching.host, matching.port)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied for database"):
        await intruder.connect()


async def test_a_service_may_create_no_role_and_no_database(new_database: NewDatabase) -> None:
    """The role of a service owns its database and has no other right."""
    database = await new_database("reporting")
    connection = await database.connect()

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("CREATE ROLE another")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("CREATE DATABASE another")
    await connection.close()


async def test_a_dropped_database_leaves_neither_data_nor_role(postgres: Postgres) -> None:
    """Even while somebody is connected."""
    database = await postgres.create_database("forgotten")
    lingering = await database.connect()

    await postgres.drop(database)

    await eventually(lingering.is_closed)
    administrator = await postgres.administrator.connect()
    assert (
        await administrator.fetchval("SELECT count(*) FROM pg_database WHERE datname = $1", database.name)
        == 0
    )
    assert (
        await administrator.fetchval("SELECT count(*) FROM pg_roles WHERE rolname = $1", database.role) == 0
    )
    await administrator.close()


async def test_a_commit_reaches_the_disk(postgres: Postgres) -> None:
    """What is measured and what survives a crash is measured with fsync on."""
    if postgres.kind is DatabaseKind.EXTERNAL:
        pytest.skip("an external server is configured by its owner")
    administrator = await postgres.administrator.connect()
    assert await administrator.fetchval("SHOW fsync") == "on"
    assert await administrator.fetchval("SHOW synchronous_commit") == "on"
    await administrator.close()
