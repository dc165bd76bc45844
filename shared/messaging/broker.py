"""The only place that builds a connection to the broker."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from faststream.kafka import KafkaBroker

MAX_REQUEST_BYTES = 1_048_576
_METADATA_PAUSE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the broker is and what it can do.

    `idempotent` is False only for the embedded broker, which knows no producer ids.
    """

    bootstrap_servers: tuple[str, ...]
    prefix: str = ""
    idempotent: bool = True
    session_timeout: timedelta = timedelta(seconds=10)
    fetch_max_wait: timedelta = timedelta(milliseconds=500)

    def full_name(self, topic: str) -> str:
        """A topic's name on this cluster."""
        return self.prefix + topic


def make_broker(cluster: Cluster, client_id: str) -> KafkaBroker:
    """A FastStream broker for subscribers alone: what is published goes through the outbox."""
    return KafkaBroker(
        list(cluster.bootstrap_servers),
        client_id=client_id,
        allow_auto_create_topics=False,
        enable_idempotence=cluster.idempotent,
        acks="all",
        graceful_timeout=15.0,
        logger=_errors_only("faststream"),
        log_level=logging.DEBUG,
    )


def make_producer(cluster: Cluster, client_id: str) -> AIOKafkaProducer:
    """A producer whose batches are acknowledged by all replicas and never reordered."""
    producer = AIOKafkaProducer(
        bootstrap_servers=list(cluster.bootstrap_servers),
        client_id=client_id,
        acks="all",
        enable_idempotence=cluster.idempotent,
        max_batch_size=MAX_REQUEST_BYTES,
        max_request_size=MAX_REQUEST_BYTES,
        request_timeout_ms=15_000,
        linger_ms=0,
    )
    client: Any = producer.client
    client._metadata_update = partial(_update_patiently, client._metadata_update)  # noqa: SLF001  no other way in
    return producer


def make_reader(cluster: Cluster, client_id: str) -> AIOKafkaConsumer:
    """A consumer without a group, which reads what it assigns to itself and commits nothing."""
    return AIOKafkaConsumer(
        bootstrap_servers=list(cluster.bootstrap_servers),
        client_id=client_id,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=_milliseconds(cluster.fetch_max_wait),
    )


def make_committer(cluster: Cluster, group: str) -> AIOKafkaConsumer:
    """A consumer that joins no group and commits offsets in the name of one, which must be empty."""
    return AIOKafkaConsumer(
        bootstrap_servers=list(cluster.bootstrap_servers),
        client_id="operator",
        group_id=group,
        enable_auto_commit=False,
    )


def make_admin(bootstrap_servers: Sequence[str], client_id: str) -> AIOKafkaAdminClient:
    """An admin client, for the topic job and for operators."""
    return AIOKafkaAdminClient(bootstrap_servers=list(bootstrap_servers), client_id=client_id)


async def _update_patiently(
    update: Callable[[Any, Sequence[str]], Awaitable[bool]], cluster: Any, topics: Sequence[str]
) -> bool:
    """Rest after an answer that helps nobody: with a batch in hand aiokafka's sender asks again at once."""
    updated = await update(cluster, topics)
    if not updated or any(
        cluster.partitions_for_topic(topic) != cluster.available_partitions_for_topic(topic)
        for topic in topics
    ):
        await asyncio.sleep(_METADATA_PAUSE_SECONDS)
    return updated


def _milliseconds(duration: timedelta) -> int:
    return round(duration / timedelta(milliseconds=1))


def _errors_only(name: str) -> logging.Logger:
    """FastStream warns at each start that it makes no topics, which is what we want of it."""
    logger = logging.getLogger(name)
    logger.setLevel(logging.ERROR)
    return logger
