"""A member of a group inside of a test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.messaging.broker import Cluster
from shared.messaging.consumer import Consumer
from tests.support.eventually import eventually
from tests.support.sandbox import Sandbox
from tests.support.wire import everything_committed


@asynccontextmanager
async def consuming(
    sandbox: Sandbox, cluster: Cluster, *topics: str, foreign: tuple[str, ...] = (), slot: int | None = None
) -> AsyncIterator[Consumer]:
    """A member of the group at work."""
    consumer = Consumer(
        "engagement", cluster, list(topics), sandbox.processor, sandbox.observer, foreign=foreign, slot=slot
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await asyncio.wait_for(consumer.stop(), timeout=25)


async def done(sandbox: Sandbox, cluster: Cluster, topic: str = "mentoring.matches.v1") -> None:
    """Return once the group has committed to the end of a topic."""
    await eventually(lambda: everything_committed(cluster, "engagement", topic), timeout=40, every=0.2)


async def effects_are(sandbox: Sandbox, wanted: list[tuple[str, str]]) -> bool:
    """Whether handlers did just this, in this order."""
    return await sandbox.effects() == wanted
