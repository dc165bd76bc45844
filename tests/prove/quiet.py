"""Whether everything that was caused has happened: no outbox, no lag, no run under way."""

import asyncio
import time
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.events.catalog import SERVICES, consumed_by
from tests.prove.platform import HR_TOPIC, PREFIX, Platform
from tests.support.topics import admin_client

_TELL_SECONDS: Final = 5.0
_BUSY_RUNS: Final = "select count(*) from match_run where state in ('queued', 'solving', 'publishing')"


async def not_quiet(platform: Platform) -> str:
    """What is still on its way; empty when nothing is."""
    for service in SERVICES:
        if waiting := await platform.value(service, "select count(*) from outbox"):
            return f"{service}: {waiting} rows in the outbox"
    if runs := await platform.value("matching", _BUSY_RUNS):
        return f"{runs} match runs are under way"
    lags = await lag(platform)
    return ", ".join(f"{service}: {records} records behind" for service, records in lags.items() if records)


async def lag(platform: Platform) -> dict[str, int]:
    """How many records each group has not committed yet."""
    bootstrap = [platform.bootstrap]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        names = {
            service: [PREFIX + topic.name for topic in consumed_by(service)]
            + ([HR_TOPIC] if service == "matching" else [])
            for service in SERVICES
        }
        partitions = {
            TopicPartition(name, number)
            for topics in names.values()
            for name in topics
            for number in range(12)
        }
        ends = await consumer.end_offsets(list(partitions))
    finally:
        await consumer.stop()
    found = {}
    async with admin_client(bootstrap) as admin:
        for service, topics in names.items():
            offsets = await admin.list_consumer_group_offsets(f"{PREFIX}{service}")
            found[service] = sum(
                max(0, end - (offsets[at].offset if at in offsets else 0))
                for at, end in ends.items()
                if at.topic in topics
            )
    return found


async def until_quiet(platform: Platform, within: float) -> tuple[float | None, str]:
    """Seconds until nothing is on its way, seen twice; None when time was up, and what was left."""
    begun, quiet_since, left = time.monotonic(), None, "nothing was asked"
    told = begun
    while time.monotonic() - begun < within:
        try:
            left = await not_quiet(platform)
        except (KafkaError, OSError, TimeoutError) as error:
            left = f"{type(error).__name__}"
        now = time.monotonic()
        if left:
            quiet_since = None
        elif quiet_since is None:
            quiet_since = now
        else:
            return quiet_since - begun, ""
        await asyncio.sleep(0.3)
        if now - told > _TELL_SECONDS:
            told = now
            print(f"     waiting: {left}", flush=True)  # noqa: T201  a command's output
    return None, left
