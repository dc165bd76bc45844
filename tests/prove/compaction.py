"""The broker is made to forget at once what a later state of the same key has replaced."""

import asyncio
from collections.abc import Mapping
from typing import Final

from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from shared.events.catalog import TOPICS
from shared.messaging.broker import Cluster
from shared.messaging.topics import topic_config
from tests.support.topics import admin_client

BROKER: Final = {"log.cleaner.backoff.ms": "500"}
"""Settings of a broker that looks often for what can be forgotten."""
_EAGER: Final = {"segment.ms": "500", "min.cleanable.dirty.ratio": "0.01"}


async def compact(cluster: Cluster, seconds: float) -> None:
    """Close segments and clean them for so long, then leave the topics as they were."""
    await _configure(cluster, _EAGER)
    try:
        await asyncio.sleep(seconds)
    finally:
        await _configure(cluster, {})


async def _configure(cluster: Cluster, more: Mapping[str, str]) -> None:
    topics = [topic for topic in TOPICS.values() if topic.compacted]
    resources = [
        ConfigResource(
            ConfigResourceType.TOPIC, cluster.full_name(topic.name), topic_config(topic) | dict(more)
        )
        for topic in topics
    ]
    async with admin_client(cluster.bootstrap_servers) as admin:
        await admin.alter_configs(resources)
