"""Topics of one test."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.support.brokers import BrokerKind, Kafka


@asynccontextmanager
async def admin_client(bootstrap: Sequence[str]) -> AsyncIterator[AIOKafkaAdminClient]:
    """A started admin client, closed at the end."""
    client = AIOKafkaAdminClient(bootstrap_servers=list(bootstrap))
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def create_topic(bootstrap: Sequence[str], name: str, partitions: int = 12) -> None:
    """Create one topic, as many partitions as the platform's own by default."""
    async with admin_client(bootstrap) as client:
        await client.create_topics([NewTopic(name, num_partitions=partitions, replication_factor=1)])


@asynccontextmanager
async def topics_of_prefix_removed(kafka: Kafka, prefix: str) -> AsyncIterator[str]:
    """Give the prefix back; on a broker that outlives the run, delete its topics afterwards."""
    yield prefix
    if kafka.kind is not BrokerKind.EXTERNAL:
        return
    async with admin_client(kafka.bootstrap) as client:
        mine = [name for name in await client.list_topics() if name.startswith(prefix)]
        if mine:
            await client.delete_topics(mine)
