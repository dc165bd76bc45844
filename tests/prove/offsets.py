"""A group's offsets, set back to the beginning as an operator would by mistake."""

import asyncio
import time

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.events.catalog import consumed_by
from tests.prove.platform import HR_TOPIC, PREFIX, Platform
from tests.prove.run_directory import RunDirectory
from tests.prove.watch import Watch


async def reset_offsets(
    platform: Platform, run: RunDirectory, watch: Watch, service: str, *, within: float
) -> None:
    """Commit zero for every partition, as soon as the broker believes that the members are gone.

    Raises:
        TimeoutError: it did not let go of them in time.
    """
    topics = [PREFIX + topic.name for topic in consumed_by(service)]
    if service == "matching":
        topics.append(HR_TOPIC)
    zero = {TopicPartition(topic, number): 0 for topic in topics for number in range(12)}
    consumer = AIOKafkaConsumer(
        bootstrap_servers=platform.bootstrap, group_id=f"{PREFIX}{service}", enable_auto_commit=False
    )
    await consumer.start()
    try:
        consumer.assign(list(zero))
        deadline = time.monotonic() + within
        while True:
            try:
                async with watch.undisturbed:
                    await consumer.commit(zero)
                    run.fault("offsets_at_zero", service)
            except KafkaError:
                if time.monotonic() > deadline:
                    raise TimeoutError from None
                await asyncio.sleep(0.5)
            else:
                return
    finally:
        await consumer.stop()
